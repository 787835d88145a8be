//! Thousands of keys in no sensible order, on a comparison that SQLite made.

use std::{collections::BTreeSet, fs, sync::OnceLock};

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::{prelude::*, test_runner::Config};

use super::{harness::Harness, keymap, message::Message, state::State, theme::Themes, update};
use crate::{
    model::{Key, Snapshot},
    scratch,
    source::{self, LoadOptions, Source},
};

const KEYS: &[&str] = &[
    "j",
    "k",
    "h",
    "l",
    "down",
    "up",
    "left",
    "right",
    "g",
    "G",
    "ctrl-d",
    "ctrl-u",
    "E",
    "C",
    "]",
    "[",
    "n",
    "N",
    "space",
    "space",
    "space",
    "D",
    "D",
    "v",
    "shift-down",
    "shift-up",
    "a",
    "A",
    "i",
    "u",
    "ctrl-r",
    "o",
    "/",
    "enter",
    "esc",
    "tab",
    "shift-tab",
    "1",
    "2",
    "3",
    "4",
    "z",
    "<",
    ">",
    "s",
    "f",
    "x",
    "t",
    "y",
    "w",
    "r",
    "?",
    ":",
    "}",
    "{",
    "b",
    "e",
    "p",
    "c",
    "d",
    "q",
    "@",
    "backspace",
    "f1",
    "T",
    "B",
    "H",
    "I",
    "=",
    "ctrl-f",
    "ctrl-w",
    "ctrl-e",
    "S",
    "W",
    ".",
    "J",
    "K",
    "+",
    "P",
    "R",
];

/// What is done with the mouse or pasted at a place of the screen now and then, and not by a key.
const OTHERS: usize = 4;

const SIZES: &[(u16, u16)] = &[(200, 60), (120, 40), (80, 24), (60, 15), (59, 14), (20, 5), (1, 1)];

/// A schema of commerce and one that has drifted from it, both as SQLite understands them.
fn sides() -> &'static (Snapshot, Snapshot) {
    static SIDES: OnceLock<(Snapshot, Snapshot)> = OnceLock::new();
    SIDES.get_or_init(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let samples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-schemas/commerce");
            let text = |name: &str| fs::read_to_string(samples.join(name)).unwrap();
            let schema = text("schema.sqlite.sql");
            let folder = tempfile::tempdir().unwrap();
            let mut read = Vec::new();
            for (name, drift) in
                [("schema.sql", String::new()), ("live.sql", text("drift/sqlite/prod.sqlite.sql"))]
            {
                let path = folder.path().join(name);
                fs::write(&path, schema.clone() + &drift).unwrap();
                let engine = scratch::Options {
                    choice: scratch::Choice::Auto,
                    program: "no-program".into(),
                    cache: None,
                };
                let options = LoadOptions {
                    scratch: engine,
                    dialect: Some("sqlite"),
                    major: None,
                    roles: false,
                    sizes: false,
                };
                read.push(source::load(&Source::SqlFile(path), &options, &|_, _| {}).await.unwrap());
            }
            let live = read.pop().unwrap();
            (read.pop().unwrap(), live)
        })
    })
}

fn selections(state: &State) -> Vec<BTreeSet<Key>> {
    state.targets.iter().map(|target| target.selection.keys().clone()).collect()
}

/// What else than a key can come from a terminal.
fn other(which: usize, (column, row): (u16, u16)) -> Message {
    let kind = match which {
        0 => MouseEventKind::ScrollDown,
        1 => MouseEventKind::ScrollUp,
        2 => MouseEventKind::Down(MouseButton::Left),
        _ => return Message::Paste("is:missing\n\u{1b}[2J\u{8868} ".to_owned()),
    };
    Message::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE })
}

/// One step, and what has to hold after it.
fn step(harness: &mut Harness, message: Message, back: bool) {
    let key = format!("{message:?}");
    let before = selections(&harness.state);
    let revisions = |state: &State| state.targets.iter().map(|t| t.selection.revision()).collect::<Vec<_>>();
    let revisions_before = (revisions(&harness.state), harness.state.active);
    let matched: BTreeSet<Key> = {
        let state = &harness.state;
        let shown = (0..state.board.len()).filter(|row| state.tree.is_matched(*row));
        shown.filter_map(|row| state.board.node(row).key.cloned()).collect()
    };
    harness.send(message);
    if (revisions(&harness.state), harness.state.active) == revisions_before {
        return;
    }
    let state = &harness.state;
    let target = state.target().unwrap();
    // Taking a change back, or doing it again, selects what was selected then.
    if !back {
        for added in target.selection.keys().difference(&before[state.active]) {
            assert!(matched.contains(added), "{key} selected {added}, which was hidden");
        }
    }
    let Some(comparison) = state.comparison() else { return };
    for selected in target.selection.keys() {
        assert!(comparison.is_selectable(selected), "{key} left {selected} selected, which is no difference");
    }
    let shown = target.current_plan().expect("the plan of the selection is on the screen");
    let made = update::plan_request(state).expect("there is something to plan").make();
    let sql = |plan: &crate::plan::Plan| plan.statements.iter().map(|s| s.sql.clone()).collect::<Vec<_>>();
    assert_eq!(sql(&shown.plan), sql(&made), "after {key} the SQL is that of another selection");
}

proptest! {
    #![proptest_config(Config { cases: 8, max_shrink_iters: 50, failure_persistence: None, ..Config::default() })]

    #[test]
    fn any_keys_in_any_order_never_panic_never_select_the_hidden_and_show_the_sql_of_the_selection(
        steps in prop::collection::vec(
            (0..KEYS.len(), 0..40_usize, 0..24_usize, (0..200_u16, 0..60_u16)),
            250,
        ),
    ) {
        let (canonical, live) = sides().clone();
        let dark = Themes::default().get("dark").unwrap().clone();
        let mut harness = Harness::on((120, 40), canonical.clone(), vec![live, canonical]);
        for (at, (key, size, which, place)) in steps.into_iter().enumerate() {
            if let Some((columns, rows)) = SIZES.get(size) {
                harness.resize(*columns, *rows);
            }
            if which < OTHERS {
                step(&mut harness, other(which, place), false);
            }
            let key = KEYS[key];
            let pressed = keymap::Key::parse(key).expect("a key").event();
            step(&mut harness, Message::Key(pressed), matches!(key, "u" | "ctrl-r"));
            if at % 4 == 0 {
                harness.draw(&dark);
            }
        }
    }
}
