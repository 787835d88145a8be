//! The terminal as a user has it: the built binary in a pseudo-terminal, on real databases.

mod support;

use std::{fs, path::Path, time::Duration};

use assert_cmd::Command;
use support::Cluster;
use tempfile::TempDir;
use termlens::{Key, Screen, Signal, Terminal, TerminalBuilder};

const SCHEMA: &str = "CREATE TABLE orders (
    id integer PRIMARY KEY,
    total numeric(12,2) NOT NULL,
    note text
);
CREATE INDEX orders_note ON orders (note);
";

const DRIFT: &str = "
    ALTER TABLE orders ALTER COLUMN total DROP NOT NULL;
    DROP INDEX orders_note;
    CREATE TABLE orders_backup (id integer);
";

/// Long, because several of these run at once and servers have to start.
const PATIENCE: Duration = Duration::from_secs(60);

/// A folder with `schema.sql`, and a server with databases that have it or have drifted from it.
struct Desk {
    folder: TempDir,
    cluster: Cluster,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("schema.sql"), SCHEMA).unwrap();
        Desk { folder, cluster: Cluster::start() }
    }

    fn drifted(&self, name: &str) -> String {
        let url = self.cluster.database(name);
        self.cluster.execute(name, SCHEMA);
        self.cluster.execute(name, DRIFT);
        url
    }

    fn open(&self, targets: &[&str]) -> Terminal {
        let program = env!("CARGO_BIN_EXE_schemascope");
        let builder = terminal(self.folder.path()).args(["open", "schema.sql"]).args(targets);
        builder.spawn(program).unwrap()
    }
}

fn terminal(folder: &Path) -> TerminalBuilder {
    let kept = ["PATH", "TMPDIR", "SCHEMASCOPE_PG_BIN"].map(|name| (name, std::env::var_os(name)));
    Terminal::builder()
        .size(120, 40)
        .timeout(PATIENCE)
        .env_clear()
        .envs(kept.into_iter().filter_map(|(name, value)| Some((name, value?))))
        .env("TERM", "xterm-256color")
        .env("COLORTERM", "truecolor")
        .env("HOME", folder.join("home"))
        .env("XDG_CACHE_HOME", Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"))
        .current_dir(folder)
}

fn wait(terminal: &mut Terminal, text: &str) -> Screen {
    terminal.wait_until(|screen| screen.contains(text)).unwrap();
    terminal.screen()
}

fn press(terminal: &mut Terminal, key: char) {
    terminal.send(Key::Char(key)).unwrap();
}

fn assert_restored(terminal: &Terminal) {
    let screen = terminal.screen();
    assert!(!screen.alternate_screen(), "the alternate screen was not left");
    assert!(screen.cursor_visible(), "the cursor was not brought back");
    assert!(screen.mouse_modes().is_empty(), "the mouse was not given back");
    assert!(!screen.bracketed_paste(), "bracketed paste was not turned off");
}

#[test]
fn a_difference_is_found_selected_proven_written_and_closes_when_it_is_run() {
    let desk = Desk::new();
    let url = desk.drifted("shop");
    let mut terminal = desk.open(&[&url]);
    wait(&mut terminal, "orders_backup");
    press(&mut terminal, 'a');
    wait(&mut terminal, "2 selected");
    wait(&mut terminal, "CREATE INDEX orders_note");
    wait(&mut terminal, "✓ proven");
    press(&mut terminal, 'w');
    wait(&mut terminal, "Write the SQL to");
    // Ctrl-U empties the line.
    terminal.send_str("\x15fix.sql").unwrap();
    wait(&mut terminal, "› fix.sql");
    terminal.send(Key::Enter).unwrap();
    wait(&mut terminal, "written to");
    press(&mut terminal, 'q');
    assert!(terminal.wait_exit().unwrap().success());
    assert_restored(&terminal);
    let file = desk.folder.path().join("fix.sql");
    let sql = fs::read_to_string(&file).unwrap();
    assert!(sql.contains("SET NOT NULL") && sql.contains("CREATE INDEX orders_note"), "{sql}");
    assert!(!sql.contains("DROP"), "{sql}");
    desk.cluster.run_file("shop", &file);
    let again = desk.cluster.query(
        "shop",
        "SELECT attnotnull FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'total'",
    );
    assert_eq!(again, "t");
}

#[test]
fn the_demo_opens_on_two_drifted_databases_and_a_fix_is_selected_and_written() {
    let folder = tempfile::tempdir().unwrap();
    // The engine is unpacked first where nothing is cached yet.
    let builder = terminal(folder.path()).timeout(3 * PATIENCE).arg("demo");
    let mut terminal = builder.spawn(env!("CARGO_BIN_EXE_schemascope")).unwrap();
    wait(&mut terminal, "0 selected");
    let compared = |screen: &Screen, name: &str| {
        (0..screen.rows()).any(|row| {
            let text = screen.row_text(row);
            text.contains(name) && text.contains("read-only") && text.contains('~')
        })
    };
    terminal.wait_until(|screen| compared(screen, "prod-eu") && compared(screen, "prod-us")).unwrap();
    // What loses data is known a moment after what differs; before that, nothing is selected in bulk.
    wait(&mut terminal, "~!");
    press(&mut terminal, 'a');
    wait(&mut terminal, "This SQL changes prod-eu so that it matches schema.sql.");
    press(&mut terminal, 'w');
    wait(&mut terminal, "Write the SQL to");
    terminal.send_str("\x15fix.sql").unwrap();
    terminal.send(Key::Enter).unwrap();
    wait(&mut terminal, "written to");
    press(&mut terminal, 'q');
    assert!(terminal.wait_exit().unwrap().success());
    assert_restored(&terminal);
    let sql = fs::read_to_string(folder.path().join("fix.sql")).unwrap();
    assert!(sql.starts_with("-- This SQL changes prod-eu so that it matches schema.sql."), "{sql}");
    assert!(sql.contains("CREATE OR REPLACE FUNCTION public.track_template_usage()"), "{sql}");
    assert!(!sql.contains("DROP TABLE"), "what loses data was not selected:\n{sql}");
}

#[test]
fn a_target_that_cannot_be_reached_is_a_row_and_the_others_go_on() {
    let desk = Desk::new();
    let url = desk.drifted("shop");
    let mut terminal = desk.open(&["postgres://nobody@127.0.0.1:1/nowhere", &url]);
    let screen = wait(&mut terminal, "orders_backup");
    assert!(screen.contains("✗"), "{}", screen.text());
    // It gave way to the one that could be read, and says why when it is gone to.
    press(&mut terminal, '{');
    wait(&mut terminal, "r tries again");
    press(&mut terminal, '}');
    press(&mut terminal, 'a');
    wait(&mut terminal, "2 selected");
    press(&mut terminal, 'q');
    assert!(terminal.wait_exit().unwrap().success());
}

#[test]
fn a_server_that_comes_back_is_read_again() {
    let desk = Desk::new();
    let url = desk.cluster.url("later");
    let mut terminal = desk.open(&[&url]);
    wait(&mut terminal, "r tries again");
    desk.drifted("later");
    press(&mut terminal, 'r');
    wait(&mut terminal, "orders_backup");
    desk.cluster.execute("later", "DROP TABLE orders_backup");
    press(&mut terminal, 'r');
    terminal
        .wait_until(|screen| !screen.contains("orders_backup") && screen.contains("orders_note"))
        .unwrap();
    press(&mut terminal, 'q');
    assert!(terminal.wait_exit().unwrap().success());
}

#[test]
fn the_terminal_is_given_back_when_the_program_is_told_to_end() {
    let desk = Desk::new();
    let url = desk.drifted("shop");
    for signal in [Signal::Term, Signal::Int, Signal::Hup] {
        let mut terminal = desk.open(&[&url]);
        wait(&mut terminal, "schemascope");
        terminal.signal(signal).unwrap();
        terminal.wait_exit().unwrap();
        assert_restored(&terminal);
    }
}

#[test]
fn the_program_sleeps_and_is_woken_up_by_the_shell() {
    let desk = Desk::new();
    let url = desk.drifted("shop");
    let mut terminal = terminal(desk.folder.path())
        .env("PS1", "ready> ")
        .env("PROGRAM", env!("CARGO_BIN_EXE_schemascope"))
        .env("TARGET", &url)
        .args(["--norc", "--noprofile", "-i"])
        .spawn("bash")
        .unwrap();
    wait(&mut terminal, "ready>");
    terminal.send_str("\"$PROGRAM\" open schema.sql \"$TARGET\"\r").unwrap();
    wait(&mut terminal, "orders_backup");
    terminal.send_str("\x1a").unwrap();
    terminal.wait_until(|screen| !screen.alternate_screen() && screen.contains("Stopped")).unwrap();
    assert!(terminal.screen().cursor_visible() && terminal.screen().mouse_modes().is_empty());
    terminal.send_str("fg\r").unwrap();
    terminal.wait_until(|screen| screen.alternate_screen() && screen.contains("orders_backup")).unwrap();
    press(&mut terminal, 'a');
    wait(&mut terminal, "2 selected");
    press(&mut terminal, 'q');
    terminal.wait_until(|screen| !screen.alternate_screen()).unwrap();
    terminal.send_str("exit\r").unwrap();
    terminal.wait_exit().unwrap();
}

#[test]
fn the_screen_follows_its_size_down_to_too_small_and_back() {
    let desk = Desk::new();
    let url = desk.drifted("shop");
    let mut terminal = desk.open(&[&url]);
    wait(&mut terminal, "orders_backup");
    terminal.resize(20, 5).unwrap();
    wait(&mut terminal, "needs 60×15");
    terminal.resize(60, 15).unwrap();
    wait(&mut terminal, "orders_backup");
    terminal.resize(200, 60).unwrap();
    wait(&mut terminal, "orders_backup");
    press(&mut terminal, 'q');
    assert!(terminal.wait_exit().unwrap().success());
}

#[test]
fn without_colours_the_row_under_the_cursor_is_still_seen() {
    let desk = Desk::new();
    let url = desk.drifted("shop");
    let program = env!("CARGO_BIN_EXE_schemascope");
    let builder = terminal(desk.folder.path()).env("NO_COLOR", "1").args(["open", "schema.sql", &url]);
    let mut terminal = builder.spawn(program).unwrap();
    wait(&mut terminal, "orders_backup");
    let screen = terminal.wait_stable(Duration::from_millis(300)).unwrap();
    let (row, column) = screen.find("total  ").unwrap();
    assert!(screen.cell(row, column).unwrap().style().reverse, "{}", screen.text());
    press(&mut terminal, 'q');
    assert!(terminal.wait_exit().unwrap().success());
}

#[test]
fn a_terminal_that_cannot_be_drawn_on_gets_what_diff_prints() {
    let desk = Desk::new();
    let url = desk.drifted("shop");
    let output = Command::new(env!("CARGO_BIN_EXE_schemascope"))
        .current_dir(desk.folder.path())
        .env("TERM", "dumb")
        .args(["open", "schema.sql", &url])
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("schemascope diff"), "{errors}");
    assert!(!String::from_utf8_lossy(&output.stdout).contains('\x1b'));
}
