use super::*;
use crate::{
    config::smoke::{Expect, Smoke},
    dialect,
    model::{Catalog, Facets, Key, Kind, Object},
};

fn object(kind: &'static str, path: &[&str], facets: &[(&str, &str)]) -> Object {
    let mut set = Facets::default();
    facets.iter().for_each(|(name, value)| set.set(name, *value));
    Object::new(Key::new(Kind::of(kind), path.iter().copied()), None, set)
}

fn column(table: &[&str], name: &str, facets: &[(&str, &str)]) -> Object {
    let parent = Key::new(Kind::of("table"), table.iter().copied());
    let mut column = object("column", &[table, &[name]].concat(), facets);
    column.parent = Some(parent);
    column
}

fn catalog() -> Catalog {
    let odd = &["public", "odd \"t\""];
    [
        object("table", odd, &[("owner", "app"), ("grants", "SELECT to anon")]),
        column(odd, "a", &[("generated", "1")]),
        column(odd, "b b", &[]),
        object("view", &["public", "v"], &[]),
        object(
            "function",
            &["public", "f(integer, \"a, b\"[])"],
            &[("name", "f"), ("arguments", "integer, VARIADIC \"a, b\"[]"), ("returns", "integer")],
        ),
        object("function", &["public", "g(anyelement)"], &[("name", "g"), ("returns", "anyelement")]),
        object("function", &["public", "t()"], &[("name", "t"), ("returns", "trigger")]),
    ]
    .into_iter()
    .collect()
}

#[test]
fn probes_need_exactly_the_privilege_and_quote_every_name() {
    let probes = probes(&catalog(), &Smoke { writes: true, ..Smoke::default() });
    let explained: Vec<&str> = probes.iter().map(|probe| probe.explain.as_str()).collect();
    assert_eq!(
        explained,
        [
            "EXPLAIN (COSTS OFF) SELECT public.f(a0, VARIADIC a1) FROM (SELECT NULL::integer AS a0, NULL::\"a, b\"[] AS a1, NULL AS z OFFSET 0) AS nothing",
            "SELECT 1 / pg_catalog.has_function_privilege('public.g(anyelement)', 'EXECUTE')::int",
            "EXPLAIN (COSTS OFF) SELECT * FROM public.\"odd \"\"t\"\"\"",
            "EXPLAIN (COSTS OFF) INSERT INTO public.\"odd \"\"t\"\"\" DEFAULT VALUES",
            "EXPLAIN (COSTS OFF) UPDATE public.\"odd \"\"t\"\"\" SET \"b b\" = DEFAULT",
            "EXPLAIN (COSTS OFF) DELETE FROM public.\"odd \"\"t\"\"\"",
            "EXPLAIN (COSTS OFF) SELECT * FROM public.v",
        ]
    );
    let run: Vec<&str> = probes.iter().filter_map(|probe| probe.run.as_deref()).collect();
    assert_eq!(
        run,
        [
            "SELECT 1 FROM public.\"odd \"\"t\"\"\" LIMIT 1",
            "INSERT INTO public.\"odd \"\"t\"\"\" DEFAULT VALUES",
            "SELECT 1 FROM public.v LIMIT 1",
        ]
    );
}

#[test]
fn nothing_is_written_unless_it_was_asked_for() {
    let probes = probes(&catalog(), &Smoke::default());
    let run: Vec<&str> = probes.iter().filter_map(|probe| probe.run.as_deref()).collect();
    assert!(run.iter().all(|sql| sql.starts_with("SELECT 1 FROM ")), "{run:?}");
}

#[test]
fn patterns_narrow_what_is_tried() {
    let smoke = Smoke { only: vec!["view:*".to_owned()], ..Smoke::default() };
    assert_eq!(probes(&catalog(), &smoke).len(), 1);
}

#[test]
fn the_roles_are_those_of_grants_unless_some_are_named() {
    let postgres = dialect::by_name("postgres").unwrap();
    let mut catalog = catalog();
    let mut facets = Facets::default();
    facets.set("owner", "app");
    facets.set("grants", vec!["SELECT to anon", "INSERT to \"Odd One\""]);
    catalog.insert(Object::new(Key::new(Kind::of("table"), ["public", "x"]), None, facets));
    assert_eq!(roles(postgres, &catalog, &Smoke::default()), ["Odd One", "anon"]);
    let named = Smoke { roles: vec!["one".to_owned()], ..Smoke::default() };
    assert_eq!(roles(postgres, &catalog, &named), ["one"]);
}

fn judged(seen: Verdict, canonical: Option<Verdict>, expectations: &[Expect]) -> (Outcome, String) {
    let catalog = catalog();
    let probes = probes(&catalog, &Smoke { only: vec!["view:*".to_owned()], ..Smoke::default() });
    let seen = Observed { verdict: seen, micros: 1 };
    let check = judge(&probes[0], "anon", &seen, canonical.as_ref(), expectations);
    (check.outcome, check.sentence)
}

#[test]
fn a_verdict_passes_where_canonical_gives_the_same() {
    let (outcome, sentence) = judged(Verdict::Allowed, Some(Verdict::Denied), &[]);
    assert_eq!(outcome, Outcome::Fail);
    assert_eq!(
        sentence,
        "anon SELECT view:public.v is allowed; in canonical it is denied: the privilege is missing."
    );
    assert_eq!(judged(Verdict::Denied, Some(Verdict::Denied), &[]).0, Outcome::Pass);
    assert_eq!(judged(Verdict::NoRows, Some(Verdict::Allowed), &[]).0, Outcome::Fail);
    assert_eq!(judged(Verdict::Allowed, None, &[]).0, Outcome::Pass);
    let untried = Verdict::Untried { reason: "no".to_owned() };
    assert_eq!(judged(untried.clone(), Some(Verdict::Allowed), &[]).0, Outcome::Unknown);
    assert_eq!(judged(Verdict::Allowed, Some(untried), &[]).0, Outcome::Unknown);
}

#[test]
fn failures_are_compared_by_their_code_and_are_none_that_pass_alone() {
    let fails = |message: &str| Verdict::Fails { sqlstate: "42P17".to_owned(), message: message.to_owned() };
    assert_eq!(judged(fails("endlos"), Some(fails("infinite")), &[]).0, Outcome::Pass);
    assert_eq!(judged(fails("infinite"), Some(Verdict::Allowed), &[]).0, Outcome::Fail);
    assert_eq!(judged(fails("infinite"), None, &[]).0, Outcome::Fail);
}

#[test]
fn the_configuration_has_the_last_word() {
    let expect = |may: &[Verb], may_not: &[Verb]| {
        let role = "anon".to_owned();
        [Expect { role, on: "view:public.*".to_owned(), may: may.to_vec(), may_not: may_not.to_vec() }]
    };
    let denied = Some(Verdict::Denied);
    assert_eq!(judged(Verdict::Allowed, denied.clone(), &expect(&[Verb::Select], &[])).0, Outcome::Pass);
    let (outcome, sentence) = judged(Verdict::Allowed, None, &expect(&[], &[Verb::Select]));
    assert_eq!(outcome, Outcome::Fail);
    assert_eq!(sentence, "anon SELECT view:public.v is allowed; the configuration says to deny it.");
    assert_eq!(judged(Verdict::NoRows, denied, &expect(&[], &[Verb::Select])).0, Outcome::Pass);
}
