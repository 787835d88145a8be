//! What looks like a rename is proposed; confirmed, it is made in place, and what follows by itself is
//! left alone.

use schemascope::{
    diff::renames,
    plan::{HazardCode, Request, Style, every_difference, plan, reverse},
};

use crate::{
    observer,
    world::{Pair, World, sql},
};

const OLD: &str = "
    CREATE TYPE mood AS ENUM ('sad', 'ok');
    CREATE TYPE size AS ENUM ('small', 'large');
    CREATE FUNCTION old_total(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 100 + 7';
    CREATE TABLE client (
        id serial PRIMARY KEY, \"full name\" text NOT NULL, born date, feels mood DEFAULT 'sad', size size,
        worth integer, CONSTRAINT client_worth CHECK (worth > 0 AND \"full name\" <> ''));
    CREATE INDEX client_born ON client (born) WHERE feels = 'sad';
    CREATE TABLE visits (client_id integer REFERENCES client, note text);
    CREATE VIEW sad_ones AS SELECT client.id, client.born FROM client WHERE client.feels = 'sad';
    CREATE VIEW worth AS SELECT sum(old_total(client.worth)) AS total FROM client;
    CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n FROM client c JOIN visits v ON v.client_id = c.id;
    CREATE UNIQUE INDEX counted_n ON counted (n);
    CREATE FUNCTION how_many() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM public.client';
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER touch BEFORE UPDATE OF \"full name\" ON client FOR EACH ROW EXECUTE FUNCTION touch();
    ALTER TABLE client ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON client USING (\"full name\" = CURRENT_USER);
    INSERT INTO client (\"full name\", worth) VALUES ('a', 1), ('b', 2);
    INSERT INTO visits VALUES (1, 'x');
";

/// The same under new names, written by somebody who knows nothing of the old ones.
fn new() -> String {
    OLD.replace("client", "customer")
        .replace("customer_id", "client_id")
        .replace("full name", "say \"\"it\"\"")
        .replace("old_total", "total_of")
        .replace("'sad'", "'un''happy'")
        .replace("TYPE size", "TYPE dress_size")
        .replace("size size,", "size dress_size,")
}

#[tokio::test]
async fn renames_are_proposed_and_made_in_place() {
    let world = World::start();
    for (name, script) in [("old", OLD), ("new", &new())] {
        world.cluster.database(name);
        world.cluster.execute(name, script);
    }
    let pair = Pair::new(world.read("new").await, world.read("old").await);
    let proposed = renames(&pair.canonical, &pair.target, &pair.drift);
    let listed: Vec<String> =
        proposed.iter().map(|rename| format!("{} > {}", rename.from, rename.to)).collect();
    // A column and its table at once are not alike under any name: people say the column.
    insta::assert_debug_snapshot!(listed);

    let said = [
        ("table:public.client", "table:public.customer"),
        ("column:public.client.full name", "column:public.customer.\"say \"\"it\"\"\""),
        ("sequence:public.client_id_seq", "sequence:public.customer_id_seq"),
        ("constraint:public.client.client_pkey", "constraint:public.customer.customer_pkey"),
        ("constraint:public.client.client_worth", "constraint:public.customer.customer_worth"),
        ("index:public.client.client_born", "index:public.customer.customer_born"),
        ("function:public.old_total(integer)", "function:public.total_of(integer)"),
        ("enum:public.size", "enum:public.dress_size"),
        ("enum value:public.mood.sad", "enum value:public.mood.\"un'happy\""),
    ];
    let said: Vec<_> = said
        .iter()
        .map(|(from, to)| schemascope::diff::Rename::new(from.parse().unwrap(), to.parse().unwrap()))
        .collect();
    let every = every_difference(&pair.drift);
    for style in Style::ALL {
        let request = Request { style, renames: &said, ..pair.request(&every) };
        let (there, back) = (plan(&request), reverse(&request));
        assert!(there.refused.is_empty(), "{style}: {:#?}", there.refused);
        assert!(!there.hazard_codes().contains(&HazardCode::LosesData), "{}", sql(&there));
        // Nobody names a constraint or an index in a query.
        let broken: Vec<&str> = there
            .statements
            .iter()
            .flat_map(|statement| &statement.hazards)
            .filter(|hazard| hazard.code == HazardCode::BreaksClients)
            .filter_map(|hazard| hazard.message.strip_prefix("Whoever still names ")?.split_once(" gets"))
            .map(|(name, _)| name)
            .collect();
        let named: Vec<String> = said
            .iter()
            .map(|rename| &rename.from)
            .filter(|from| !["constraint", "index"].contains(&from.kind().name()))
            .map(schemascope::model::Key::dotted)
            .collect();
        assert!(named.iter().all(|name| broken.contains(&name.as_str())), "{named:?} of {broken:?}");
        assert_eq!(broken.len(), named.len(), "{broken:?}");
        let script = sql(&there);
        // Only the body of a function is text, and does not follow.
        assert!(!script.contains("CREATE TABLE") && !script.contains("VIEW"), "{script}");
        assert_eq!(there.statements.len(), said.len() + 1, "{script}");
        world.copy("old", "work");
        world.apply("work", &there);
        if style == Style::Idempotent {
            world.apply("work", &there);
        }
        let after = Pair::new(pair.canonical.clone(), world.read("work").await);
        assert_eq!(after.differences(), [""; 0], "{script}");
        observer::assert_equal(&world.observe("work"), &world.observe("new"));
        assert_eq!(world.cluster.query("work", "SELECT count(*) FROM customer"), "2");
        world.apply("work", &back);
        observer::assert_equal(&world.observe("work"), &world.observe("old"));
        world.remove("work");
    }
}

#[tokio::test]
async fn a_rename_that_cannot_be_made_is_refused_with_the_reason() {
    let world = World::start();
    for (name, script) in [
        ("old", "CREATE TABLE a (x int); CREATE TABLE c (x int)"),
        ("new", "CREATE TABLE b (x int); CREATE TABLE c (x int)"),
    ] {
        world.cluster.database(name);
        world.cluster.execute(name, script);
    }
    let pair = Pair::new(world.read("new").await, world.read("old").await);
    let every = every_difference(&pair.drift);
    for (from, to, reason) in [
        ("table:public.a", "table:public.c", "already"),
        ("table:public.gone", "table:public.b", "the target has no"),
        ("table:public.a", "table:public.gone", "canonical has no"),
        ("table:public.a", "view:public.b", "another kind"),
    ] {
        let said = [schemascope::diff::Rename::new(from.parse().unwrap(), to.parse().unwrap())];
        let refused = plan(&Request { renames: &said, ..pair.request(&every) }).refused;
        let said = refused.get(&to.parse().unwrap());
        assert!(said.is_some_and(|said| said.contains(reason)), "{from} to {to}: {refused:?}");
    }
}
