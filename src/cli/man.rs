//! `schemascope man`: the manual page, made from the definition of the command line.

use clap::CommandFactory;
use clap_mangen::Man;

use super::{Error, Outcome, arguments::Arguments, console::Console};

/// What `schemascope man --help` ends with.
pub const EXAMPLES: &str = "\
Examples:
  schemascope man | man -l -
  schemascope man > ~/.local/share/man/man1/schemascope.1";

/// Prints the page, with every command in it.
///
/// # Errors
/// Where standard output cannot be written to.
pub fn run(console: &Console) -> Result<Outcome, Error> {
    console.result(&String::from_utf8_lossy(&page().unwrap_or_default()))?;
    Ok(Outcome::Same)
}

/// One page for the program: people look for `man schemascope`, and search in it.
fn page() -> std::io::Result<Vec<u8>> {
    let mut command = Arguments::command();
    command.build();
    let man = Man::new(command.clone());
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    for command in command.get_subcommands().filter(|command| !command.is_hide_set()) {
        render_command(command, &mut page)?;
    }
    man.render_extra_section(&mut page)?;
    man.render_version_section(&mut page)?;
    Ok(page)
}

fn render_command(command: &clap::Command, page: &mut Vec<u8>) -> std::io::Result<()> {
    use std::io::Write;
    let name = command.get_bin_name().unwrap_or(command.get_name()).to_owned();
    let mut body = Vec::new();
    // Options that every command takes stand once, at the top of the page.
    let own = command.clone().mut_args(|argument| {
        let general = argument.is_global_set() || matches!(argument.get_id().as_str(), "help" | "version");
        argument.hide(general)
    });
    let man = Man::new(own);
    man.render_synopsis_section(&mut body)?;
    man.render_description_section(&mut body)?;
    if command.get_arguments().any(|argument| !argument.is_global_set() && argument.get_id() != "help") {
        man.render_options_section(&mut body)?;
    }
    man.render_extra_section(&mut body)?;
    // Sections of a command are paragraphs of its own section.
    let body = String::from_utf8_lossy(&body).replace("\n.SH ", "\n.SS ");
    let body = body.strip_prefix(".SH ").map_or_else(|| body.clone(), |rest| format!(".SS {rest}"));
    write!(page, ".SH \"{}\"\n{body}", name.to_uppercase())?;
    for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set() && inner.get_name() != "help")
    {
        render_command(inner, page)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_every_command_once_with_its_options() {
        let page = String::from_utf8(page().unwrap()).unwrap();
        for command in Arguments::command().get_subcommands().filter(|command| !command.is_hide_set()) {
            let heading = format!(".SH \"SCHEMASCOPE {}\"", command.get_name().to_uppercase());
            assert_eq!(page.matches(&heading).count(), 1, "{heading}\n{page}");
        }
        assert!(!page.contains("SCHEMASCOPE ENGINE"), "{page}");
        assert_eq!(page.matches("\\-\\-no\\-cache").count(), 2, "{page}");
        assert!(page.contains("\\-\\-no\\-prove"), "{page}");
    }
}
