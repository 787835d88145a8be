//! Texts that only the server can print, for which it locks the relations that they speak of.
//!
//! They are printed a few hundred at a time, each batch between a savepoint and the return to it:
//! that gives its locks back, so that no server runs out of them. Where another session's lock is
//! in the way, only what that lock concerns stays unprinted.

use std::collections::{HashMap, HashSet};

use crate::dialect::{
    postgres::session::{ServerError, Session},
    row::Row,
};

/// How many texts are printed at once. A view takes about three locks, and a server of the usual
/// settings has 6,400.
const BATCH: usize = 500;

/// A facet that the server prints, and how: `-- print FACET: EXPRESSION` in a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Print {
    /// The facet.
    pub facet: &'static str,
    expression: &'static str,
}

impl Print {
    /// What a line of a query says about printing.
    pub fn of(line: &'static str) -> Option<Print> {
        let (facet, expression) = line.strip_prefix("-- print ")?.split_once(": ")?;
        Some(Print { facet, expression })
    }
}

/// A text that is to be printed.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The object whose facet it is.
    pub place: usize,
    /// The facet.
    pub print: Print,
    /// What is printed.
    pub oid: i64,
    /// The relation that it is a part of.
    pub relation: i64,
}

/// A text, or why there is none.
pub struct Printed {
    /// The object.
    pub place: usize,
    /// The facet.
    pub facet: &'static str,
    /// The text, or the reason.
    pub text: Result<String, String>,
}

/// Prints all that waits, and gives it away as it comes.
///
/// # Errors
/// What the server said, where that is about more than the text that was to be printed.
pub async fn all(
    session: &mut Session,
    waiting: Vec<Waiting>,
    mut give: impl FnMut(Printed) + Send,
) -> Result<(), ServerError> {
    let mut by_print: HashMap<Print, Vec<Waiting>> = HashMap::new();
    for item in waiting {
        by_print.entry(item.print).or_default().push(item);
    }
    let mut locked = Locked::default();
    for (print, items) in by_print {
        let mut batches: Vec<Vec<Waiting>> = items.chunks(BATCH).map(<[Waiting]>::to_vec).collect();
        while let Some(batch) = batches.pop() {
            let (blocked, free): (Vec<_>, Vec<_>) =
                batch.into_iter().partition(|item| locked.reason(item).is_some());
            for item in blocked {
                let text = Err(locked.reason(&item).unwrap_or_default().to_owned());
                give(Printed { place: item.place, facet: print.facet, text });
            }
            if free.is_empty() {
                continue;
            }
            match batch_of(session, print, &free).await {
                Ok(mut texts) => {
                    for item in free {
                        let gone = || "it was dropped while it was read; read again".to_owned();
                        let text = texts.remove(&item.oid).ok_or_else(gone);
                        give(Printed { place: item.place, facet: print.facet, text });
                    }
                }
                Err(error) if !is_about_the_text(&error) => return Err(error),
                Err(error) => {
                    let known = error.sqlstate == LOCK_NOT_AVAILABLE && locked.look(session).await?;
                    if known || free.len() > 1 {
                        // What is locked goes first; then halves tell what is at fault.
                        let half = if known { free.len() } else { free.len() / 2 };
                        batches.extend(free.chunks(half).map(<[Waiting]>::to_vec));
                    } else {
                        let reason = format!("the server could not print it: {error}");
                        for item in free {
                            give(Printed {
                                place: item.place,
                                facet: print.facet,
                                text: Err(reason.clone()),
                            });
                        }
                    }
                }
            }
        }
    }
    Ok(())
}

/// The SQLSTATE of a lock that was not to be had in time.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// Whether an error leaves the other texts untouched. Out of time (57014) and a lost connection do
/// not; a relation that was dropped meanwhile does.
fn is_about_the_text(error: &ServerError) -> bool {
    !error.is_disconnect() && error.sqlstate != "57014"
}

/// The texts by OID. What is printed to nothing is left out.
async fn batch_of(
    session: &mut Session,
    print: Print,
    items: &[Waiting],
) -> Result<HashMap<i64, String>, ServerError> {
    let oids: Vec<String> = items.iter().map(|item| item.oid.to_string()).collect();
    let query = format!(
        "savepoint printing; \
         select t.oid, {} as text from unnest('{{{}}}'::oid[]) as t(oid); \
         rollback to printing; release printing",
        print.expression,
        oids.join(",")
    );
    let text = |row: &Row| Some((row.number("oid")?, row.text("text")?.to_owned()));
    let mut texts = HashMap::with_capacity(items.len());
    let printed = session.each_row(&query, |row| texts.extend(text(&row))).await;
    if let Err(error) = printed {
        if is_about_the_text(&error) {
            session.execute("rollback to printing; release printing").await?;
        }
        return Err(error);
    }
    Ok(texts)
}

/// What other sessions hold locked.
#[derive(Default)]
struct Locked {
    /// The reason for each relation that nobody else may use.
    relations: HashMap<i64, String>,
    /// The reason for what speaks of one of them.
    dependents: HashMap<i64, String>,
    seen: HashSet<i64>,
}

impl Locked {
    /// Why an item cannot be printed, as far as is known.
    fn reason(&self, item: &Waiting) -> Option<&str> {
        let reason = self.relations.get(&item.relation).or_else(|| self.dependents.get(&item.oid));
        reason.map(String::as_str)
    }

    /// Looks who holds what; tells whether there is something new. A session that only waits for
    /// such a lock is in the way of whoever comes after it as well.
    async fn look(&mut self, session: &mut Session) -> Result<bool, ServerError> {
        let rows = session.rows(include_str!("../locked.sql")).await?;
        let mut news = false;
        for row in rows {
            let Some(relation) = row.number("relation") else { continue };
            news |= self.seen.insert(relation);
            let name = row.text("name").unwrap_or_default();
            let process = row.number("pid").unwrap_or_default();
            let reason = format!(
                "{name} is locked by another session (process {process}), so the server cannot print it; \
                 read again when that is done"
            );
            if let Some(dependent) = row.number("dependent") {
                self.dependents.insert(dependent, reason.clone());
            }
            self.relations.insert(relation, reason);
        }
        Ok(news)
    }
}
