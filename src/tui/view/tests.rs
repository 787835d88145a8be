//! Screens as text, and what they look like besides.

use insta::assert_snapshot;
use ratatui::{
    buffer::{Buffer, Cell},
    style::Modifier,
};

use crate::{
    plan::Proof,
    tui::{
        harness::{Harness, text_of},
        message::Message,
        sample::{self, key},
        state::side::SideId,
        theme::{Role, Theme, Themes},
    },
};

const SMALL: (u16, u16) = (80, 24);
const MEDIUM: (u16, u16) = (120, 40);
const LARGE: (u16, u16) = (200, 60);

fn at(mut harness: Harness, object: &str) -> Harness {
    let board = std::sync::Arc::clone(&harness.state.board);
    let row = board.row_of(&key(object)).unwrap();
    assert!(harness.state.tree.reveal(&board, row));
    harness.send(Message::Tick);
    harness
}

fn theme(name: &str) -> Theme {
    Themes::default().get(name).unwrap().clone()
}

#[test]
fn the_first_frame_comes_before_any_connection() {
    assert_snapshot!(Harness::unread(SMALL, &["prod-eu", "staging"]).screen());
}

#[test]
fn targets_tell_how_far_their_reading_is() {
    let mut harness = Harness::unread(SMALL, &["prod-eu", "staging"]);
    harness.read(SideId::Canonical, sample::canonical());
    let phase = "indexes".to_owned();
    harness.send(Message::Progress { side: SideId::Target(0), generation: 1, phase, count: 210 });
    assert_snapshot!(harness.screen());
}

#[test]
fn differences_on_a_small_screen() {
    assert_snapshot!(at(Harness::new(SMALL), "column:public.orders.total").screen());
}

#[test]
fn differences_on_the_smallest_screen() {
    let mut harness = at(Harness::new((60, 15)), "column:public.orders.total");
    let tree = harness.screen();
    harness.press("3");
    let difference = harness.screen();
    harness.press("2 a 4");
    assert_snapshot!(format!("{tree}\n\n{difference}\n\n{}", harness.screen()));
}

#[test]
fn a_changed_column_on_a_medium_screen_with_the_plan_of_all() {
    let mut harness = at(Harness::new(MEDIUM), "column:public.orders.total");
    harness.press("a");
    let (target, id) = (0, harness.state.target().unwrap().plan_id());
    let proof = Proof::proven_on("local PostgreSQL 15.18");
    harness.send(Message::Proved { target, id, proof });
    assert_snapshot!(harness.screen());
}

#[test]
fn definitions_side_by_side_on_a_large_screen() {
    let mut harness = at(Harness::new(LARGE), "column:public.orders.total");
    harness.press("space k 3");
    assert_snapshot!(harness.screen());
}

#[test]
fn a_plan_that_loses_data() {
    let mut harness = at(Harness::new(MEDIUM), "table:public.debug_dump");
    harness.press("D 4");
    let (target, id) = (0, harness.state.target().unwrap().plan_id());
    let (engine, reason) =
        ("embedded PostgreSQL 18.4".to_owned(), "afterwards the table is still there.".to_owned());
    harness.send(Message::Proved { target, id, proof: Proof::Failed { engine, reason } });
    assert_snapshot!(harness.screen());
}

#[test]
fn a_target_that_cannot_be_read() {
    let mut harness = Harness::unread(MEDIUM, &["prod-eu", "staging"]);
    harness.read(SideId::Canonical, sample::canonical());
    let error = "Connecting to db1.internal:5432 failed: connection refused.\nIs the server running, and does it listen on that port?";
    harness.fail(SideId::Target(0), error);
    harness.read(SideId::Target(1), sample::almost());
    harness.press("{");
    assert_snapshot!(harness.screen());
}

#[test]
fn targets_that_match() {
    let mut harness = Harness::unread(SMALL, &["prod-eu"]);
    harness.read(SideId::Canonical, sample::canonical());
    harness.read(SideId::Target(0), sample::canonical());
    assert_snapshot!(harness.screen());
}

#[test]
fn a_canonical_schema_that_cannot_be_read() {
    let mut harness = Harness::unread(SMALL, &["prod-eu"]);
    harness.fail(
        SideId::Canonical,
        "schema.sql:12: syntax error at or near \"TABEL\".\nCorrect the statement: CREATE TABEL orders (",
    );
    harness.read(SideId::Target(0), sample::live());
    assert_snapshot!(harness.screen());
}

#[test]
fn a_filter_while_it_is_typed() {
    let mut harness = Harness::new(SMALL);
    harness.press("/").type_in("ord kind:index");
    assert_snapshot!(harness.screen());
}

#[test]
fn the_help() {
    let mut harness = Harness::new(MEDIUM);
    harness.press("?");
    assert_snapshot!(harness.screen());
}

#[test]
fn the_palette() {
    let mut harness = Harness::new(SMALL);
    harness.press(":").type_in("sel");
    assert_snapshot!(harness.screen());
}

#[test]
fn the_question_where_to_write() {
    let mut harness = Harness::new(SMALL);
    harness.press("D a w");
    assert_snapshot!(harness.screen());
}

#[test]
fn names_cannot_take_over_the_terminal() {
    let mut harness = Harness::unread(MEDIUM, &["evil\x1b[2J", "表表表表表表"]);
    harness.read(SideId::Canonical, sample::canonical());
    harness.read(SideId::Target(0), sample::hostile());
    harness.press("a");
    let screen = harness.screen();
    assert!(!screen.contains(|c: char| c.is_control() && c != '\n'), "{screen:?}");
    assert!(!screen.contains('\u{202e}'));
    assert_snapshot!(screen);
}

#[test]
fn every_size_draws_in_every_state() {
    let sizes = (1..=200).step_by(7).chain([2, 3, 59, 60, 61, 76, 79, 80, 100, 120]);
    let heights: Vec<u16> = vec![1, 2, 3, 4, 5, 8, 14, 15, 16, 19, 20, 24, 37, 60];
    let theme = theme("dark");
    for columns in sizes {
        for rows in &heights {
            for keys in ["", "a 3", "a 4 z", "1", "?", ":", "a w", "/", "@", "F", "t", "3 j j"] {
                let mut harness = Harness::unread((columns, *rows), &["prod-eu"]);
                harness.read(SideId::Canonical, sample::canonical());
                if columns % 2 == 0 {
                    harness.read(SideId::Target(0), sample::hostile());
                }
                harness.press(keys);
                harness.draw(&theme);
            }
        }
    }
}

#[test]
fn a_screen_that_is_too_small_says_what_it_needs() {
    let mut harness = Harness::new((20, 5));
    assert_eq!(harness.screen().trim(), "too small: 20×5,\n     needs 60×15");
    harness.send(Message::Resize(80, 24));
    assert!(harness.screen().contains("Differences"));
}

fn cell_of<'a>(buffer: &'a Buffer, text: &str) -> &'a Cell {
    let screen = text_of(buffer);
    let (row, line) = screen.lines().enumerate().find(|(_, line)| line.contains(text)).unwrap();
    let column = crate::tui::text::width(&line[..line.find(text).unwrap()]);
    &buffer[(u16::try_from(column).unwrap(), u16::try_from(row).unwrap())]
}

#[test]
fn a_protected_target_has_its_own_colour() {
    let theme = theme("dark");
    let buffer = Harness::new(MEDIUM).draw(&theme);
    let protected = theme.style(Role::Protected);
    assert_eq!(cell_of(&buffer, "prod-eu     read-only protected").bg, protected.bg.unwrap());
    assert_ne!(cell_of(&buffer, "staging     read-only").bg, protected.bg.unwrap());
    // Both badges stand there, and what follows stands in line.
    assert_eq!(cell_of(&buffer, "protected  ●").fg, theme.style(Role::Danger).fg.unwrap());
    assert_eq!(cell_of(&buffer, "read-only            ●").fg, theme.style(Role::Badge).fg.unwrap());
}

#[test]
fn statuses_and_hazards_have_their_colours_and_the_cursor_is_seen() {
    let theme = theme("dark");
    let buffer = at(Harness::new(LARGE), "table:public.invoices").draw(&theme);
    assert_eq!(cell_of(&buffer, "-! ").fg, theme.style(Role::Extra).fg.unwrap());
    assert_eq!(cell_of(&buffer, "!  ").fg, theme.style(Role::Danger).fg.unwrap());
    assert_eq!(cell_of(&buffer, "~!").fg, theme.style(Role::Changed).fg.unwrap());
    assert_eq!(cell_of(&buffer, "▸ invoices").bg, theme.style(Role::Cursor).bg.unwrap());
}

#[test]
fn changed_words_are_marked_and_sql_is_coloured() {
    let theme = theme("dark");
    let buffer = at(Harness::new(LARGE), "column:public.orders.total").draw(&theme);
    assert_eq!(cell_of(&buffer, "CREATE TABLE").fg, theme.style(Role::SqlKeyword).fg.unwrap());
    let marked = buffer.content.iter().filter(|cell| cell.bg == theme.style(Role::AddedWord).bg.unwrap());
    assert!(marked.count() > 0);
}

#[test]
fn every_theme_draws_and_mono_has_no_colour_but_shows_the_cursor() {
    let mut harness = Harness::new(MEDIUM);
    harness.press("a");
    for name in Themes::default().names() {
        harness.draw(&theme(name));
    }
    let buffer = harness.draw(&theme("mono"));
    let colourless =
        |cell: &Cell| cell.fg == ratatui::style::Color::Reset && cell.bg == ratatui::style::Color::Reset;
    assert!(buffer.content.iter().all(colourless));
    assert!(cell_of(&buffer, "▸ debug_dump").modifier.contains(Modifier::REVERSED));
}

#[test]
fn the_pane_with_the_focus_is_seen() {
    let theme = theme("dark");
    let mut harness = Harness::new(MEDIUM);
    let focused = theme.style(Role::BorderFocused).fg.unwrap();
    assert_eq!(cell_of(&harness.draw(&theme), "╭ 2 Differences").fg, focused);
    harness.press("tab");
    assert_ne!(cell_of(&harness.draw(&theme), "╭ 2 Differences").fg, focused);
    assert_eq!(cell_of(&harness.draw(&theme), "╭ 3 ").fg, focused);
}

#[test]
fn the_cursor_of_the_plan_is_on_one_line_in_every_theme() {
    let mut harness = Harness::new(MEDIUM);
    harness.press("a 4 j");
    let themes = Themes::default();
    for name in themes.names() {
        let theme = theme(name);
        let buffer = harness.draw(&theme);
        let cursor = theme.style(Role::Cursor);
        let plan = crate::tui::layout::areas(&harness.state).unwrap().plan.unwrap();
        let inner = crate::tui::layout::inner(plan);
        let under = |row: &u16| {
            let cell = &buffer[(inner.right() - 1, *row)];
            cell.modifier.contains(cursor.add_modifier) && cursor.bg.is_none_or(|bg| cell.bg == bg)
        };
        assert_eq!((inner.top()..inner.bottom()).filter(under).count(), 1, "{name}");
    }
}

#[test]
fn the_place_is_shown_whatever_pane_has_the_focus() {
    let mut harness = at(Harness::new(MEDIUM), "column:public.orders.total");
    for keys in ["1", "2", "3", "4", "z", "?"] {
        harness.press(keys);
        let screen = harness.screen();
        let status = screen.lines().rev().nth(1).unwrap();
        assert!(status.ends_with("public › orders › total · column"), "{keys}: {status}");
    }
}

#[test]
fn what_is_read_has_the_width_of_a_small_screen() {
    let mut harness = at(Harness::new(SMALL), "column:public.orders.total");
    harness.press("a 3");
    let difference = harness.screen();
    harness.press("4");
    assert_snapshot!(format!("{difference}\n\n{}", harness.screen()));
    harness.press("2");
    assert!(harness.screen().contains("2 Differences"));
}

#[test]
fn targets_whose_names_begin_alike_are_told_from_each_other() {
    let mut harness = Harness::unread(SMALL, &["production-eu-west", "production-us-east"]);
    harness.read(SideId::Canonical, sample::canonical());
    harness.read(SideId::Target(0), sample::live());
    harness.read(SideId::Target(1), sample::live());
    let screen = harness.screen();
    assert!(screen.contains("…n-eu-west …n-us-east"), "{screen}");
    assert!(screen.contains("identical to production-eu-west"), "{screen}");
}

#[test]
fn the_bar_of_a_schema_alone_has_no_keys_for_targets() {
    let mut harness = Harness::unread(MEDIUM, &[]);
    harness.read(SideId::Canonical, sample::canonical());
    let screen = harness.screen();
    let bar = screen.lines().next_back().unwrap();
    assert!(bar.contains("Ctrl-f find") && bar.contains("e edit"), "{bar}");
    assert!(!bar.contains("select") && !bar.contains("next target"), "{bar}");
}

#[test]
fn of_a_target_that_was_never_compared_nothing_older_is_said_to_be_shown() {
    let mut harness = Harness::unread(MEDIUM, &["branch"]);
    harness.read(SideId::Canonical, sample::canonical());
    let other = crate::model::Snapshot { dialect: "sqlite".to_owned(), ..sample::live() };
    harness.read(SideId::Target(0), other);
    let screen = harness.screen();
    assert!(screen.contains("cannot be compared with one of SQLite"), "{screen}");
    assert!(!screen.contains("what is shown is older"), "{screen}");
}

#[test]
fn the_bar_offers_no_editor_where_canonical_has_no_file() {
    let mut harness = Harness::unread(MEDIUM, &[]);
    harness.read(SideId::Canonical, sample::live());
    let screen = harness.screen();
    let bar = screen.lines().next_back().unwrap();
    assert!(bar.contains("Ctrl-f find") && !bar.contains("edit"), "{bar}");
}

#[test]
fn a_table_whose_columns_differ_is_the_same_but_for_its_parts() {
    let mut harness = Harness::new(MEDIUM);
    harness.go_to("table:public.orders");
    assert!(harness.screen().contains("= the same at prod-eu, but for its parts"), "{}", harness.screen());
}

#[test]
fn a_single_target_has_no_next_one() {
    let mut harness = Harness::unread((240, 30), &["prod-eu"]);
    harness.read(SideId::Canonical, sample::canonical());
    harness.read(SideId::Target(0), sample::live());
    let screen = harness.screen();
    let bar = screen.lines().next_back().unwrap();
    assert!(bar.contains("] next ") && !bar.contains("next target"), "{bar}");
    harness.press("A");
    assert!(harness.screen().contains("nothing is selected"), "{}", harness.screen());
}

#[test]
fn the_frame_of_a_plan_for_what_is_protected_warns() {
    let theme = theme("dark");
    let mut harness = Harness::new(MEDIUM);
    let color = |harness: &mut Harness| cell_of(&harness.draw(&theme), "╭ 4 ").fg;
    let danger = theme.style(Role::Danger).fg.unwrap();
    assert_eq!(color(&mut harness), danger);
    harness.press("}");
    assert_ne!(color(&mut harness), danger);
}

#[test]
fn the_title_of_a_plan_names_its_target_at_every_width() {
    let mut narrow = 0;
    for columns in 60..=130 {
        let mut harness = Harness::new((columns, 24));
        harness.press("a");
        let (target, id) = (0, harness.state.target().unwrap().plan_id());
        harness.send(Message::Proved { target, id, proof: Proof::proven_on("local PostgreSQL 15.18") });
        let screen = harness.screen();
        let Some(title) = screen.lines().find_map(|line| line.split_once("╭ 4 ")) else { continue };
        let (_, title) = title;
        assert!(
            title.starts_with("prod-eu ") || title.starts_with("Plan for prod-eu "),
            "{columns}: {title}"
        );
        assert!(title.contains("✓ schema proven ╮") || title.contains("✓ proven without rows ╮"), "{title}");
        narrow += usize::from(title.starts_with("prod-eu "));
    }
    assert!(narrow > 0, "no plan was narrow");
}
