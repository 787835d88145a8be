//! The terminal under rough treatment: the built binary in a pseudo-terminal, hostile names, bad
//! lines, few colours, an early end. The terminal is always given back as it was.

mod support;

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use sqlx::{AssertSqlSafe, Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use support::Cluster;
use tempfile::TempDir;
use termlens::{Color, Key, Screen, Scroll, Terminal, TerminalBuilder};

const SCHEMA: &str = "CREATE TABLE orders (id integer PRIMARY KEY, total numeric NOT NULL, note text);
CREATE INDEX orders_note ON orders (note);
";

const DRIFTED: &str = "CREATE TABLE orders (id integer PRIMARY KEY, total numeric, note text);
CREATE TABLE orders_backup (id integer);
";

/// Long, because several of these run at once on machines that do other things as well.
const PATIENCE: Duration = Duration::from_secs(90);

/// A folder with `schema.sql` and an SQLite database that has drifted from it.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        Desk::with(SCHEMA, DRIFTED)
    }

    fn with(schema: &str, live: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("schema.sql"), schema).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let options = SqliteConnectOptions::new().filename(folder.path().join("live.db"));
            let mut database =
                SqliteConnection::connect_with(&options.create_if_missing(true)).await.unwrap();
            sqlx::raw_sql(AssertSqlSafe(format!("BEGIN; {live} COMMIT;")))
                .execute(&mut database)
                .await
                .unwrap();
            database.close().await.unwrap();
        });
        Desk { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn terminal(&self) -> TerminalBuilder {
        let kept = ["PATH", "TMPDIR", "SCHEMASCOPE_PG_BIN"].map(|name| (name, std::env::var_os(name)));
        Terminal::builder()
            .size(120, 40)
            .timeout(PATIENCE)
            .env_clear()
            .envs(kept.into_iter().filter_map(|(name, value)| Some((name, value?))))
            .env("TERM", "xterm-256color")
            .env("COLORTERM", "truecolor")
            .env("HOME", self.path().join("home"))
            .env("XDG_CACHE_HOME", Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"))
            .current_dir(self.path())
    }

    /// The program in a shell, so that the shell can tell what the terminal is like afterwards.
    fn in_shell(&self, builder: TerminalBuilder, targets: &[&str]) -> Terminal {
        let mut terminal = builder
            .env("PS1", "ready> ")
            .env("PROGRAM", env!("CARGO_BIN_EXE_schemascope"))
            .args(["--norc", "--noprofile", "-i"])
            .spawn("bash")
            .unwrap();
        wait(&mut terminal, "ready>");
        terminal.send_str("stty -a > before\r").unwrap();
        let targets = targets.join("' '");
        // The program takes the place of a shell that noted its number, for telling it to end.
        let script = "echo $$ > pid\nexec \"$PROGRAM\" open schema.sql \"$@\"\n";
        fs::write(self.path().join("run"), script).unwrap();
        terminal.send_str(&format!("sh run '{targets}'; echo status $?\r")).unwrap();
        terminal
    }

    /// Fails the test unless the shell has the terminal again, and finds it as it was.
    fn assert_given_back(&self, mut terminal: Terminal, status: &str) {
        wait(&mut terminal, &format!("status {status}"));
        let screen = terminal.screen();
        assert!(!screen.alternate_screen(), "the alternate screen was not left");
        assert!(screen.cursor_visible(), "the cursor was not brought back");
        assert!(screen.mouse_modes().is_empty(), "the mouse was not given back");
        assert!(!screen.bracketed_paste() || screen.contains("ready>"), "bracketed paste was left on");
        terminal.send_str("stty -a > after; echo compared\r").unwrap();
        // The word is there twice: as it was typed, and as the shell printed it on a line of its own.
        let printed = |text: &str| text.lines().any(|line| line.trim_end() == "compared");
        terminal.wait_until(|screen| printed(&screen.text())).unwrap();
        let settings = |name: &str| fs::read_to_string(self.path().join(name)).unwrap();
        assert_eq!(settings("before"), settings("after"));
        terminal.send_str("exit\r").unwrap();
        terminal.wait_exit().unwrap();
    }

    fn open(&self, builder: TerminalBuilder, targets: &[&str]) -> Terminal {
        let builder = builder.args(["open", "schema.sql"]).args(targets);
        builder.spawn(env!("CARGO_BIN_EXE_schemascope")).unwrap()
    }
}

fn wait(terminal: &mut Terminal, text: &str) -> Screen {
    terminal.wait_until(|screen| screen.contains(text)).unwrap();
    terminal.screen()
}

fn press(terminal: &mut Terminal, key: char) {
    terminal.send(Key::Char(key)).unwrap();
}

fn quit(mut terminal: Terminal) {
    press(&mut terminal, 'q');
    assert!(terminal.wait_exit().unwrap().success());
}

fn cells(screen: &Screen) -> impl Iterator<Item = termlens::Style> + '_ {
    let places = (0..screen.rows()).flat_map(|row| (0..screen.cols()).map(move |column| (row, column)));
    places.filter_map(|(row, column)| Some(*screen.cell(row, column)?.style()))
}

#[test]
fn quitting_gives_the_terminal_back() {
    let desk = Desk::new();
    let mut terminal = desk.in_shell(desk.terminal(), &["live.db"]);
    wait(&mut terminal, "orders_backup");
    press(&mut terminal, 'q');
    desk.assert_given_back(terminal, "0");
}

#[test]
fn a_panic_gives_the_terminal_back_and_can_be_read() {
    let desk = Desk::new();
    let mut terminal = desk.in_shell(desk.terminal(), &["live.db"]);
    wait(&mut terminal, "orders_backup");
    // Ctrl-Alt-F12, which only the program that is built for tests minds.
    terminal.send_str("\x1b[24;7~").unwrap();
    wait(&mut terminal, "a panic was asked for");
    desk.assert_given_back(terminal, "101");
}

#[test]
fn a_terminal_with_a_light_background_gets_the_light_theme_and_a_dark_one_the_dark() {
    let desk = Desk::new();
    for (background, is_light) in [((255, 255, 255), true), ((16, 16, 24), false)] {
        let (red, green, blue) = background;
        let builder = desk.terminal().background_rgb(red, green, blue);
        let mut terminal = desk.open(builder, &["live.db"]);
        wait(&mut terminal, "orders_backup");
        terminal
            .wait_until(|screen| {
                cells(screen).any(|style| match style.bg {
                    Color::Rgb(red, ..) => (red > 128) == is_light,
                    _ => false,
                })
            })
            .unwrap();
        quit(terminal);
    }
}

#[test]
fn sixteen_colours_are_enough_and_no_others_are_used() {
    let desk = Desk::new();
    fs::write(desk.path().join("schemascope.toml"), "theme = 'colorblind'\n").unwrap();
    let builder = desk.terminal().env("TERM", "xterm").env("COLORTERM", "");
    let mut terminal = desk.open(builder, &["live.db"]);
    wait(&mut terminal, "orders_backup");
    let screen = terminal.wait_stable(Duration::from_millis(300)).unwrap();
    let own = |color: Color| matches!(color, Color::Default | Color::Indexed(..16));
    assert!(cells(&screen).all(|style| own(style.fg) && own(style.bg)));
    assert!(cells(&screen).any(|style| style.fg != Color::Default), "{}", screen.text());
    quit(terminal);
}

#[test]
fn names_cannot_take_over_the_terminal_and_wide_ones_keep_their_columns() {
    let hostile = "CREATE TABLE \"evil\u{1b}]0;owned\u{7}\u{1b}[2J\" (a int);
        CREATE TABLE \"注文明細履歴\" (\"数量\" int);
        CREATE TABLE \"e\u{301}te\u{301}_👩‍👩‍👧\" (a int);
        CREATE TABLE \"right\u{202e}left\" (a int);
        CREATE TABLE orders_backup (id int);";
    let desk = Desk::with(SCHEMA, hostile);
    let mut terminal = desk.open(desk.terminal(), &["live.db"]);
    wait(&mut terminal, "orders_backup");
    let screen = wait(&mut terminal, "注文明細履歴");
    assert!(screen.contains("\\u{1b}]0;owned"), "{}", screen.text());
    assert!(!screen.title().contains("owned"), "a name set the title of the window");
    assert!(!screen.contains("\u{202e}"));
    // Frames stand under each other, whatever is between them.
    let edges: Vec<u16> = (0..screen.rows())
        .filter(|row| screen.row_text(*row).contains("▸") || screen.row_text(*row).contains("▾"))
        .filter_map(|row| {
            (1..screen.cols() - 1)
                .find(|column| screen.cell(row, *column).is_some_and(|c| c.contents() == "│"))
        })
        .collect();
    assert!(edges.len() > 3 && edges.iter().all(|edge| *edge == edges[0]), "{edges:?}\n{}", screen.text());
    quit(terminal);
}

#[test]
fn a_mouse_that_is_turned_off_is_never_taken() {
    let desk = Desk::new();
    fs::write(desk.path().join("schemascope.toml"), "mouse = false\n").unwrap();
    let mut terminal = desk.open(desk.terminal(), &["live.db"]);
    assert!(wait(&mut terminal, "orders_backup").mouse_modes().is_empty());
    quit(terminal);
}

#[test]
fn what_is_pasted_is_text_and_no_commands() {
    let desk = Desk::new();
    let mut terminal = desk.open(desk.terminal(), &["live.db"]);
    wait(&mut terminal, "orders_backup");
    // Outside of a line that is typed in, a paste does nothing: not even quit.
    terminal.paste("aqD").unwrap();
    press(&mut terminal, '/');
    terminal.paste("back\nup").unwrap();
    wait(&mut terminal, "back up");
    terminal.send(Key::Enter).unwrap();
    wait(&mut terminal, "0 selected");
    quit(terminal);
}

/// A way to a server that can be cut: what is sent in one direction is counted, and the line is cut
/// after so many bytes.
struct Line {
    port: u16,
    left: Arc<AtomicUsize>,
}

impl Line {
    fn to(server: u16, bytes: usize) -> Line {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let left = Arc::new(AtomicUsize::new(bytes));
        let counted = Arc::clone(&left);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(("127.0.0.1", server)) else { continue };
                let (Ok(from), Ok(to)) = (client.try_clone(), server.try_clone()) else { continue };
                thread::spawn(move || forward(from, to, &AtomicUsize::new(usize::MAX)));
                let counted = Arc::clone(&counted);
                thread::spawn(move || forward(server, client, &counted));
            }
        });
        Line { port, left }
    }

    fn mend(&self) {
        self.left.store(usize::MAX, Ordering::SeqCst);
    }
}

fn forward(mut from: TcpStream, mut to: TcpStream, left: &AtomicUsize) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        let before = left.load(Ordering::SeqCst);
        let allowed = count.min(before);
        if before != usize::MAX {
            left.store(before - allowed, Ordering::SeqCst);
        }
        if to.write_all(&buffer[..allowed]).is_err() || allowed < count {
            break;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Both);
    let _ = from.shutdown(std::net::Shutdown::Both);
}

#[test]
fn a_connection_that_is_lost_in_the_middle_is_a_row_that_can_be_read_again() {
    let desk = Desk::new();
    let cluster = Cluster::start();
    cluster.database("shop");
    cluster.execute(
        "shop",
        "CREATE TABLE orders (id integer PRIMARY KEY); CREATE TABLE orders_backup (id integer)",
    );
    let line = Line::to(cluster.port(), 9_000);
    let url = format!("postgresql://postgres:correct%20horse@127.0.0.1:{}/shop?sslmode=disable", line.port);
    let mut terminal = desk.open(desk.terminal(), &[&url]);
    wait(&mut terminal, "✗");
    line.mend();
    press(&mut terminal, 'r');
    wait(&mut terminal, "orders_backup");
    quit(terminal);
}

#[test]
fn a_password_is_asked_for_on_the_screen_until_it_is_right() {
    let desk = Desk::new();
    let cluster = Cluster::start();
    cluster.database("shop");
    cluster.execute("shop", "CREATE TABLE orders_backup (id integer)");
    let url = format!("postgresql://postgres@127.0.0.1:{}/shop?sslmode=disable", cluster.port());
    let mut terminal = desk.open(desk.terminal(), &[&url]);
    wait(&mut terminal, "wants a password for role");
    terminal.send_str("wrong horse\r").unwrap();
    wait(&mut terminal, "refused the password");
    let screen = wait(&mut terminal, "Password for");
    assert!(!screen.contains("horse"), "{}", screen.text());
    terminal.send_str("correct horse\r").unwrap();
    wait(&mut terminal, "orders_backup");
    quit(terminal);
}

#[test]
fn a_server_that_stops_and_starts_again_is_read_again_and_the_screen_stays() {
    let desk = Desk::new();
    let mut cluster = Cluster::start();
    let url = cluster.database("shop");
    cluster.execute(
        "shop",
        "CREATE TABLE orders (id integer PRIMARY KEY); CREATE TABLE orders_backup (id integer)",
    );
    let mut terminal = desk.open(desk.terminal(), &[&url]);
    wait(&mut terminal, "orders_backup");
    cluster.stop();
    press(&mut terminal, 'r');
    let screen = wait(&mut terminal, "✗");
    assert!(screen.contains("orders_backup"), "what was read is still to be seen:\n{}", screen.text());
    cluster.start_again();
    press(&mut terminal, 'r');
    terminal.wait_until(|screen| !screen.contains("✗")).unwrap();
    quit(terminal);
}

#[test]
#[cfg(target_os = "linux")]
fn an_idle_program_is_not_woken_up() {
    let desk = Desk::new();
    let mut terminal = desk.open(desk.terminal(), &["live.db"]);
    wait(&mut terminal, "orders_backup");
    terminal.wait_idle(Duration::from_secs(8)).unwrap();
    let pid = terminal.pid().unwrap();
    let wakeups = || -> u64 {
        let tasks = fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten();
        let of = |path: std::path::PathBuf| -> u64 {
            let status = fs::read_to_string(path.join("status")).unwrap_or_default();
            let lines = status.lines().filter(|line| line.starts_with("voluntary_ctxt_switches"));
            lines.filter_map(|line| line.split_whitespace().last()?.parse::<u64>().ok()).sum()
        };
        tasks.map(|task| of(task.path())).sum()
    };
    let before = wakeups();
    terminal.wait_idle_for(Duration::from_secs(10), PATIENCE).unwrap();
    let woken = wakeups().saturating_sub(before);
    // None at all would be ideal; a thread that goes to sleep for good at this moment counts as one.
    assert!(woken <= 10, "{woken} wake-ups in ten seconds in which nothing happened");
    quit(terminal);
}

#[test]
fn being_told_to_end_gives_the_terminal_back() {
    let desk = Desk::new();
    for (signal, status) in [("TERM", "143"), ("HUP", "129"), ("INT", "130")] {
        let mut terminal = desk.in_shell(desk.terminal(), &["live.db"]);
        wait(&mut terminal, "orders_backup");
        let pid = fs::read_to_string(desk.path().join("pid")).unwrap();
        let told = std::process::Command::new("kill").args([&format!("-{signal}"), pid.trim()]).status();
        assert!(told.unwrap().success());
        desk.assert_given_back(terminal, status);
    }
}

#[test]
fn sleeping_and_waking_up_leaves_nothing_behind() {
    let desk = Desk::new();
    let mut terminal = desk.in_shell(desk.terminal(), &["live.db"]);
    wait(&mut terminal, "orders_backup");
    for _ in 0..2 {
        terminal.send_str("\x1a").unwrap();
        terminal.wait_until(|screen| !screen.alternate_screen() && screen.contains("Stopped")).unwrap();
        terminal.send_str("clear; fg\r").unwrap();
        terminal.wait_until(|screen| screen.alternate_screen() && screen.contains("orders_backup")).unwrap();
    }
    press(&mut terminal, 'q');
    terminal.wait_until(|screen| !screen.alternate_screen()).unwrap();
    terminal.send_str("echo status $?\r").unwrap();
    desk.assert_given_back(terminal, "0");
}

#[test]
fn the_mouse_selects_and_scrolls_and_can_be_given_back() {
    let desk = Desk::new();
    let mut terminal = desk.open(desk.terminal(), &["live.db"]);
    let screen = wait(&mut terminal, "orders_backup");
    assert!(!screen.mouse_modes().is_empty());
    let (row, column) = screen.find("orders_backup").unwrap();
    terminal.click(column, row).unwrap();
    // The difference beside it is that of the row which was clicked.
    wait(&mut terminal, "main › orders_backup");
    terminal.scroll(column, row, Scroll::Down).unwrap();
    press(&mut terminal, 'M');
    terminal.wait_until(|screen| screen.mouse_modes().is_empty()).unwrap();
    press(&mut terminal, 'M');
    terminal.wait_until(|screen| !screen.mouse_modes().is_empty()).unwrap();
    quit(terminal);
}

#[test]
fn keys_and_themes_of_ones_own_are_taken() {
    let desk = Desk::new();
    let themes = desk.path().join("home/.config/schemascope/themes");
    fs::create_dir_all(&themes).unwrap();
    fs::write(themes.join("mine.toml"), "[styles]\ntext = '#010203 on #a0b0c0'\n").unwrap();
    fs::write(desk.path().join("schemascope.toml"), "theme = 'mine'\n").unwrap();
    let settings = "[keys]\nquit = ['ctrl-q']\n";
    fs::write(desk.path().join("home/.config/schemascope/config.toml"), settings).unwrap();
    let mut terminal = desk.open(desk.terminal(), &["live.db"]);
    let screen = wait(&mut terminal, "orders_backup");
    assert!(cells(&screen).any(|style| style.bg == Color::Rgb(0xa0, 0xb0, 0xc0)));
    press(&mut terminal, 'q');
    press(&mut terminal, ':');
    terminal.send_str("theme light").unwrap();
    wait(&mut terminal, "take the theme light");
    terminal.send(Key::Enter).unwrap();
    let light = |screen: &Screen| cells(screen).any(|style| style.bg == Color::Rgb(0xfb, 0xfc, 0xfd));
    terminal.wait_until(light).unwrap();
    terminal.send_str("\x11").unwrap();
    assert!(terminal.wait_exit().unwrap().success());
}

#[test]
fn a_target_that_hangs_holds_nobody_up() {
    let desk = Desk::new();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgresql://a:b@127.0.0.1:{}/c", silent.local_addr().unwrap().port());
    let mut terminal = desk.in_shell(desk.terminal(), &[&url, "live.db"]);
    wait(&mut terminal, "0 selected");
    press(&mut terminal, '}');
    wait(&mut terminal, "orders_backup");
    press(&mut terminal, '?');
    wait(&mut terminal, "Objects: choose");
    terminal.send(Key::Esc).unwrap();
    terminal.wait_until(|screen| !screen.contains("Objects: choose")).unwrap();
    let asked = Instant::now();
    press(&mut terminal, 'q');
    desk.assert_given_back(terminal, "0");
    assert!(asked.elapsed() < PATIENCE / 3, "it took {:?} to quit", asked.elapsed());
}

#[test]
fn fifty_thousand_objects_can_be_looked_through() {
    let table = |number: usize| {
        let columns: Vec<String> = (1..20).map(|column| format!("c{column} int")).collect();
        format!("CREATE TABLE t{number} (id integer, {});\n", columns.join(", "))
    };
    let schema: String = (0..2_500).map(table).collect();
    let live =
        schema.replace("CREATE TABLE t1234 (id integer, c1 int", "CREATE TABLE t1234 (id integer, c1 text");
    let desk = Desk::with(&schema, &live);
    let mut terminal = desk.open(desk.terminal().timeout(2 * PATIENCE), &["live.db"]);
    wait(&mut terminal, "t1234");
    press(&mut terminal, 'o');
    wait(&mut terminal, "2 Objects");
    terminal.send_str("EG").unwrap();
    wait(&mut terminal, "main › t999 › c19");
    terminal.send_str("/t2345\r").unwrap();
    // The frame comes in pieces: all of it has to be there.
    let parts = ["main › t2345", "/ t2345", "Space select"];
    terminal.wait_until(|screen| parts.iter().all(|part| screen.contains(part))).unwrap();
    // Right behind Esc, a letter would be Alt with that letter.
    terminal.send(Key::Esc).unwrap();
    terminal.wait_until(|screen| !screen.contains("/ t2345")).unwrap();
    terminal.send_str("a").unwrap();
    wait(&mut terminal, "1 selected");
    quit(terminal);
}

#[test]
fn the_first_frame_does_not_wait_for_any_connection() {
    let desk = Desk::new();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgresql://a:b@127.0.0.1:{}/c", silent.local_addr().unwrap().port());
    let mut terminal = desk.open(desk.terminal(), &[&url]);
    let screen = wait(&mut terminal, "0 selected");
    assert!(screen.contains("connecting"), "{}", screen.text());
    quit(terminal);
}
