//! Keys and indexes printed from the raw columns of the catalogs, exactly as the server prints them.
//!
//! `pg_get_indexdef` and `pg_get_constraintdef` cost ten times what reading the columns does. So
//! what is common is printed here; for anything rare there is no text, and the server is asked. Many
//! expressions are the same in one table after the other: those are printed once.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{addresses::ByNumber, print::Likeness};
use crate::{
    dialect::{
        postgres::{
            column, constraint, index,
            session::{ServerError, Session},
        },
        row::Row,
    },
    model::{Key, Kind},
};

/// `varchar`, which has no operator classes of its own.
const VARCHAR: i64 = 1043;
/// `text`: its operator classes serve `varchar`.
const TEXT: i64 = 25;

/// What printing takes: columns and operator classes.
pub struct Raw {
    columns: ByNumber<(u32, i32), Column>,
    classes: HashMap<i64, OperatorClass>,
    /// The access methods that have a default operator class of `varchar` itself.
    own_varchar: HashSet<i64>,
    /// The number of each likeness.
    likenesses: HashMap<String, usize>,
}

struct Column {
    /// The name, quoted where it has to be.
    name: Arc<str>,
    /// The type, or the pseudo-type whose operator classes serve it; 0 where there is none.
    sorted_as: u32,
    collation: u32,
}

struct OperatorClass {
    method: i64,
    input: i64,
    is_default: bool,
}

impl Raw {
    /// Reads the operator classes.
    ///
    /// # Errors
    /// What the server said.
    pub async fn new(session: &mut Session) -> Result<Raw, ServerError> {
        let query =
            "select oid, opcmethod as method, opcintype as input, opcdefault as is_default from pg_opclass";
        let mut classes = HashMap::new();
        for row in session.rows(query).await? {
            let number = |column| row.number(column).unwrap_or_default();
            let is_default = row.get("is_default").is_some_and(|value| value == true);
            let class = OperatorClass { method: number("method"), input: number("input"), is_default };
            classes.insert(number("oid"), class);
        }
        let of_varchar = |class: &&OperatorClass| class.is_default && class.input == VARCHAR;
        let own_varchar = classes.values().filter(of_varchar).map(|class| class.method).collect();
        Ok(Raw { columns: ByNumber::default(), classes, own_varchar, likenesses: HashMap::new() })
    }

    /// Keeps what a row tells of a column.
    pub fn learn(&mut self, key: &Key, row: &Row, relation: Option<i64>, number: i64) {
        let (column::KIND, Some(relation), Some(own)) = (key.kind(), relation, key.path().last()) else {
            return;
        };
        let name = row.text("_quoted").map_or_else(|| Arc::clone(own), Arc::from);
        let oid = |column| row.number(column).map_or(0, short);
        let column = Column { name, sorted_as: oid("_sorted_as"), collation: oid("_collation") };
        self.columns.insert(place(relation, number), column);
    }

    /// The definition of an index or a key; nothing where the server is to print it.
    pub fn print(&self, kind: Kind, row: &Row) -> Option<String> {
        match kind {
            index::KIND => self.index(row),
            constraint::KIND => self.key(row),
            _ => None,
        }
    }

    /// What the texts that the server prints for expressions have in common: their trees, and how the
    /// columns in them are called. Nothing where that is not all that a text depends on.
    pub fn likeness(&mut self, kind: Kind, row: &Row) -> Option<Likeness> {
        let relation = row.number("_relation")?;
        // A whole row has the number 0, which no column has: it is printed with the table's name.
        let used = self.names(relation, row.text("_used")?)?;
        let mut of = format!("{} {used}", row.text("_tree")?);
        let mut start = "";
        if kind == index::KIND {
            start = row.text("_head")?;
            of += &self.keys(relation, row)?;
        }
        let next = self.likenesses.len();
        Some(Likeness { of: *self.likenesses.entry(of).or_insert(next), start: start.into() })
    }

    /// What the keys of an index are, without the expressions among them.
    fn keys(&self, relation: i64, row: &Row) -> Option<String> {
        let key = |number: &str| {
            let number = number.parse().ok()?;
            if number == 0 {
                return Some(String::new());
            }
            let Column { name, sorted_as, collation } = self.columns.get(&place(relation, number))?;
            // Of any other type it is not known which operator class is its own.
            (*sorted_as != 0).then(|| format!("{name} {sorted_as} {collation}"))
        };
        let keys = row.text("_columns")?.split(' ').map(key).collect::<Option<Vec<String>>>()?.join(", ");
        let kept = ["_classes", "_collations", "_options"].map(|list| row.text(list).unwrap_or_default());
        Some(format!("; {}; {keys}; {}", row.number("_keys")?, kept.join("; ")))
    }

    fn index(&self, row: &Row) -> Option<String> {
        if row.text("_tree").is_some() {
            return None;
        }
        let (head, relation) = (row.text("_head")?, row.number("_relation")?);
        let keys = usize::try_from(row.number("_keys")?).ok()?;
        let sorts = row.text("_method") == Some("btree");
        let list = |column| row.text(column).map(|text| text.split(' ').map(|it| it.parse::<i64>().ok()));
        let mut classes = list("_classes")?;
        let mut collations = list("_collations")?;
        let mut options = list("_options")?;
        let (mut sorted, mut included) = (Vec::new(), Vec::new());
        for (at, number) in list("_columns")?.enumerate() {
            let column = self.columns.get(&place(relation, number?))?;
            if at >= keys {
                included.push(&*column.name);
                continue;
            }
            let collation = collations.next()??;
            if !self.is_default(classes.next()??, column)
                || collation != 0 && short(collation) != column.collation
            {
                return None;
            }
            let order = match (options.next()??, sorts) {
                (0, _) => "",
                (1, true) => " DESC NULLS LAST",
                (2, true) => " NULLS FIRST",
                (3, true) => " DESC",
                _ => return None,
            };
            sorted.push(format!("{}{order}", column.name));
        }
        let include =
            if included.is_empty() { String::new() } else { format!(" INCLUDE ({})", included.join(", ")) };
        Some(format!("{head} ({}){include}", sorted.join(", ")))
    }

    /// Whether an operator class is the one that a column's type takes by itself.
    fn is_default(&self, class: i64, column: &Column) -> bool {
        let Some(class) = self.classes.get(&class).filter(|class| class.is_default) else { return false };
        let r#type = i64::from(column.sorted_as);
        let as_text = r#type == VARCHAR && class.input == TEXT && !self.own_varchar.contains(&class.method);
        r#type != 0 && (class.input == r#type || as_text)
    }

    fn key(&self, row: &Row) -> Option<String> {
        let relation = row.number("_relation")?;
        let columns = self.names(relation, row.text("_columns")?)?;
        let tail = row.text("_tail")?;
        let r#type = row.text("type")?;
        match row.number("_other") {
            Some(other) => {
                let others = self.names(other, row.text("_other_columns")?)?;
                let name = row.text("_other_name")?;
                Some(format!("FOREIGN KEY ({columns}) REFERENCES {name}({others}){tail}"))
            }
            None => Some(format!("{type} ({columns}){tail}")),
        }
    }

    /// The names of columns, given as the array of their numbers.
    fn names(&self, relation: i64, numbers: &str) -> Option<String> {
        let numbers = numbers.strip_prefix('{')?.strip_suffix('}')?.split(',');
        let name = |number: &str| Some(&*self.columns.get(&place(relation, number.parse().ok()?))?.name);
        Some(numbers.map(name).collect::<Option<Vec<&str>>>()?.join(", "))
    }
}

/// An OID in the half of the room.
fn short(oid: i64) -> u32 {
    u32::try_from(oid).unwrap_or_default()
}

fn place(relation: i64, number: i64) -> (u32, i32) {
    (short(relation), i32::try_from(number).unwrap_or_default())
}
