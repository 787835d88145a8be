//! Sequences.

use serde::Deserialize;

use super::{
    acl::Grantable,
    ask,
    common::{dress, owned_by, qualified, redress, typed},
    inspect::Reader,
};
use crate::{
    dialect::{Alteration, Change, HazardCode, ObjectKind, Step, Unwritable, quote},
    model::{Kind, Object},
};

/// The kind of sequences.
pub const KIND: Kind = Kind::of("sequence");

/// How sequences are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "sequences",
    class: "pg_class",
    sql: include_str!("sequence.sql"),
    grantable: Some(Grantable::Sequence),
};

/// The options that a sequence and an identity column share. Of an identity column, those are left out
/// that a new ascending sequence has, for there are many: all numbers but the highest are 1 then.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Options {
    /// The first value.
    #[serde(default = "one")]
    pub start: String,
    /// The step.
    #[serde(default = "one")]
    pub increment: String,
    /// The lowest value.
    #[serde(default = "one")]
    pub minimum: String,
    /// The highest value; nothing where it is the highest of the type, until [`Options::settle`].
    #[serde(default)]
    pub maximum: String,
    /// How many values a session takes at once.
    #[serde(default = "one")]
    pub cache: String,
    /// Whether it starts again at its end.
    #[serde(default)]
    pub cycle: bool,
}

#[derive(Deserialize)]
struct Facets {
    r#type: String,
    #[serde(flatten)]
    options: Options,
    #[serde(default)]
    unlogged: bool,
    #[serde(default, rename = "owned by")]
    owned_by: Vec<String>,
}

impl Options {
    /// Puts the highest value of a type where none is given.
    pub fn settle(&mut self, r#type: &str) {
        if self.maximum.is_empty() {
            self.maximum = Options::fresh(r#type, "1").maximum;
        }
    }

    /// The clauses that differ from another state, or from what a new sequence of a type has.
    pub fn clauses(&self, from: Option<&Options>, r#type: &str) -> Vec<String> {
        let fresh = Options::fresh(r#type, &self.increment);
        let from = from.unwrap_or(&fresh);
        let mut clauses = Vec::new();
        let mut number = |word: &str, new: &str, old: &str| {
            if new != old {
                clauses.push(format!("{word} {}", digits(new)));
            }
        };
        number("INCREMENT BY", &self.increment, &from.increment);
        number("MINVALUE", &self.minimum, &from.minimum);
        number("MAXVALUE", &self.maximum, &from.maximum);
        number("START WITH", &self.start, &from.start);
        number("CACHE", &self.cache, &from.cache);
        if self.cycle != from.cycle {
            clauses.push(if self.cycle { "CYCLE" } else { "NO CYCLE" }.to_owned());
        }
        clauses
    }

    /// What becomes of them by a change of type: the server moves bounds that were the old type's.
    pub fn retyped(&self, from: &str, to: &str, increment: &str) -> Options {
        let mut options = self.clone();
        if from != to {
            let (old, new) = (Options::fresh(from, &self.increment), Options::fresh(to, increment));
            if options.maximum == old.maximum {
                options.maximum = new.maximum;
            }
            if options.minimum == old.minimum {
                options.minimum = new.minimum;
            }
        }
        options
    }

    /// What `CREATE SEQUENCE` of the manual says of a sequence without options.
    fn fresh(r#type: &str, increment: &str) -> Options {
        let (low, high) = match r#type {
            "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
            "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
            _ => (i64::MIN, i64::MAX),
        };
        let (minimum, maximum, start) = if increment.starts_with('-') { (low, -1, -1) } else { (1, high, 1) };
        Options {
            start: start.to_string(),
            increment: "1".to_owned(),
            minimum: minimum.to_string(),
            maximum: maximum.to_string(),
            cache: "1".to_owned(),
            cycle: false,
        }
    }
}

fn one() -> String {
    "1".to_owned()
}

/// The number in a text of the catalog, and nothing else of it.
fn digits(text: &str) -> i64 {
    text.parse().unwrap_or_default()
}

/// What is known about sequences.
pub struct Sequence;

impl ObjectKind for Sequence {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let unlogged = if facets.unlogged { "UNLOGGED " } else { "" };
        let mut sql = format!("CREATE {unlogged}SEQUENCE {}", qualified(&object.key));
        if facets.r#type != "bigint" {
            sql.push_str(&format!(" AS {}", facets.r#type));
        }
        for clause in facets.options.clauses(None, &facets.r#type) {
            sql.push_str(&format!(" {clause}"));
        }
        let mut steps = vec![Step::new(sql)];
        if !facets.owned_by.is_empty() {
            steps.push(ownership(object, &facets.owned_by));
        }
        steps.extend(dress(object, &label(object), Some(&label(object))));
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        let message = format!("The position of the sequence {} is lost.", object.key.dotted());
        Ok(vec![Step::new(format!("DROP {}", label(object))).hazard(HazardCode::LosesData, message)])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        let (from, to): (Facets, Facets) = (typed(change.from)?, typed(change.to)?);
        let label = label(change.to);
        let mut clauses = Vec::new();
        if from.r#type != to.r#type {
            clauses.push(format!("AS {}", to.r#type));
        }
        let base = from.options.retyped(&from.r#type, &to.r#type, &to.options.increment);
        clauses.extend(to.options.clauses(Some(&base), &to.r#type));
        let mut steps = Vec::new();
        if !clauses.is_empty() {
            let sql = format!("ALTER {label} {}", clauses.join(" "));
            let message = format!("Fails if the sequence {} stands outside of its new bounds.", change.to.key.dotted());
            let step = Step::new(sql);
            steps.extend(raised(&qualified(&change.to.key), &from.options, &to.options));
            let bounds = change.touches("minimum") || change.touches("maximum") || change.touches("type");
            let check = ask::position(&qualified(&change.to.key), digits(&to.options.maximum));
            steps.push(if bounds { step.hazard(HazardCode::MayFail, message).check(check) } else { step });
        }
        if from.unlogged != to.unlogged {
            steps.push(Step::new(format!("ALTER {label} SET {}", if to.unlogged { "UNLOGGED" } else { "LOGGED" })));
        }
        if change.touches("owned by") {
            steps.push(ownership(change.to, &to.owned_by));
        }
        steps.extend(redress(change, &label, Some(&label)));
        Ok(Alteration::InPlace(steps))
    }

    fn restore(&self, object: &Object) -> Vec<Step> {
        object.facets.text("owner").map(|owner| owned_by(&label(object), owner)).into_iter().collect()
    }
}

/// A sequence that stands below its new lowest value is moved up to it first.
pub fn raised(name: &str, from: &Options, to: &Options) -> Option<Step> {
    let (old, new) = (digits(&from.minimum), digits(&to.minimum));
    let setval = format!("SELECT pg_catalog.setval({}, {new}, false)", quote::literal(name));
    (new > old).then(|| Step::new(format!("{setval} FROM {name} WHERE last_value < {new}")))
}

fn label(object: &Object) -> String {
    format!("SEQUENCE {}", qualified(&object.key))
}

fn ownership(object: &Object, column: &[String]) -> Step {
    let owner = if column.is_empty() { "NONE".to_owned() } else { quote::qualified(column) };
    Step::new(format!("ALTER {} OWNED BY {owner}", label(object)))
}
