//! The mouse: where it is clicked, and what the wheel scrolls.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::tui::{
    harness::Harness,
    layout,
    message::Message,
    state::{Overlay, Pane},
};

const SIZE: (u16, u16) = (120, 40);

fn mouse(harness: &mut Harness, kind: MouseEventKind, column: u16, row: u16) {
    harness.send(Message::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
}

fn click(harness: &mut Harness, column: u16, row: u16) {
    mouse(harness, MouseEventKind::Down(MouseButton::Left), column, row);
}

/// The line of the screen, and the column in it, where a text stands.
fn find(harness: &Harness, text: &str) -> (u16, u16) {
    let screen = harness.screen();
    let found = screen.lines().enumerate().find_map(|(row, line)| {
        let column = line[..line.find(text)?].chars().count();
        Some((u16::try_from(column).unwrap(), u16::try_from(row).unwrap()))
    });
    found.unwrap_or_else(|| panic!("{text} is not on the screen:\n{screen}"))
}

#[test]
fn a_click_on_the_box_of_a_row_selects_it_and_one_on_its_name_goes_there() {
    let mut harness = Harness::new(SIZE);
    let (column, row) = find(&harness, "orders_customer_idx");
    click(&mut harness, column, row);
    assert_eq!(harness.state.current_key().unwrap().name(), "orders_customer_idx");
    assert!(harness.selected().is_empty());
    let boxes = layout::lines_of(&harness.state, Pane::Tree).x;
    click(&mut harness, boxes + 1, row);
    assert_eq!(harness.selected(), ["index:public.orders.orders_customer_idx"]);
    assert_eq!(harness.state.current_key().unwrap().name(), "orders_customer_idx");
}

#[test]
fn a_click_never_selects_what_loses_data() {
    let mut harness = Harness::new(SIZE);
    let (_, row) = find(&harness, "▸ debug_dump");
    let boxes = layout::lines_of(&harness.state, Pane::Tree).x;
    click(&mut harness, boxes, row);
    assert!(harness.selected().is_empty());
    let notice = harness.state.notice.as_ref().map_or("", |notice| &notice.text);
    assert!(notice.contains("loses data"), "{notice}");
}

#[test]
fn a_click_puts_the_cursor_on_a_line_of_the_difference_and_on_a_statement_of_the_plan() {
    let mut harness = Harness::new(SIZE);
    harness.go_to("table:public.orders");
    let (column, row) = find(&harness, "total numeric(12,2)");
    click(&mut harness, column, row);
    assert_eq!(harness.state.focus, Pane::Diff);
    harness.press("space");
    assert_eq!(harness.selected(), ["column:public.orders.total"]);
    harness.press("2 a 4 z");
    let (column, row) = find(&harness, "CREATE INDEX");
    click(&mut harness, column, row);
    assert_eq!(harness.state.focus, Pane::Plan);
    let planned = harness.state.target().unwrap().current_plan().unwrap();
    assert!(planned.plan.statements[harness.state.plan_at].sql.starts_with("CREATE INDEX"));
}

#[test]
fn the_wheel_scrolls_what_is_under_it() {
    let mut harness = Harness::new((80, 24));
    harness.press("?");
    for _ in 0..3 {
        mouse(&mut harness, MouseEventKind::ScrollDown, 40, 10);
    }
    assert!(matches!(harness.state.overlay, Some(Overlay::Help { scroll: 9 })));
    harness.press("esc").resize(80, 16).go_to("table:public.orders").press("3 f");
    let before = harness.state.diff_scroll;
    let area = layout::lines_of(&harness.state, Pane::Diff);
    mouse(&mut harness, MouseEventKind::ScrollDown, area.x + 1, area.y + 1);
    assert!(harness.state.diff_scroll > before, "{}", harness.screen());
}
