//! Looking around: searching, other groupings, targets that are hidden and watched, no target at all.

use std::time::Duration;

use crate::tui::{
    effect::Effect,
    harness::Harness,
    message::Message,
    sample::{self, key},
    state::{Pane, board::Grouping, side::SideId},
};

const SIZE: (u16, u16) = (120, 40);

fn notice(harness: &Harness) -> &str {
    harness.state.notice.as_ref().map_or("", |notice| &notice.text)
}

#[test]
fn the_search_finds_what_stands_in_definitions_and_goes_there() {
    let mut harness = Harness::new(SIZE);
    harness.press("ctrl-f").type_in("current_tenant");
    let screen = harness.screen();
    assert!(screen.contains("using: (tenant_id = current_tenant())"), "{screen}");
    harness.press("enter");
    assert_eq!(harness.state.current_key(), Some(&key("policy:public.orders.tenant_isolation")));
    assert!(harness.state.overlay.is_none());
}

#[test]
fn the_search_goes_to_what_does_not_differ_as_well() {
    let mut harness = Harness::new(SIZE);
    harness.press("F").type_in("email").press("enter");
    assert_eq!(harness.state.current_key(), Some(&key("column:public.users.email")));
    assert!(harness.state.tree.show_all);
}

#[test]
fn rows_are_put_together_by_what_has_to_be_done_and_a_group_is_selected_whole() {
    let mut harness = Harness::new(SIZE);
    harness.press("t");
    assert_eq!(harness.state.grouping, Grouping::Action);
    let screen = harness.screen();
    for part in ["to create", "to change", "to drop", "public.orders.total"] {
        assert!(screen.contains(part), "{part}\n{screen}");
    }
    harness.press("g");
    while !harness.screen().lines().any(|line| line.contains("▾ to change")) {
        harness.press("j");
    }
    let board = std::sync::Arc::clone(&harness.state.board);
    let group = (0..board.len()).find(|row| board.node(*row).label == "to change").unwrap();
    harness.state.tree.reveal(&board, group);
    harness.press("space");
    assert_eq!(harness.selected(), ["policy:public.orders.tenant_isolation", "column:public.orders.total"]);
    harness.press("t");
    assert!(harness.screen().contains("loses-data"), "{}", harness.screen());
    harness.press("t");
    assert_eq!(harness.state.grouping, Grouping::Schema);
    assert_eq!(harness.selected().len(), 2);
}

#[test]
fn groups_follow_the_active_target() {
    let mut harness = Harness::new(SIZE);
    harness.press("t");
    assert!(harness.screen().contains("to drop"));
    harness.press("}");
    let board = &harness.state.board;
    let dropped = (0..board.len()).filter(|row| board.node(*row).label == "to drop");
    assert_eq!(dropped.count(), 0, "{}", harness.screen());
}

#[test]
fn what_is_to_be_selected_before_it_is_known_waits() {
    let mut harness = Harness::unread(SIZE, &["prod-eu"]);
    harness.read(SideId::Canonical, sample::canonical());
    harness.press("a");
    assert!(notice(&harness).contains("as soon as prod-eu is compared"), "{}", notice(&harness));
    harness.read(SideId::Target(0), sample::live());
    assert!(harness.selected().contains(&"column:public.orders.total".to_owned()));
    assert!(!harness.selected().iter().any(|key| key.contains("debug_dump")));
    let mut forgets = Harness::unread(SIZE, &["prod-eu"]);
    forgets.read(SideId::Canonical, sample::canonical());
    forgets.press("a A");
    forgets.read(SideId::Target(0), sample::live());
    assert!(forgets.selected().is_empty());
}

#[test]
fn a_target_is_hidden_moved_and_shown_again_with_its_selection() {
    let mut harness = Harness::new(SIZE);
    harness.press("a");
    let selected = harness.selected();
    harness.press("1 d");
    assert_eq!((harness.state.active, harness.state.shown.clone()), (1, vec![1]));
    assert!(!harness.screen().contains("▸ prod-eu") && harness.screen().contains("1 hidden"));
    harness.press("d");
    assert_eq!(notice(&harness), "the last target stays on the screen");
    harness.press("u");
    assert_eq!(harness.state.shown, [1, 0]);
    harness.press("J");
    assert_eq!(harness.state.shown, [0, 1]);
    harness.press("K j");
    assert_eq!((harness.state.shown.clone(), harness.state.active), (vec![1, 0], 0));
    assert_eq!(harness.selected(), selected);
}

#[test]
fn watching_reads_again_on_its_own_and_marks_what_changed() {
    let mut harness = Harness::new(SIZE);
    harness.press("W");
    assert!(harness.screen().contains("watching every 10 s"), "{}", harness.screen());
    let before = harness.asked.len();
    harness.now += Duration::from_secs(11);
    harness.send(Message::Tick);
    let loads = harness.asked[before..].iter().filter(|effect| matches!(effect, Effect::Load { .. }));
    assert_eq!(loads.count(), 2, "both targets are read, canonical is not");
    let mut changed = sample::live();
    let total = key("column:public.orders.total");
    changed.catalog.remove(&total);
    harness.read(SideId::Target(0), changed);
    harness.read(SideId::Target(1), sample::almost());
    assert_eq!(harness.state.targets[0].news.iter().collect::<Vec<_>>(), [&total]);
    let screen = harness.screen();
    assert!(screen.contains("• 1 new") && screen.contains("+!•"), "{screen}");
    harness.press("/").type_in("is:new").press("enter .");
    assert_eq!(notice(&harness), "1 change seen");
    assert!(!harness.screen().contains("• 1 new"));
    harness.press("W W W");
    assert!(harness.state.watch.is_none());
}

#[test]
fn one_schema_alone_can_be_looked_around_in() {
    let mut harness = Harness::unread(SIZE, &[]);
    harness.read(SideId::Canonical, sample::canonical());
    let screen = harness.screen();
    for part in ["Objects", "orders", "invoices"] {
        assert!(screen.contains(part), "{part}\n{screen}");
    }
    assert!(!screen.contains("4 Plan") && !screen.contains("canonical"), "{screen}");
    harness.go_to("table:public.users");
    assert!(harness.screen().contains("CREATE TABLE public.users"), "{}", harness.screen());
    harness.press("space a x S b w W t 4 tab tab tab 1 d J r o");
    harness.screen();
}

/// The lines of the palette, from the first thing that it offers.
fn offered(harness: &Harness) -> Vec<String> {
    let screen = harness.screen();
    let lines = screen.lines().skip_while(|line| !line.contains(" Do ")).skip(3);
    lines.map(str::to_owned).collect()
}

#[test]
fn what_was_done_from_the_palette_is_offered_first_the_next_time() {
    let mut harness = Harness::new(SIZE);
    harness.press(":").type_in("expand all").press("enter :");
    assert!(offered(&harness)[0].contains("expand all"), "{}", harness.screen());
}

#[test]
fn the_palette_has_what_the_other_panes_can_do_behind_what_can_be_done_here() {
    let mut harness = Harness::new(SIZE);
    harness.press("4 :");
    assert!(offered(&harness)[0].contains("show the statement's object"), "{}", harness.screen());
    harness.type_in("add a target");
    assert!(offered(&harness)[0].contains("targets: add a target"), "{}", harness.screen());
    harness.press("enter");
    assert!(harness.screen().contains("Add a target"), "{}", harness.screen());
    // What is about a line is about that of its own pane.
    harness.press("esc").go_to("column:public.orders.total").press("4 :");
    harness.type_in("select or deselect the row").press("enter");
    assert_eq!(harness.selected(), ["column:public.orders.total"]);
    assert_eq!(harness.state.focus, Pane::Tree);
}

#[test]
fn a_theme_that_was_taken_is_offered_first_the_next_time() {
    let mut harness = Harness::new(SIZE);
    harness.state.themes = vec!["dark".to_owned(), "mono".to_owned()];
    harness.press(":").type_in("theme mono").press("enter :");
    assert!(offered(&harness)[0].contains("take the theme mono"), "{}", harness.screen());
}

#[test]
fn a_key_that_does_nothing_here_says_where_it_does_something() {
    let mut harness = Harness::new(SIZE);
    harness.press("4 t");
    let says = |harness: &Harness| notice(harness).to_owned();
    assert_eq!(says(&harness), "t does something in the objects: 2 goes there");
    harness.press("2 c");
    assert_eq!(says(&harness), "c does something in the plan: 4 goes there");
    harness.press("f12");
    assert_eq!(says(&harness), "F12 does nothing here; ? shows what does");
}

#[test]
fn what_goes_with_its_table_is_in_the_group_of_its_table_and_groups_collapse() {
    let mut harness = Harness::new(SIZE);
    harness.press("t t E");
    let group = |harness: &Harness, object: &str| -> String {
        let board = &harness.state.board;
        let row = board.row_of(&key(object)).unwrap();
        board.node(board.ancestors(row).last().unwrap()).label.to_owned()
    };
    assert_eq!(group(&harness, "table:public.debug_dump"), "loses-data");
    assert_eq!(group(&harness, "column:public.debug_dump.payload"), "loses-data");
    harness.press("C");
    assert!(!harness.screen().contains("debug_dump"), "{}", harness.screen());
    assert!(harness.screen().contains("▸ loses-data"), "{}", harness.screen());
}

#[test]
fn the_cursor_on_a_heading_starts_over_where_rows_are_put_together_otherwise() {
    let mut harness = Harness::new(SIZE);
    harness.press("g t");
    assert_eq!(harness.state.tree.at(), 0);
    harness.go_to("column:public.orders.total").press("t");
    assert_eq!(harness.state.current_key(), Some(&key("column:public.orders.total")));
}

#[test]
fn the_age_of_what_was_read_is_told_and_an_idle_program_is_hardly_woken_up() {
    let mut harness = Harness::new(SIZE);
    let wakes = harness.state.deadline().unwrap();
    assert!(wakes >= harness.now + Duration::from_secs(50));
    harness.now += Duration::from_secs(11 * 60);
    harness.send(Message::Tick);
    assert!(harness.screen().contains("over 10 min old"), "{}", harness.screen());
}
