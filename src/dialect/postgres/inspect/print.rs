//! Texts that only the server can print, for which it locks the relations that they speak of.
//!
//! They are printed a few hundred at a time, each batch between a savepoint and the return to it:
//! that gives its locks back, so that no server runs out of them. Where another session's lock is
//! in the way, only what that lock concerns stays unprinted.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
};

use futures_util::future::try_join;

use super::lanes::Lanes;
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
    /// What it has in common with others.
    pub likeness: Option<Likeness>,
}

impl Waiting {
    fn start(&self) -> &str {
        self.likeness.as_ref().map_or("", |likeness| &likeness.start)
    }

    fn printed(&self, text: Result<String, String>) -> Printed {
        Printed { place: self.place, facet: self.print.facet, text }
    }
}

/// What texts have in common, so that the server prints only one of them.
#[derive(Clone, Debug)]
pub struct Likeness {
    /// The same number for all whose texts are the same but for their beginnings.
    pub of: usize,
    /// What the text begins with.
    pub start: Box<str>,
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

/// Prints all that waits, over all connections.
///
/// # Errors
/// What the server said, where that is about more than the text that was to be printed.
pub async fn all(lanes: &mut Lanes<'_>, waiting: Vec<Waiting>) -> Result<Vec<Printed>, ServerError> {
    let batches = Batches::of(waiting);
    let mut printed = Vec::new();
    if let Some(second) = lanes.second.as_mut() {
        let (own, others) = try_join(batches.print(lanes.first, false), batches.print(second, false)).await?;
        printed.extend(own.into_iter().chain(others));
    }
    // What is left, where there were not locks enough for two.
    printed.extend(batches.print(lanes.first, true).await?);
    Ok(printed)
}

/// Those of one likeness. The first is printed, for all of them.
type Alike = Vec<Waiting>;

/// What was not printed yet.
struct Batches(Mutex<Vec<(Print, Vec<Alike>)>>);

impl Batches {
    fn of(waiting: Vec<Waiting>) -> Batches {
        let mut by_print: Vec<(Print, Vec<Alike>)> = Vec::new();
        let mut prints = HashMap::new();
        let mut known = HashMap::new();
        for item in waiting {
            let at = *prints.entry(item.print).or_insert_with(|| {
                by_print.push((item.print, Vec::new()));
                by_print.len() - 1
            });
            let groups = &mut by_print[at].1;
            let of = item.likeness.as_ref().map(|likeness| likeness.of);
            match of.map(|of| known.entry((at, of)).or_insert(groups.len())) {
                Some(group) if *group < groups.len() => groups[*group].push(item),
                _ => groups.push(vec![item]),
            }
        }
        let batches = by_print.into_iter().flat_map(|(print, mut groups)| {
            let mut batches = Vec::new();
            while !groups.is_empty() {
                let rest = groups.split_off(groups.len().min(BATCH));
                batches.push((print, std::mem::replace(&mut groups, rest)));
            }
            batches
        });
        Batches(Mutex::new(batches.collect()))
    }

    fn next(&self) -> Option<(Print, Vec<Alike>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn put_back(&self, print: Print, groups: Vec<Alike>) {
        if !groups.is_empty() {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push((print, groups));
        }
    }

    /// Prints batch after batch until none is left; where somebody else does so as well, until the server
    /// has no more locks.
    async fn print(&self, session: &mut Session, alone: bool) -> Result<Vec<Printed>, ServerError> {
        let mut printed = Vec::new();
        let mut locked = Locked::default();
        while let Some((print, batch)) = self.next() {
            let mut free = Vec::new();
            for group in batch {
                match locked.reason(&group[0]) {
                    Some(reason) => self.refuse(print, group, reason, &mut printed),
                    None => free.push(group),
                }
            }
            if free.is_empty() {
                continue;
            }
            match batch_of(session, print, &free).await {
                Ok(mut texts) => {
                    for group in free {
                        match texts.remove(&group[0].oid) {
                            Some(text) => self.share(print, group, text, &mut printed),
                            None => self.refuse(print, group, GONE, &mut printed),
                        }
                    }
                }
                Err(error) if !is_about_the_text(&error) => return Err(error),
                Err(error) if error.sqlstate == OUT_OF_MEMORY && !alone => {
                    self.put_back(print, free);
                    return Ok(printed);
                }
                Err(error) => {
                    let known = error.sqlstate == LOCK_NOT_AVAILABLE && locked.look(session).await?;
                    if known || free.len() > 1 {
                        // What is locked goes first; then halves tell what is at fault.
                        let rest = free.split_off(if known { 0 } else { free.len() / 2 });
                        self.put_back(print, free);
                        self.put_back(print, rest);
                    } else {
                        let reason = format!("the server could not print it: {error}");
                        free.into_iter().for_each(|group| self.refuse(print, group, &reason, &mut printed));
                    }
                }
            }
        }
        Ok(printed)
    }

    /// Gives the text of the first to all of its like. Where it does not begin as it should, it stands
    /// for nobody else.
    fn share(&self, print: Print, group: Alike, text: String, printed: &mut Vec<Printed>) {
        let mut group = group.into_iter();
        let Some(first) = group.next() else { return };
        match text.strip_prefix(first.start()) {
            Some(end) => printed.extend(group.map(|item| item.printed(Ok([item.start(), end].concat())))),
            None => self.put_back(print, group.map(|item| vec![item]).collect()),
        }
        printed.push(first.printed(Ok(text)));
    }

    /// Says why the first has no text. The others may have one.
    fn refuse(&self, print: Print, group: Alike, reason: &str, printed: &mut Vec<Printed>) {
        let mut group = group.into_iter();
        printed.extend(group.next().map(|item| item.printed(Err(reason.to_owned()))));
        let others: Alike = group.collect();
        if !others.is_empty() {
            self.put_back(print, vec![others]);
        }
    }
}

/// Why there is no text of what a server does not find.
const GONE: &str = "it was dropped while it was read; read again";

/// The SQLSTATE of a lock that was not to be had in time.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// The SQLSTATE of a server that has no room for another lock.
const OUT_OF_MEMORY: &str = "53200";

/// Whether an error leaves the other texts untouched. Out of time (57014) and a lost connection do
/// not; a relation that was dropped meanwhile does.
fn is_about_the_text(error: &ServerError) -> bool {
    !error.is_disconnect() && error.sqlstate != "57014"
}

/// The texts of the first of each group, by OID. What is printed to nothing is left out.
async fn batch_of(
    session: &mut Session,
    print: Print,
    groups: &[Alike],
) -> Result<HashMap<i64, String>, ServerError> {
    let oids: Vec<String> =
        groups.iter().flat_map(|group| group.first()).map(|item| item.oid.to_string()).collect();
    let query = format!(
        "savepoint printing; \
         select t.oid, {} as text from unnest('{{{}}}'::oid[]) as t(oid); \
         rollback to printing; release printing",
        print.expression,
        oids.join(",")
    );
    let text = |row: &Row| Some((row.number("oid")?, row.text("text")?.to_owned()));
    let mut texts = HashMap::with_capacity(groups.len());
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
