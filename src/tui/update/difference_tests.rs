//! The pane of the difference by keys: parts that are selected there, links that are followed.

use std::sync::Arc;

use crate::{
    model::{Location, Size},
    tui::{
        harness::Harness,
        sample::{self, key},
        state::{Pane, side::SideId},
    },
};

const SIZE: (u16, u16) = (120, 40);

fn on(object: &str) -> Harness {
    let mut harness = Harness::new(SIZE);
    harness.go_to(object).press("3 z");
    harness
}

/// Moves the cursor down to the first line that has a text.
fn to_line(harness: &mut Harness, text: &str) {
    for _ in 0..60 {
        let screen = harness.screen();
        let at = harness.state.diff_at - harness.state.diff_scroll;
        let top = screen.lines().position(|line| line.contains("╭ 3 ")).unwrap();
        if screen.lines().nth(top + 1 + at).is_some_and(|line| line.contains(text)) {
            return;
        }
        harness.press("j");
    }
    panic!("no line has {text}:\n{}", harness.screen());
}

#[test]
fn a_column_is_selected_on_its_line_of_the_tables_definition() {
    let mut harness = on("table:public.orders");
    to_line(&mut harness, "total numeric");
    harness.press("space");
    assert_eq!(harness.selected(), ["column:public.orders.total"]);
    assert!(harness.screen().contains("✓"), "{}", harness.screen());
    harness.press("space");
    assert!(harness.selected().is_empty());
}

#[test]
fn an_index_and_a_policy_are_selected_in_the_list_of_parts() {
    let mut harness = on("table:public.orders");
    to_line(&mut harness, "orders_customer_idx");
    harness.press("space");
    to_line(&mut harness, "policy tenant_isolation");
    harness.press("space");
    assert_eq!(
        harness.selected(),
        ["index:public.orders.orders_customer_idx", "policy:public.orders.tenant_isolation"]
    );
}

#[test]
fn a_part_that_is_dropped_needs_the_other_key_here_too() {
    let mut harness = on("table:public.orders");
    to_line(&mut harness, "orders_hotfix_idx");
    harness.press("space");
    assert!(harness.selected().is_empty());
    harness.press("D");
    assert_eq!(harness.selected(), ["index:public.orders.orders_hotfix_idx"]);
}

#[test]
fn what_the_filter_hides_is_not_selected_in_the_difference_either() {
    let mut harness = Harness::new(SIZE);
    harness.press("/").type_in("kind:policy").press("enter");
    harness.go_to("table:public.orders").press("3 z");
    to_line(&mut harness, "total numeric");
    harness.press("space");
    assert!(harness.selected().is_empty());
}

#[test]
fn the_size_of_a_table_is_told_of_what_it_does_not_have_yet_and_in_a_narrow_pane_whole() {
    let mut live = sample::live();
    live.sizes = [(key("table:public.orders"), Size { rows: Some(2_000_000), bytes: 1 << 33 })].into();
    let mut harness = Harness::on(SIZE, sample::canonical(), vec![live]);
    harness.go_to("index:public.orders.orders_customer_idx").press("3");
    let screen = harness.screen();
    assert!(screen.contains("about 2.0 million rows"), "{screen}");
    assert!(screen.contains("statistics"), "{screen}");
}

#[test]
fn lines_that_other_files_have_show_their_numbers_below_the_names_of_the_files() {
    let place = |file: &str, line| Location { file: file.into(), line };
    let mut canonical = sample::canonical();
    canonical.locations.insert(key("column:public.orders.customer_id"), place("db/005_customers.sql", 3));
    canonical.locations.insert(key("column:public.orders.total"), place("schema.sql", 14));
    for size in [(120, 40), (80, 24)] {
        let mut harness = Harness::on(size, canonical.clone(), vec![sample::live()]);
        harness.go_to("table:public.orders").press("3 z f");
        let screen = harness.screen();
        let line = |text: &str| screen.lines().position(|line| line.contains(text)).unwrap();
        let named = line("in 005_customers.sql");
        assert!(screen.lines().nth(named + 1).unwrap().contains("  3       customer_id"), "{screen}");
        let back = line("in schema.sql");
        assert!(back > named && screen.lines().nth(back + 1).unwrap().contains(" 14 "), "{screen}");
    }
}

#[test]
fn the_only_file_of_canonical_is_not_named_twice() {
    let mut canonical = sample::canonical();
    let place = Location { file: "db/schema.sql".into(), line: 13 };
    canonical.locations.insert(key("table:public.orders"), place.clone());
    canonical.locations.insert(key("column:public.orders.id"), Location { line: 14, ..place });
    let mut live = sample::live();
    let mut extra = (**live.catalog.get(&key("column:public.orders.note")).unwrap()).clone();
    extra.key = key("column:public.orders.extra");
    live.catalog.insert(Arc::new(extra));
    let mut harness = Harness::on((80, 24), canonical, vec![live]);
    harness.go_to("column:public.orders.extra").press("3 z");
    let screen = harness.screen();
    assert!(screen.contains(" 13 ") && !screen.contains("in schema.sql"), "{screen}");
}

#[test]
fn what_neither_side_has_is_not_called_the_same() {
    let targets = vec![sample::almost(), sample::live()];
    let mut harness = Harness::on(SIZE, sample::canonical(), targets);
    harness.go_to("table:public.debug_dump");
    let screen = harness.screen();
    assert!(screen.contains("neither") && !screen.contains("= the same at"), "{screen}");
}

#[test]
fn enter_goes_to_what_a_line_is_about_and_shows_it_if_it_was_hidden() {
    let mut harness = on("table:public.orders");
    to_line(&mut harness, "requires");
    harness.press("enter");
    assert_eq!(harness.state.current_key(), Some(&key("schema:public")));
    assert_eq!(harness.state.focus, Pane::Diff);
}

#[test]
fn the_difference_says_how_the_object_stands_at_the_other_targets() {
    let mut harness = Harness::unread(SIZE, &["prod-eu", "prod-us", "staging"]);
    harness.read(SideId::Canonical, sample::canonical());
    harness.read(SideId::Target(0), sample::live());
    harness.read(SideId::Target(1), sample::live());
    harness.read(SideId::Target(2), sample::almost());
    harness.go_to("column:public.orders.total");
    let screen = harness.screen();
    assert!(screen.contains("just the same difference at prod-us"), "{screen}");
}
