//! A cheap answer to "has anything of the schema changed since?".
//!
//! Every DDL statement writes rows of the system catalogs, and a row that was written bears the
//! number of the transaction that wrote it (`xmin`; the manual, "System Columns"). Freezing keeps
//! that number, and nobody can give a row another one. So where each catalog has as many rows as
//! before, of the same writers, no row is new, hence none is gone either, and the schema is the
//! same. A statement that was rolled back left no row that anybody sees.
//!
//! Where no transaction at all has ended in between, not even that has to be looked at.

use super::session::{ServerError, Session};

/// The state of a database's catalogs at one moment, as one session sees it.
///
/// Two equal marks of one role stand for equal schemas. Marks that differ need not stand for
/// different ones: a temporary table, a table that was emptied or rewritten, and a restart of the
/// server change the mark too.
///
/// What a mark cannot see: large objects, the rows of tables, settings of roles and databases; and
/// a commit that a crash of the server lost (`synchronous_commit = off`) if the transaction number
/// that it had was then given to another one that wrote as many rows of the same catalogs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogMark {
    /// The server since its start, the database, the role.
    place: String,
    /// The transactions that have ended. Nothing on a standby, where the list is not exact.
    moment: Option<String>,
    /// A hash of each catalog's writers.
    writers: blake3::Hash,
}

impl CatalogMark {
    /// Takes the mark of what a session sees: in a reader's session, of its one snapshot.
    ///
    /// # Errors
    /// What the server said.
    pub async fn take(session: &mut Session) -> Result<CatalogMark, ServerError> {
        let (place, moment) = here(session).await?;
        Ok(CatalogMark { place, moment, writers: writers(session).await? })
    }

    /// Makes the mark that of what a session sees now, and tells whether the schema is certainly
    /// still the same. Costs next to nothing where nothing was done on the whole server meanwhile.
    ///
    /// # Errors
    /// What the server said.
    pub async fn renew(&mut self, session: &mut Session) -> Result<bool, ServerError> {
        let (place, moment) = here(session).await?;
        if self.place == place && self.moment.is_some() && self.moment == moment {
            return Ok(true);
        }
        let now = CatalogMark { place, moment, writers: writers(session).await? };
        let same = self.place == now.place && self.writers == now.writers;
        *self = now;
        Ok(same)
    }
}

/// Where the session is, and which transactions it sees.
async fn here(session: &mut Session) -> Result<(String, Option<String>), ServerError> {
    let query = "select concat_ws(' ', pg_postmaster_start_time()::timestamptz(6)::text, \
                 current_setting('server_version_num'), (select oid from pg_database where datname = current_database()), \
                 current_database(), current_user) as place, \
                 case when not pg_is_in_recovery() then pg_current_snapshot()::text end as moment";
    let rows = session.rows(query).await?;
    let text = |column: &str| rows.first().and_then(|row| row.text(column)).map(str::to_owned);
    Ok((text("place").unwrap_or_default(), text("moment")))
}

/// A hash of how many rows each catalog has, and of the transactions that wrote them.
async fn writers(session: &mut Session) -> Result<blake3::Hash, ServerError> {
    let catalogs = session.rows(include_str!("fingerprint.sql")).await?;
    let queries: Vec<String> = catalogs
        .iter()
        .filter_map(|row| part(row.text("name")?, row.get("readable").is_some_and(|value| value == true)))
        .collect();
    let mut hasher = blake3::Hasher::new();
    for row in session.rows(&queries.join("\nunion all ")).await? {
        let number = row.number("count").unwrap_or_default();
        let text = [row.text("name").unwrap_or_default(), " ", row.text("sum").unwrap_or_default(), "\n"];
        hasher.update(&number.to_le_bytes()).update(text.concat().as_bytes());
    }
    Ok(hasher.finalize())
}

/// The query for one catalog. What the role may not read, it is told by a view as far as the
/// inspection tells it.
fn part(catalog: &str, readable: bool) -> Option<String> {
    let (from, version) = match (catalog, readable) {
        // Everything else there is written along with the object that depends.
        ("pg_depend", true) => (
            "pg_depend where refclassid = 'pg_extension'::regclass or deptype = 'a' and classid = 'pg_class'::regclass",
            "xmin::text",
        ),
        (catalog, true) => (catalog, "xmin::text"),
        ("pg_authid", false) => ("pg_roles", "concat_ws(' ', oid, rolsuper, rolname)"),
        ("pg_user_mapping", false) => {
            ("pg_user_mappings", "concat_ws(' ', umid, srvid, umuser, usename, umoptions)")
        }
        ("pg_subscription", false) => ("pg_subscription", "concat_ws(' ', oid, subdbid, subowner, subname)"),
        _ => return None,
    };
    // The sum does not depend on the order of the rows.
    Some(format!(
        "select '{catalog}' as name, count(*), coalesce(sum(hashtextextended({version}, 0)), 0)::text as sum from {from}"
    ))
}
