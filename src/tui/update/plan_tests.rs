//! The pane of the plan by keys: style, direction, the way back, and its link to the objects.

use crate::{
    plan::{Direction, Style},
    tui::{harness::Harness, sample::key, state::Pane},
};

const SIZE: (u16, u16) = (120, 40);

fn plan_of(harness: &Harness) -> &crate::plan::Plan {
    &harness.state.target().unwrap().current_plan().expect("the plan follows the keys").plan
}

#[test]
fn a_key_switches_the_style_and_the_plan_follows() {
    let mut harness = Harness::new(SIZE);
    harness.press("a");
    assert_eq!(plan_of(&harness).style, Style::Plain);
    harness.press("S");
    assert_eq!(plan_of(&harness).style, Style::Idempotent);
    assert!(harness.screen().contains("idempotent"), "{}", harness.screen());
    harness.press("S");
    assert_eq!(plan_of(&harness).style, Style::Online);
    harness.press("S");
    assert_eq!(plan_of(&harness).style, Style::Plain);
}

#[test]
fn a_key_shows_the_way_back_and_the_plan_again() {
    let mut harness = Harness::new(SIZE);
    harness.go_to("index:public.orders.orders_customer_idx").press("space");
    assert!(plan_of(&harness).statements[0].sql.starts_with("CREATE INDEX"));
    harness.press("b");
    assert!(plan_of(&harness).undoes && plan_of(&harness).statements[0].sql.starts_with("DROP INDEX"));
    assert!(harness.screen().contains("Way back for prod-eu"), "{}", harness.screen());
    harness.press("b");
    assert!(!plan_of(&harness).undoes);
}

#[test]
fn the_direction_turns_the_sentence_and_what_is_dangerous() {
    let mut harness = Harness::new(SIZE);
    harness.go_to("index:public.orders.orders_hotfix_idx").press("D");
    harness.go_to("index:public.orders.orders_customer_idx").press("space");
    assert_eq!(harness.selected().len(), 2);
    harness.press("x");
    assert_eq!(harness.state.comparison().unwrap().direction, Direction::CanonicalFollows);
    assert_eq!(plan_of(&harness).sentence(), "This SQL changes schema.sql so that it matches prod-eu.");
    // Now that one would be dropped from canonical, and nobody said yes to that.
    assert_eq!(harness.selected(), ["index:public.orders.orders_hotfix_idx"]);
    assert!(plan_of(&harness).statements[0].sql.starts_with("CREATE INDEX orders_hotfix_idx"));
    harness.press("x");
    assert_eq!(plan_of(&harness).sentence(), "This SQL changes prod-eu so that it matches schema.sql.");
}

#[test]
fn the_cursor_of_the_plan_takes_that_of_the_objects_along_and_the_other_way_round() {
    let mut harness = Harness::new(SIZE);
    harness.press("a 4 G");
    let last = plan_of(&harness).statements.last().unwrap().key.clone();
    assert_eq!(harness.state.current_key(), Some(&last));
    assert_eq!(harness.state.focus, Pane::Plan);
    harness.press("2");
    harness.go_to("column:public.orders.total");
    let at = harness.state.plan_at;
    assert_eq!(plan_of(&harness).statements[at].key, key("column:public.orders.total"));
}
