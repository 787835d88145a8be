//! Accepting differences, renaming and asking about rows, by keys.

use std::sync::Arc;

use jiff::civil::date;
use serde_json::json;

use crate::{
    diff::{Accepted, Baseline},
    model::{Object, Snapshot},
    plan::{Answer, Choice, Proof},
    tui::{
        effect::Effect,
        harness::Harness,
        message::{Message, Written},
        sample::{self, key},
        state::{Overlay, planned::Asking, side::SideId},
    },
};

const SIZE: (u16, u16) = (120, 40);
const INDEX: &str = "index:public.orders.orders_hotfix_idx";

/// The answer of the world: the entries are in the baseline now.
fn write_down(harness: &mut Harness) -> Vec<Accepted> {
    let Some(Effect::Accept(entries)) = harness.asked.pop() else { panic!("nothing was accepted") };
    let mut accepted = harness.state.baseline.accepted.clone();
    accepted.extend(entries.iter().cloned());
    let baseline = Baseline { accepted };
    harness.send(Message::Accepted(Ok((baseline, "1 difference accepted".to_owned()))));
    entries
}

fn accept(harness: &mut Harness, reason: &str, until: &str) -> Vec<Accepted> {
    harness.press("B").type_in(reason);
    harness.press("tab").type_in(until);
    harness.press("enter");
    write_down(harness)
}

#[test]
fn a_difference_is_accepted_with_a_reason_and_a_day_and_is_shown_only_when_asked_for() {
    let mut harness = Harness::new(SIZE);
    harness.go_to(INDEX);
    let entries = accept(&mut harness, "goes with release 12", "2026-12-31");
    assert_eq!((entries[0].key.as_str(), entries[0].reason.as_str()), (INDEX, "goes with release 12"));
    assert_eq!((entries[0].until, entries[0].target.as_deref()), (Some(date(2026, 12, 31)), Some("prod-eu")));
    assert!(entries[0].fingerprint.is_some(), "it is accepted as it is now");
    let screen = harness.screen();
    assert!(!screen.contains("orders_hotfix_idx") && screen.contains("1 accepted"), "{screen}");
    assert_eq!(harness.state.current_key(), Some(&key("policy:public.orders.tenant_isolation")));
    harness.press("H");
    harness.go_to(INDEX).press("space");
    harness.go_to(INDEX).press("D");
    assert!(harness.selected().is_empty(), "what is accepted is not planned");
    harness.go_to(INDEX);
    let screen = harness.screen();
    assert!(screen.contains("≈ accepted until 2026-12-31: goes with release 12"), "{screen}");
    harness.press("H / i s : a c c e p t e d enter");
    assert!(harness.screen().contains("orders_hotfix_idx"), "{}", harness.screen());
}

#[test]
fn what_is_accepted_is_seen_where_nothing_else_in_its_table_differs() {
    let mut harness = Harness::unread(SIZE, &["prod-eu"]);
    harness.read(SideId::Canonical, sample::canonical());
    harness.read(SideId::Target(0), sample::live());
    let in_orders = |key: &&String| key.contains("public.orders.");
    let drift = &harness.state.comparison().unwrap().drift;
    let keys: Vec<String> = drift.differences.keys().map(ToString::to_string).collect();
    for key in keys.iter().filter(in_orders) {
        harness.go_to(key);
        accept(&mut harness, "known", "");
    }
    assert!(!harness.screen().contains("orders_hotfix_idx"), "{}", harness.screen());
    harness.press("H");
    let screen = harness.screen();
    assert!(screen.contains("▾ orders") && screen.contains("orders_hotfix_idx"), "{screen}");
}

#[test]
fn an_accepted_difference_comes_back_when_its_day_is_over_or_when_it_changes() {
    let mut harness = Harness::new(SIZE);
    harness.go_to(INDEX);
    accept(&mut harness, "known", "2026-12-31");
    harness.today = date(2027, 1, 1);
    harness.press("r").read(SideId::Target(0), sample::live());
    harness.go_to(INDEX);
    let screen = harness.screen();
    assert!(screen.contains("was accepted until 2026-12-31: known"), "{screen}");

    harness.today = date(2026, 1, 1);
    harness.press("r").read(SideId::Target(0), sample::live());
    assert!(!harness.screen().contains("orders_hotfix_idx"));
    let mut changed = sample::live();
    let index = changed.catalog.get(&key(INDEX)).unwrap();
    let mut facets = index.facets.clone();
    facets.set("definition", json!("CREATE INDEX orders_hotfix_idx ON public.orders USING hash (note)"));
    let index = Object { facets, ..(**index).clone() };
    changed.catalog.insert(Arc::new(index));
    harness.press("r").read(SideId::Target(0), changed);
    harness.go_to(INDEX);
    assert!(harness.screen().contains("is no longer what was accepted"), "{}", harness.screen());
}

#[test]
fn accepting_is_taken_back_by_the_same_key_and_selected_differences_are_deselected() {
    let mut harness = Harness::new(SIZE);
    harness.go_to(INDEX).press("D");
    harness.go_to(INDEX);
    let entries = accept(&mut harness, "known", "");
    assert!(harness.selected().is_empty() && entries[0].until.is_none());
    harness.press("H");
    harness.go_to(INDEX).press("B");
    let Some(Effect::Unaccept(taken)) = harness.asked.pop() else { panic!("nothing was taken back") };
    assert_eq!(taken, entries);
}

#[test]
fn an_answer_that_cannot_be_taken_says_why() {
    let mut harness = Harness::new(SIZE);
    harness.go_to(INDEX).press("B enter");
    assert!(harness.screen().contains("The line `reason` is empty."), "{}", harness.screen());
    harness.type_in("known").press("tab").type_in("soon").press("enter");
    assert!(harness.screen().contains("`soon` is no day"), "{}", harness.screen());
    assert!(matches!(harness.state.overlay, Some(Overlay::Question(_))));
    harness.press("esc");
    assert!(harness.asked.iter().all(|effect| !matches!(effect, Effect::Accept(_))));
}

/// A target on which an index goes by an old name.
fn renamed() -> Harness {
    let mut live = sample::canonical();
    let old = live.catalog.remove(&key("index:public.orders.orders_customer_idx")).unwrap();
    let mut facets = old.facets.clone();
    facets.set("definition", json!("CREATE INDEX by_customer ON public.orders USING btree (customer_id)"));
    let name = key("index:public.orders.by_customer");
    live.catalog.insert(Arc::new(Object { key: name, facets, ..(*old).clone() }));
    Harness::on(SIZE, sample::canonical(), vec![Snapshot { source: "live".to_owned(), ..live }])
}

#[test]
fn a_rename_is_confirmed_by_a_key_and_the_plan_renames_instead_of_dropping() {
    let mut harness = renamed();
    harness.go_to("index:public.orders.orders_customer_idx");
    assert!(harness.screen().contains("under an old name"), "{}", harness.screen());
    harness.press("=");
    let plan = |harness: &Harness| -> Vec<String> {
        let planned = harness.state.target().unwrap().current_plan().unwrap();
        planned.plan.statements.iter().map(|statement| statement.sql.clone()).collect()
    };
    assert_eq!(plan(&harness), ["ALTER INDEX public.by_customer RENAME TO orders_customer_idx"]);
    assert_eq!(harness.state.marks.count, 1);
    harness.press("a");
    assert_eq!(plan(&harness).len(), 1, "what is renamed is not made as well");
    harness.press("=");
    assert!(plan(&harness).is_empty());
    harness.press("u");
    assert_eq!(plan(&harness).len(), 1, "taking it back can be taken back");
    harness.press("A");
    assert!(plan(&harness).is_empty());
}

#[test]
fn rows_are_asked_about_on_demand_and_the_count_stands_beside_the_statement() {
    let mut harness = Harness::new(SIZE);
    harness.go_to("column:public.orders.total").press("space 4 c");
    let Some(Effect::Ask { target, id, side, plan }) = harness.asked.pop() else {
        panic!("nothing was asked")
    };
    assert_eq!(side, SideId::Target(0));
    assert!(harness.screen().contains("Asking…"), "{}", harness.screen());
    let answers =
        plan.statements.iter().map(|statement| Some(Answer::Count(3)).filter(|_| statement.check.is_some()));
    let answers: Vec<Option<Answer>> = answers.collect();
    assert!(answers.iter().any(Option::is_some), "setting NOT NULL depends on rows");
    harness.send(Message::Answered { target, id, result: Ok(answers.clone()) });
    let screen = harness.screen();
    assert!(screen.contains(" 3.") && screen.contains("rows are in the way of"), "{screen}");
    // An answer for a plan that is not there any more changes nothing.
    harness.press("2 A");
    harness.send(Message::Answered { target, id, result: Ok(answers) });
    let planned = harness.state.target().unwrap().current_plan().unwrap();
    assert_eq!(planned.asking, Asking::Not);
}

#[test]
fn what_is_selected_is_written_down_as_plan_reads_it() {
    let mut harness = Harness::new(SIZE);
    harness.go_to("index:public.orders.orders_customer_idx").press("space ctrl-e enter");
    let Some(Effect::WriteText { path, text, replace: false }) = harness.asked.pop() else {
        panic!("nothing was written")
    };
    assert_eq!(path, "selection-prod-eu.json");
    let choice = Choice::from_json(&text).unwrap();
    let (still, left) = choice.still(&harness.state.comparison().unwrap().drift);
    assert_eq!((still.len(), left.len()), (1, 0));
}

#[test]
fn tab_changes_what_is_written_and_the_migration_has_its_way_back() {
    let mut harness = Harness::new(SIZE);
    harness.go_to("index:public.orders.orders_customer_idx").press("space w tab");
    assert!(harness.screen().contains("as the next migration"), "{}", harness.screen());
    harness.press("enter");
    let Some(Effect::WriteMigration { folder, title, request, plan, .. }) = harness.asked.pop() else {
        panic!("nothing was written")
    };
    assert_eq!((folder.as_str(), title.as_str()), ("migrations", "reconcile"));
    let back = request.make_back();
    assert!(plan.statements[0].sql.starts_with("CREATE INDEX"));
    assert!(back.undoes && back.statements[0].sql.starts_with("DROP INDEX"));
}

#[test]
fn in_the_form_of_a_migration_tab_goes_through_its_lines_and_another_key_to_the_other_forms() {
    let mut harness = Harness::new(SIZE);
    harness.go_to("index:public.orders.orders_customer_idx").press("space w tab ctrl-a ctrl-k").type_in("db");
    harness.press("tab ctrl-a ctrl-k").type_in("customer_idx").press("tab").type_in("goose").press("enter");
    let Some(Effect::WriteMigration { folder, title, tool, .. }) = harness.asked.pop() else {
        panic!("nothing was written")
    };
    assert_eq!((folder.as_str(), title.as_str(), tool.as_deref()), ("db", "customer_idx", Some("goose")));
    harness.press("ctrl-t");
    assert!(harness.screen().contains("as the next migration"), "{}", harness.screen());
    harness.press("esc w tab ctrl-t");
    assert!(harness.screen().contains("Write what is selected"), "{}", harness.screen());
}

#[test]
fn a_migration_is_written_once_and_the_next_is_offered_the_same_folder() {
    let mut harness = Harness::new(SIZE);
    harness.go_to("index:public.orders.orders_customer_idx").press("space w tab ctrl-a ctrl-k").type_in("db");
    harness.asked.clear();
    harness.press("enter enter");
    assert!(harness.screen().contains("Writing it, and the way back…"), "{}", harness.screen());
    assert_eq!(harness.asked.len(), 1, "Enter twice is one migration");
    harness.send(Message::Written(Written::Failed("db is no folder".to_owned())));
    assert!(harness.screen().contains("db is no folder"), "{}", harness.screen());
    harness.press("enter");
    harness.send(Message::Written(Written::Files(vec!["db/001_reconcile.sql".into()])));
    assert!(harness.state.overlay.is_none());
    harness.press("w tab");
    assert!(harness.screen().contains("folder  › db"), "{}", harness.screen());
}

#[test]
fn the_proof_corrects_the_hazards_on_the_screen() {
    let mut harness = Harness::new(SIZE);
    harness.go_to("index:public.orders.orders_customer_idx").press("space");
    let hazards = |harness: &Harness| {
        let planned = harness.state.target().unwrap().current_plan().unwrap();
        planned.plan.hazard_codes()
    };
    let before = hazards(&harness);
    let id = harness.state.target().unwrap().plan_id();
    let nothing_seen = Proof::Proven {
        engine: "an engine".to_owned(),
        same_major: true,
        observed: vec![crate::plan::Observed::default()],
        limits: Vec::new(),
    };
    harness.send(Message::Proved { target: 0, id, proof: nothing_seen });
    assert!(hazards(&harness).len() < before.len(), "{before:?}");
}

#[test]
fn a_target_is_added_and_gets_a_column_of_its_own() {
    let mut harness = Harness::new(SIZE);
    harness.state.others = vec!["staging-2".to_owned()];
    harness.press("1 a down enter");
    let Some(Effect::Open(words)) = harness.asked.pop() else { panic!("nothing was opened") };
    assert_eq!(words, "staging-2");
    let setup =
        crate::tui::state::TargetSetup { name: words.clone(), label: words, protected: false, color: None };
    harness.send(Message::Opened(Ok(setup)));
    assert!(harness.state.others.is_empty() && harness.state.active == 2);
    harness.read(SideId::Target(2), sample::almost());
    assert!(harness.screen().contains("staging-2"), "{}", harness.screen());
    harness.press("2 a");
    assert_eq!(harness.selected(), ["index:public.orders.orders_customer_idx"]);
}
