//! Alembic: Python files that name their revision and the ones before it; the table has the heads.
//!
//! Source: Alembic's tutorial ("Create a Migration Script", "Working with Branches") and its
//! `script.py.mako`. A revision records no checksum.

use std::collections::BTreeSet;

use super::{
    Applied, Folder, Likeness, Listing, Migration, MigrationsError, Named, NewFile, Numbering, Part, Table,
    Tool, folder::words,
};
use crate::dialect::row::Row;

/// Alembic.
pub struct Alembic;

impl Tool for Alembic {
    fn name(&self) -> &'static str {
        "alembic"
    }

    fn title(&self) -> &'static str {
        "Alembic"
    }

    fn likeness(&self, listing: &Listing) -> Likeness {
        match listing.all("py").any(|file| assigned(&file.text, "down_revision").is_some()) {
            true => Likeness::Sure,
            false => Likeness::None,
        }
    }

    fn read(&self, listing: &Listing) -> Result<Vec<Migration>, MigrationsError> {
        let mut migrations = Vec::new();
        for file in listing.all("py") {
            let Some((line, revision)) = assigned(&file.text, "revision") else { continue };
            let Some(version) = strings(revision).into_iter().next() else {
                return Err(MigrationsError::Malformed {
                    file: file.path.clone(),
                    line,
                    problem: "its revision is not written as a text in quotes".to_owned(),
                });
            };
            let named = |name| assigned(&file.text, name).map_or(Vec::new(), |(_, value)| strings(value));
            let mut after = named("down_revision");
            after.extend(named("depends_on"));
            let stem = file.base().trim_end_matches(".py");
            migrations.push(Migration {
                name: title(&file.text).unwrap_or_else(|| words(stem.trim_start_matches(&version))),
                version,
                file: file.path.clone(),
                line: 1,
                text: file.text.clone(),
                reversible: has_downgrade(&file.text),
                after,
                ..Migration::default()
            });
        }
        Ok(migrations)
    }

    fn order(&self, _a: &Migration, _b: &Migration) -> std::cmp::Ordering {
        // Names are random: what comes after what is in the files.
        std::cmp::Ordering::Equal
    }

    fn tables(&self) -> &'static [&'static str] {
        &["alembic_version"]
    }

    fn columns(&self) -> &'static [&'static str] {
        &["version_num"]
    }

    fn query(&self, table: &Table) -> String {
        table.select(&["version_num"], "1")
    }

    fn applied(&self, rows: &[Row], migrations: &[Migration]) -> Result<Vec<Applied>, String> {
        let heads: Vec<&str> = rows.iter().filter_map(|row| row.text("version_num")).collect();
        let mut reached: BTreeSet<&str> = BTreeSet::new();
        let mut waiting = heads.clone();
        while let Some(version) = waiting.pop() {
            if reached.insert(version) {
                let file = migrations.iter().find(|migration| migration.version == version);
                waiting.extend(file.iter().flat_map(|file| &file.after).map(String::as_str));
            }
        }
        let known = |version: &str| migrations.iter().any(|migration| migration.version == version);
        let applied = reached.into_iter().map(|version| Applied {
            note: (!known(version))
                .then(|| "without its file nobody can tell what came before it".to_owned()),
            ..Applied::version(version)
        });
        Ok(applied.collect())
    }

    fn numbering(&self, _folder: &Folder) -> Numbering {
        // The name of a revision is made of the moment and of what is in it.
        Numbering::Moment("%Y%m%d%H%M%S")
    }

    fn files(&self, folder: &Folder, name: &Named, part: &Part) -> Vec<NewFile> {
        let id =
            &blake3::hash(format!("{} {} {:?}", name.version, name.slug, part.up).as_bytes()).to_hex()[..12];
        let after: Vec<String> = heads(folder).into_iter().map(|head| format!("\"{head}\"")).collect();
        let before = match &after[..] {
            [] => "None".to_owned(),
            [one] => one.clone(),
            several => format!("({})", several.join(", ")),
        };
        let down = match &part.down {
            Some(down) if !down.is_empty() => executes(down, part.outside),
            Some(_) => "    pass\n".to_owned(),
            None => "    raise NotImplementedError(\"nothing leads back\")\n".to_owned(),
        };
        let moment = super::create::moment(name.now, "%Y-%m-%d %H:%M:%S");
        let text = format!(
            "{comments}\"\"\"{title}\n\nRevision ID: {id}\nRevises: {revises}\nCreate Date: {moment}\n\n\"\"\"\n\
             from alembic import op\n\n\
             # revision identifiers, used by Alembic.\n\
             revision = \"{id}\"\ndown_revision = {before}\nbranch_labels = None\ndepends_on = None\n\n\n\
             def upgrade() -> None:\n{up}\n\ndef downgrade() -> None:\n{down}",
            comments = part.comments("#"),
            title = words(&name.slug),
            revises = after.join(", ").replace('"', ""),
            up = executes(&part.up, part.outside),
        );
        let versions = folder.listing.files.iter().any(|file| file.name.starts_with("versions/"));
        let place = if versions { "versions/" } else { "" };
        vec![NewFile::new(format!("{place}{id}_{}.py", name.slug), text)]
    }
}

/// The revisions that nothing comes after.
fn heads(folder: &Folder) -> Vec<&str> {
    let all = &folder.migrations;
    let followed = |version: &str| all.iter().any(|it| it.after.iter().any(|before| before == version));
    all.iter().map(|migration| migration.version.as_str()).filter(|version| !followed(version)).collect()
}

/// The line and the right side of `name = …` or `name: type = …` at the start of a line.
fn assigned<'a>(text: &'a str, name: &str) -> Option<(u32, &'a str)> {
    let mut offset = 0;
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let rest = line.strip_prefix(name).filter(|rest| rest.starts_with([' ', ':', '=', '\t']));
        if let Some(at) = rest.and_then(|_| line.find('=')) {
            let value = &text[offset + at + 1..];
            // A tuple may go over several lines.
            let end = if value.trim_start().starts_with('(') { value.find(')') } else { value.find('\n') };
            return Some((number, &value[..end.unwrap_or(value.len())]));
        }
        offset += line.len();
    }
    None
}

/// The texts in quotes.
fn strings(value: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = value.split('#').next().unwrap_or_default();
    while let Some(start) = rest.find(['"', '\'']) {
        let quote = &rest[start..=start];
        let inside = &rest[start + 1..];
        let Some(end) = inside.find(quote) else { break };
        found.push(inside[..end].to_owned());
        rest = &inside[end + 1..];
    }
    found
}

/// The first line of the file's docstring.
fn title(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("\"\"\"")?;
    let first = rest.lines().next()?.trim().trim_end_matches("\"\"\"").to_owned();
    (!first.is_empty()).then_some(first)
}

fn has_downgrade(text: &str) -> bool {
    let body = text.split_once("def downgrade").map_or("", |(_, body)| body);
    let lines = body.lines().skip(1).map(str::trim);
    let mut code =
        lines.filter(|line| !line.is_empty() && !line.starts_with('#') && !line.starts_with("\"\"\""));
    code.next().is_some_and(|line| line != "pass" && !line.starts_with("raise"))
}

/// Statements as raw texts of Python.
fn executes(statements: &[String], outside: bool) -> String {
    let blanks = if outside { "        " } else { "    " };
    let one = |sql: &String| {
        let sql = sql.trim_end();
        // A raw text can hold everything but its own quotes, and not end with a backslash. Its lines
        // are not indented: they may be those of a function's body.
        match sql.contains("\"\"\"") || sql.ends_with('\\') {
            true => format!("{blanks}op.execute({})\n", python(sql)),
            false => {
                format!("{blanks}op.execute(\n{blanks}    r\"\"\"\n{}\n\"\"\"\n{blanks})\n", colons(sql))
            }
        }
    };
    let all: String = statements.iter().map(one).collect();
    let body = if all.is_empty() { format!("{blanks}pass\n") } else { all };
    match outside {
        true => format!("    with op.get_context().autocommit_block():\n{body}"),
        false => body,
    }
}

/// A text of Python with everything escaped.
fn python(text: &str) -> String {
    let escaped = colons(text).replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{escaped}\"")
}

/// `op.execute` takes `:name` for a parameter, unless the colon is escaped; `::` is none.
fn colons(sql: &str) -> String {
    let mut escaped = String::with_capacity(sql.len());
    let mut previous = ' ';
    for (at, c) in sql.char_indices() {
        let next = sql[at + c.len_utf8()..].chars().next();
        let names = next.is_some_and(|next| next.is_alphanumeric() || next == '_');
        if c == ':' && previous != ':' && !previous.is_alphanumeric() && names {
            escaped.push('\\');
        }
        escaped.push(c);
        previous = c;
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_and_those_before_it_are_read_in_every_spelling() {
        let text = "\"\"\"add users\n\nRevises: a1\n\"\"\"\nrevision: str = 'b2'  # x\ndown_revision: Union[str, None] = (\n    \"a1\",\n    'a2',\n)\n";
        assert_eq!(
            assigned(text, "revision").map(|(line, value)| (line, strings(value))),
            Some((5, vec!["b2".to_owned()]))
        );
        assert_eq!(strings(assigned(text, "down_revision").unwrap().1), ["a1", "a2"]);
        assert_eq!(title(text).as_deref(), Some("add users"));
        assert!(strings(assigned("down_revision = None\n", "down_revision").unwrap().1).is_empty());
    }

    #[test]
    fn a_colon_that_would_be_a_parameter_is_escaped() {
        assert_eq!(
            colons("SELECT ':x', a::text, arr[1:2], ' :y'"),
            "SELECT '\\:x', a::text, arr[1:2], ' \\:y'"
        );
    }
}
