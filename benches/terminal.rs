//! The terminal's own work between a key and the screen: the real `update` and the real `view`, without
//! a tty, at 1,000, 100,000 and 1,000,000 objects.
//!
//!     cargo bench --bench terminal
//!
//! What effects do beside the screen (comparing, planning, colours) is not in these figures.

mod synthetic;

use std::{cell::RefCell, collections::HashMap};

use divan::Bencher;
use ratatui::{Terminal, backend::TestBackend};
use schemascope::tui::{harness::Harness, theme::Themes};

const OBJECTS: [usize; 3] = [1_000, 100_000, 1_000_000];
const SMALL: (u16, u16) = (80, 24);
const LARGE: (u16, u16) = (200, 60);

fn main() {
    divan::main();
}

thread_local! {
    /// Large schemas take a while to make: each is made once.
    static DESKS: RefCell<HashMap<usize, Harness>> = RefCell::default();
}

/// Works with a terminal on two drifted targets, every object shown and every row expanded.
fn with_desk<T>(objects: usize, size: (u16, u16), work: impl FnOnce(&mut Harness) -> T) -> T {
    DESKS.with_borrow_mut(|desks| {
        let desk = desks.entry(objects).or_insert_with(|| {
            let canonical = synthetic::schema(objects);
            let targets = vec![synthetic::drifted(&canonical, 50), synthetic::drifted(&canonical, 333)];
            let mut desk = Harness::on(LARGE, canonical, targets);
            desk.press("o E");
            desk
        });
        desk.resize(size.0, size.1);
        work(desk)
    })
}

/// A key with the frame that follows it.
fn key_to_screen(bencher: Bencher<'_, '_>, objects: usize, size: (u16, u16), keys: [&str; 2]) {
    with_desk(objects, size, |desk| {
        let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).expect("a buffer");
        let themes = Themes::default();
        let theme = themes.get("dark").expect("a theme of the program");
        let mut turn = 0;
        bencher.bench_local(|| {
            desk.tap(keys[turn % 2]);
            turn += 1;
            desk.draw_on(&mut terminal, theme);
        });
    });
}

#[divan::bench(args = OBJECTS)]
fn down_small(bencher: Bencher<'_, '_>, objects: usize) {
    key_to_screen(bencher, objects, SMALL, ["j", "j"]);
}

#[divan::bench(args = OBJECTS)]
fn down_large(bencher: Bencher<'_, '_>, objects: usize) {
    key_to_screen(bencher, objects, LARGE, ["j", "j"]);
}

#[divan::bench(args = OBJECTS)]
fn page_large(bencher: Bencher<'_, '_>, objects: usize) {
    key_to_screen(bencher, objects, LARGE, ["ctrl-d", "ctrl-d"]);
}

#[divan::bench(args = OBJECTS)]
fn to_the_end_and_back_large(bencher: Bencher<'_, '_>, objects: usize) {
    key_to_screen(bencher, objects, LARGE, ["G", "g"]);
}

#[divan::bench(args = OBJECTS, sample_count = 20)]
fn collapse_and_expand_all_large(bencher: Bencher<'_, '_>, objects: usize) {
    key_to_screen(bencher, objects, LARGE, ["C", "E"]);
}

#[divan::bench(args = OBJECTS, sample_count = 20)]
fn next_difference_large(bencher: Bencher<'_, '_>, objects: usize) {
    key_to_screen(bencher, objects, LARGE, ["]", "]"]);
}

#[divan::bench(args = OBJECTS, sample_count = 10)]
fn select_all_and_none_large(bencher: Bencher<'_, '_>, objects: usize) {
    key_to_screen(bencher, objects, LARGE, ["a", "A"]);
}

/// A letter more, a letter less, of a filter that many names have.
#[divan::bench(args = OBJECTS, sample_count = 20)]
fn filter_stroke_large(bencher: Bencher<'_, '_>, objects: usize) {
    with_desk(objects, LARGE, |desk| {
        desk.press("/").type_in("order");
    });
    key_to_screen(bencher, objects, LARGE, ["s", "backspace"]);
    with_desk(objects, LARGE, |desk| {
        desk.press("esc");
    });
}

/// A letter of a filter that no name has, so that all of them are looked at for being similar.
#[divan::bench(args = OBJECTS, sample_count = 20)]
fn fuzzy_filter_stroke_large(bencher: Bencher<'_, '_>, objects: usize) {
    with_desk(objects, LARGE, |desk| {
        desk.press("/").type_in("ordrs");
    });
    key_to_screen(bencher, objects, LARGE, ["x", "backspace"]);
    with_desk(objects, LARGE, |desk| {
        desk.press("esc");
    });
}

#[divan::bench(args = OBJECTS)]
fn draw_small(bencher: Bencher<'_, '_>, objects: usize) {
    draw(bencher, objects, SMALL);
}

#[divan::bench(args = OBJECTS)]
fn draw_large(bencher: Bencher<'_, '_>, objects: usize) {
    draw(bencher, objects, LARGE);
}

fn draw(bencher: Bencher<'_, '_>, objects: usize, size: (u16, u16)) {
    with_desk(objects, size, |desk| {
        let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).expect("a buffer");
        let themes = Themes::default();
        let theme = themes.get("dark").expect("a theme of the program");
        bencher.bench_local(|| desk.draw_on(&mut terminal, theme));
    });
}
