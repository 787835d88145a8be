//! Whether extensions work: each is asked for something that only a working one can give.

use std::time::Instant;

use super::{Area, Check, Outcome};
use crate::{
    dialect::{
        postgres::{session::ServerError, trial::Trial},
        quote,
    },
    model::Catalog,
};

/// Queries that give `t` if the extension works, with `{s}` for its schema.
const QUERIES: &[(&str, &str)] = &[
    ("btree_gin", "SELECT count(*) > 0 AS works FROM pg_catalog.pg_opclass WHERE opcname = 'int4_ops'"),
    ("citext", "SELECT 'A'::{s}.citext OPERATOR({s}.=) 'a'::{s}.citext AS works"),
    ("cube", "SELECT {s}.cube(1, 2) IS NOT NULL AS works"),
    ("fuzzystrmatch", "SELECT {s}.levenshtein('kitten', 'sitting') = 3 AS works"),
    ("hstore", "SELECT ({s}.hstore('a', 'b') OPERATOR({s}.->) 'a') = 'b' AS works"),
    ("ltree", "SELECT {s}.nlevel('a.b.c'::{s}.ltree) = 3 AS works"),
    ("pg_trgm", "SELECT {s}.similarity('abc', 'abc') = 1 AS works"),
    (
        "pgcrypto",
        "SELECT length({s}.digest('a', 'sha256')) = 32 AND {s}.gen_random_uuid() IS NOT NULL AS works",
    ),
    ("postgis", "SELECT {s}.st_distance({s}.st_makepoint(0, 0), {s}.st_makepoint(3, 4)) = 5 AS works"),
    ("unaccent", "SELECT {s}.unaccent('é') = 'e' AS works"),
    ("uuid-ossp", "SELECT {s}.uuid_generate_v4() IS NOT NULL AS works"),
    ("vector", "SELECT ('[1,2]'::{s}.vector OPERATOR({s}.<->) '[1,2]'::{s}.vector) = 0 AS works"),
];

/// Tries each extension that canonical or the target has.
///
/// # Errors
/// Where the connection is lost.
pub async fn check(
    trial: &mut Trial,
    target: &Catalog,
    canonical: Option<&Catalog>,
) -> Result<Vec<Check>, ServerError> {
    let mut checks = Vec::new();
    let wanted = canonical.unwrap_or(target).iter().filter(|object| object.key.kind().name() == "extension");
    for object in wanted {
        let name = object.key.name();
        let begun = Instant::now();
        let (outcome, sentence) = match target.get(&object.key) {
            None => (Outcome::Fail, format!("The extension {name} is not installed.")),
            Some(live) => {
                let schema = live.facets.text("schema").unwrap_or("public");
                match QUERIES.iter().find(|(known, _)| *known == name) {
                    None => (Outcome::Pass, format!("The extension {name} is installed.")),
                    Some((_, query)) => {
                        let query = query.replace("{s}", &quote::name(schema));
                        match trial.attempt(&query).await {
                            Ok(rows) if rows.first().is_some_and(|row| row.flag("works")) => {
                                (Outcome::Pass, format!("The extension {name} works."))
                            }
                            Ok(_) => (
                                Outcome::Fail,
                                format!("The extension {name} gives a wrong answer to: {query}"),
                            ),
                            Err(error) if error.is_disconnect() => return Err(error),
                            Err(error) => {
                                (Outcome::Fail, format!("The extension {name} does not work: {error}."))
                            }
                        }
                    }
                }
            }
        };
        checks.push(Check {
            area: Area::Extensions,
            role: None,
            verb: None,
            subject: object.key.to_string(),
            outcome,
            sentence,
            micros: u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX),
        });
    }
    Ok(checks)
}
