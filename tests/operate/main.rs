//! What watches over databases: smoke, health, serve, watch and history, on real servers.

mod history;
mod serve;
mod smoke;
#[path = "../support/mod.rs"]
mod support;
#[path = "../support/user.rs"]
mod user;
mod watch;

use support::Cluster;
use user::User;

const SCHEMA: &str = "
    CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL);
    CREATE TABLE orders (id integer PRIMARY KEY, user_id integer NOT NULL REFERENCES users, note text);
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON orders TO customer
        USING (user_id = (current_setting('request.jwt.claims', true)::json ->> 'sub')::integer);
    GRANT SELECT, INSERT ON orders TO customer;
    GRANT SELECT (id) ON users TO customer;
    REVOKE ALL ON users FROM visitor;
    GRANT SELECT ON users TO support;
    CREATE FUNCTION total(numeric, VARIADIC integer[]) RETURNS numeric LANGUAGE sql AS 'SELECT $1';
    REVOKE EXECUTE ON FUNCTION total FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION total TO support;
";

/// A user with a database that has the schema, under the name `prod`, and a schema.sql.
fn shop(cluster: &Cluster, database: &str, more: &str) -> User {
    let url = cluster.database(database);
    cluster.execute(
        "postgres",
        "DO $$ BEGIN CREATE ROLE customer; CREATE ROLE visitor; CREATE ROLE support BYPASSRLS; \
         EXCEPTION WHEN duplicate_object THEN NULL; END $$",
    );
    cluster.execute(database, SCHEMA);
    let user = User::new();
    user.write("schema.sql", SCHEMA);
    let config = format!("canonical = \"schema.sql\"\n[targets.prod]\nurl = \"{url}\"\n{more}");
    user.write("schemascope.toml", &config);
    user
}
