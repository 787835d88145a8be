//! What goes on outside of the screen: passwords, the log, the editor and the pager.

use std::time::Duration;

use secrecy::ExposeSecret;

use crate::{
    model::Location,
    tui::{
        effect::Effect,
        harness::Harness,
        journal::{Entry, Whose},
        message::Message,
        programs::Program,
        sample,
        state::{Overlay, side::SideId},
    },
};

const SIZE: (u16, u16) = (120, 40);

fn notice(harness: &Harness) -> &str {
    harness.state.notice.as_ref().map_or("", |notice| &notice.text)
}

#[test]
fn a_password_that_is_wanted_is_asked_for_and_not_shown() {
    let mut harness = Harness::unread(SIZE, &["prod-eu"]);
    harness.want_password(SideId::Target(0));
    assert!(harness.screen().contains("Password for prod-eu"), "{}", harness.screen());
    harness.type_in("s3cret");
    assert!(!harness.screen().contains("s3cret") && harness.screen().contains("••••••"));
    assert!(!format!("{:?}", harness.state.overlay).contains("s3cret"));
    harness.press("enter");
    let given = harness.asked.iter().find_map(|effect| match effect {
        Effect::Password { side: SideId::Target(0), password } => Some(password.expose_secret().to_owned()),
        _ => None,
    });
    assert_eq!(given.as_deref(), Some("s3cret"));
    assert!(matches!(harness.asked.last(), Some(Effect::Load { side: SideId::Target(0), generation: 2 })));
}

#[test]
fn who_gives_no_password_sees_what_happened_and_can_try_again() {
    let mut harness = Harness::unread(SIZE, &["prod-eu"]);
    harness.read(SideId::Canonical, sample::canonical());
    harness.want_password(SideId::Target(0));
    harness.press("esc");
    assert!(harness.screen().contains("The server wants a password."), "{}", harness.screen());
    harness.press("r");
    harness.want_password(SideId::Target(0));
    assert!(matches!(harness.state.overlay, Some(Overlay::Password { .. })));
}

#[test]
fn passwords_of_several_targets_are_asked_for_in_turn_and_one_can_be_skipped() {
    let mut harness = Harness::unread((80, 24), &["prod-eu", "prod-us", "staging"]);
    harness.read(SideId::Canonical, sample::canonical());
    for target in 0..3 {
        harness.want_password(SideId::Target(target));
    }
    let screen = harness.screen();
    assert!(screen.contains("Password for prod-eu") && screen.contains("2 other targets ask"), "{screen}");
    harness.type_in("first");
    harness.press("enter");
    assert!(harness.screen().contains("Password for prod-us"), "{}", harness.screen());
    harness.press("esc");
    let screen = harness.screen();
    assert!(screen.contains("Password for staging") && !screen.contains("other target"), "{screen}");
    harness.type_in("third");
    harness.press("enter");
    assert!(harness.state.overlay.is_none());
    let given = harness.asked.iter().filter_map(|effect| match effect {
        Effect::Password { side, password } => Some((*side, password.expose_secret().to_owned())),
        _ => None,
    });
    let third = (SideId::Target(2), "third".to_owned());
    assert_eq!(given.collect::<Vec<_>>(), [(SideId::Target(0), "first".to_owned()), third]);
    // Who was skipped is not asked again by a timer, but when the user reads again.
    harness.read(SideId::Target(0), sample::live());
    harness.read(SideId::Target(2), sample::almost());
    let read_again = |harness: &Harness| {
        let of_second = |effect: &&Effect| matches!(effect, Effect::Load { side: SideId::Target(1), .. });
        harness.asked.iter().filter(of_second).count()
    };
    harness.press("W").now += Duration::from_secs(11);
    harness.send(Message::Tick);
    assert_eq!(read_again(&harness), 1);
    harness.press("R");
    assert_eq!(read_again(&harness), 2);
}

#[test]
fn a_password_waits_until_nothing_else_is_typed_or_read() {
    let mut harness = Harness::unread(SIZE, &["prod-eu"]);
    harness.press("?");
    harness.want_password(SideId::Target(0));
    assert!(matches!(harness.state.overlay, Some(Overlay::Help { .. })));
    harness.press("esc");
    assert!(harness.screen().contains("Password for prod-eu"), "{}", harness.screen());
}

#[test]
fn the_log_tells_what_was_sent_where_and_how_long_it_took() {
    let mut harness = Harness::new(SIZE);
    for number in 0..60 {
        harness.send(Message::Sent(Entry {
            at: 37_805,
            whose: Whose::Side(SideId::Target(0)),
            server: "db1:5432".to_owned(),
            sql: format!("SELECT {number}\n  FROM pg_class"),
            micros: 12_345,
            error: (number == 58).then(|| "permission denied for pg_class".to_owned()),
        }));
    }
    harness.press("@");
    let screen = harness.screen();
    assert!(
        screen.contains("10:30:05 prod-eu        db1:5432")
            && screen.contains("12 ms SELECT 59 FROM pg_class"),
        "{screen}"
    );
    assert!(screen.contains("failed: permission denied for pg_class  SELECT 58"), "{screen}");
    harness.press("g");
    assert!(harness.screen().contains("SELECT 0 FROM"), "{}", harness.screen());
    harness.press("esc");
    assert!(harness.state.overlay.is_none());
}

#[test]
fn the_editor_opens_where_canonical_makes_the_object_and_an_edit_is_read() {
    let mut harness = Harness::new(SIZE);
    harness.go_to("column:public.orders.total").press("e");
    let place = Location { file: "schema.sql".into(), line: 12 };
    assert!(matches!(harness.asked.last(), Some(Effect::Run(Program::Editor(at))) if *at == place));
    harness.send(Message::Edited);
    assert!(matches!(harness.asked.last(), Some(Effect::Load { side: SideId::Canonical, generation: 2 })));
    harness.read(SideId::Canonical, sample::canonical());
    harness.go_to("table:public.debug_dump").press("e");
    assert!(notice(&harness).contains("there is none to edit"), "{}", notice(&harness));
}

#[test]
fn the_editor_opens_at_the_line_under_the_cursor() {
    let mut canonical = sample::canonical();
    let place = |line| Location { file: "schema.sql".into(), line };
    for (column, line) in [("id", 13), ("customer_id", 14), ("total", 15), ("note", 27)] {
        canonical.locations.insert(sample::key(&format!("column:public.orders.{column}")), place(line));
    }
    let mut harness = Harness::unread(SIZE, &["prod-eu"]);
    harness.read(SideId::Canonical, canonical);
    harness.read(SideId::Target(0), sample::live());
    let edited = |harness: &mut Harness| {
        harness.press("e");
        match harness.asked.last() {
            Some(Effect::Run(Program::Editor(at))) => at.line,
            _ => panic!("no editor"),
        }
    };
    harness.go_to("table:public.orders").press("3 f");
    let screen = harness.screen();
    let mut lines = Vec::new();
    for _ in 0..14 {
        lines.push(edited(&mut harness));
        harness.press("j");
    }
    // Above and below the definition the table's first line; in it that of each column, and of what
    // canonical does not have that of the line above.
    lines.dedup();
    assert_eq!(lines, [12, 13, 14, 15, 27, 12], "{screen}");
    // In the plan, the line that a statement is about, and not the first of its table.
    harness.press("2").go_to("column:public.orders.total").press("space 4 g");
    assert_eq!(edited(&mut harness), 15, "{}", harness.screen());
}

#[test]
fn the_pager_gets_the_difference_and_in_the_plan_its_sql() {
    let mut harness = Harness::new(SIZE);
    harness.go_to("column:public.orders.total").press("p");
    let Some(Effect::Run(Program::Pager(text))) = harness.asked.last() else { panic!("no pager") };
    assert!(text.starts_with("--- prod-eu\n+++ schema.sql:12\n"), "{text}");
    assert!(text.contains("-    total numeric(10,2),\n+    total numeric(12,2) NOT NULL,"), "{text}");
    harness.press("a 4 p");
    assert!(matches!(harness.asked.last(), Some(Effect::Page { .. })));
    harness.send(Message::Paged("-- SQL".to_owned()));
    assert!(matches!(harness.asked.last(), Some(Effect::Run(Program::Pager(text))) if text == "-- SQL"));
}

#[test]
fn a_long_statement_of_the_log_is_read_whole_and_copied() {
    let mut harness = Harness::new((80, 24));
    let mut columns: Vec<String> = (0..60).map(|number| format!("column_{number}")).collect();
    columns.push("\x1b[2J".to_owned());
    let long = format!("SELECT {}\nFROM pg_class", columns.join(", "));
    let send = |harness: &mut Harness, sql: &str| {
        harness.send(Message::Sent(Entry {
            at: 37_805,
            whose: Whose::Side(SideId::Target(0)),
            server: "db1:5432".to_owned(),
            sql: sql.to_owned(),
            micros: 12_345,
            error: None,
        }));
    };
    send(&mut harness, "SELECT 1");
    send(&mut harness, &long);
    send(&mut harness, "SELECT 2");
    harness.press("@ k enter");
    send(&mut harness, "SELECT 3");
    let screen = harness.screen();
    assert!(screen.contains("Statement 2 of 4") && screen.contains("db1:5432"), "{screen}");
    assert!(screen.contains("column_59") && screen.contains("FROM pg_class"), "{screen}");
    assert!(screen.contains("\\x1b[2J") || screen.contains("\\u{1b}[2J"), "{screen}");
    harness.press("y");
    assert!(matches!(harness.asked.last(), Some(Effect::Copy { text, .. }) if **text == *long));
    harness.press("p");
    assert!(
        matches!(harness.asked.last(), Some(Effect::Run(Program::Pager(text))) if !text.contains('\x1b'))
    );
    harness.press("] ]");
    assert!(harness.screen().contains("SELECT 3"), "{}", harness.screen());
    harness.press("esc");
    assert!(harness.screen().contains("Sent to databases"), "{}", harness.screen());
    harness.press("esc");
    assert!(harness.state.overlay.is_none());
}

#[test]
fn a_statement_with_more_lines_than_the_screen_is_scrolled_to_its_end() {
    let mut harness = Harness::new((80, 24));
    let sql: Vec<String> = (0..100).map(|number| format!("-- line {number}")).collect();
    harness.send(Message::Sent(Entry {
        at: 0,
        whose: Whose::Side(SideId::Canonical),
        server: String::new(),
        sql: sql.join("\n"),
        micros: 1,
        error: Some("canceling statement due to statement timeout\nwhile it was read".to_owned()),
    }));
    harness.press("@ enter G");
    assert!(harness.screen().contains("-- line 99") && harness.screen().contains("failed"));
    harness.press("g");
    let screen = harness.screen();
    assert!(screen.contains("-- line 0") && !screen.contains("-- line 99"), "{screen}");
    assert!(screen.contains("-- failed: canceling statement due to statement timeout"), "{screen}");
    assert!(screen.contains("-- failed: while it was read"), "{screen}");
}
