//! A type change that would write a table anew, while others write to the table: the online style adds a
//! column beside, fills it, and lets it take the old one's place.

use std::path::Path;

use schemascope::plan::{Plan, Request, Style, every_difference, plan};

use crate::world::{Pair, World};

#[tokio::test]
async fn what_is_written_while_a_column_is_replaced_is_there_afterwards() {
    let world = World::start();
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/type-changes-in-use");
    world.cluster.execute("postgres", "CREATE ROLE \"case reader\"");
    world.load("live", &[&case.join("from.sql"), &case.join("setup.sql")]);
    world.load("meant", &[&case.join("to.sql")]);
    let pair = Pair::new(world.read("meant").await, world.read("live").await);
    let every = every_difference(&pair.drift);
    let online = plan(&Request { style: Style::Online, ..pair.request(&every) });
    let refused: Vec<String> = online.refused.iter().map(|(key, why)| format!("{key}: {why}")).collect();
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert!(
        refused[0].starts_with("column:public.untouched.a: ") && refused[0].contains("triggers"),
        "{refused:?}"
    );
    let place = |start: &str| {
        let found = online.statements.iter().position(|statement| statement.sql.starts_with(start));
        found.unwrap_or_else(|| panic!("nothing starts with {start}"))
    };
    let (fill, gone) = (place("DO "), place("DROP VIEW"));
    // Nothing is away until all is ready.
    assert!(online.statements[gone..].iter().all(|statement| !statement.sql.starts_with("DO ")));
    let part =
        |from: usize, to: usize| Plan { statements: online.statements[from..to].to_vec(), ..online.clone() };
    world.apply("live", &part(0, fill));
    world.cluster.execute("live", "INSERT INTO orders (ref, note) VALUES (5000, 'new')");
    world
        .cluster
        .execute("live", "UPDATE orders SET ref = 6000 WHERE id = 1; DELETE FROM lines WHERE order_id = 2");
    world.cluster.execute("live", "DELETE FROM orders WHERE id = 2");
    world.apply("live", &part(fill, gone));
    world
        .cluster
        .execute("live", "UPDATE orders SET ref = 7000, \"odd \"\"name\" = '2025-12-31' WHERE id = 3");
    world.apply("live", &part(gone, online.statements.len()));
    let after = Pair::new(pair.canonical.clone(), world.read("live").await);
    assert_eq!(after.differences(), ["~ column:public.untouched.a (type)"]);
    let found = world.cluster.query(
        "live",
        "SELECT count(*), sum(ref), min(\"odd \"\"name\"), (SELECT max(id) FROM shown WHERE ref = 5000) FROM orders",
    );
    assert_eq!(found, format!("3000|{}|2025-12-31|3001", 4_501_500 - 1 - 2 - 3 + 5000 + 6000 + 7000));
}
