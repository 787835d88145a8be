//! Constraints of tables and domains.

use serde::Deserialize;

use super::{
    ask,
    common::{change_options, comment, own_name, qualified, redress, texts, typed, with},
    expression,
    inherited::ancestors_only_in,
    inspect::Reader,
    partition_names,
    printed::parenthesised,
};
use crate::{
    dialect::{Alteration, Change, Check, HazardCode, ObjectKind, Step, Unwritable, quote},
    model::{Catalog, Kind, Object},
};

/// The kind of constraints.
pub const KIND: Kind = Kind::of("constraint");

/// How constraints are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "constraints",
    class: "pg_constraint",
    sql: concat!(include_str!("partition_names.sql"), include_str!("constraint.sql")),
    grantable: None,
};

#[derive(Deserialize)]
struct Facets {
    r#type: String,
    definition: String,
    #[serde(default, rename = "not valid")]
    not_valid: bool,
}

/// What is known about constraints.
pub struct Constraint;

impl ObjectKind for Constraint {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    /// Foreign keys stand apart, so that tables may refer to each other; so does what was not
    /// validated, which `CREATE TABLE` cannot say.
    fn inline(&self, object: &Object) -> bool {
        object.facets.text("type") != Some("FOREIGN KEY") && !object.facets.flag("not valid")
    }

    fn implied(&self, object: &Object, listed: &Catalog, other: &Catalog) -> bool {
        let definition = object.facets.text("definition");
        let ancestors = object.parent.iter().flat_map(|table| ancestors_only_in(other, listed, table));
        ancestors.into_iter().any(|table| {
            let of_table = other.below(&table).filter(|part| part.key.kind() == KIND && part.parent.as_ref() == Some(&table));
            of_table.into_iter().any(|part| part.facets.text("definition") == definition)
        })
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let tail = if facets.not_valid { " NOT VALID" } else { "" };
        let asks = !facets.not_valid && Timing::of(&facets.definition).1.enforced;
        let owner = owner(object);
        let step = Step::new(format!("ALTER {owner} ADD {}{tail}", clause(object)?));
        let table = object.key.path()[..2].join(".");
        let check = if on_domain(object) { None } else { ask::constraint(&qualified(&object.key), &facets.definition) };
        let step = step.check(check.filter(|_| asks));
        let step = match facets.r#type.as_str() {
            "PRIMARY KEY" | "UNIQUE" | "EXCLUDE" => step
                .hazard(HazardCode::BlocksReads, format!("Nobody can use {table} while its index is built."))
                .hazard(HazardCode::MayFail, format!("Fails if rows of {table} break the {} constraint.", facets.r#type)),
            _ if !asks || object.parent.as_ref().is_some_and(|it| it.kind() == super::foreign_table::KIND) => step,
            "FOREIGN KEY" => step
                .hazard(HazardCode::BlocksWrites, format!("Nobody can write to {table} while its rows are checked."))
                .hazard(HazardCode::MayFail, format!("Fails if a row of {table} has no row to refer to.")),
            _ if on_domain(object) => step
                .hazard(HazardCode::BlocksWrites, format!("Nobody can write to the tables that have {table} while their rows are checked."))
                .hazard(HazardCode::MayFail, format!("Fails if a column of {table} breaks the check.")),
            _ => step
                .hazard(HazardCode::BlocksReads, format!("Nobody can use {table} while its rows are checked."))
                .hazard(HazardCode::MayFail, format!("Fails if rows of {table} break the check.")),
        };
        Ok([step].into_iter().chain(dressing(object)).collect())
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![Step::new(format!("ALTER {} DROP CONSTRAINT {}", owner(object), own_name(&object.key)))])
    }

    /// A condition of a domain is for the columns of the domain.
    fn ask(&self, object: &Object, before: &Catalog, _after: &Catalog) -> Option<Check> {
        let domain = object.parent.as_ref().filter(|_| on_domain(object)).and_then(|key| before.get(key))?;
        let (_, condition, _) = parenthesised(object.facets.text("definition")?.strip_prefix("CHECK ")?)?;
        ask::domain(domain, super::domain::columns(before), &format!("NOT ({condition})"))
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        let label = label(change.to);
        let validated = change.touches("not valid") && !change.to.facets.flag("not valid");
        let timing = timed(change);
        let in_place =
            ["comment", "index comment", "not valid", "options", "definition", "tablespace", partition_names::FACET];
        if !change.only(&in_place) || change.touches("definition") && timing.is_none() || change.touches("not valid") && !validated {
            return Ok(Alteration::Replace);
        }
        let index = index_label(change.to);
        let mut steps =
            change_options(&format!("ALTER {index}"), &texts(change.from, "options"), &texts(change.to, "options"));
        if change.touches("tablespace") {
            steps.push(super::index::moved(change.to, change.to.facets.text("tablespace")));
        }
        steps.extend(timing.into_iter().flatten());
        steps.extend(redress(change, &label, None));
        if change.touches("index comment") {
            steps.push(comment(&index, change.to.facets.text("index comment")));
        }
        steps.extend(partition_names::changed(change));
        if validated {
            let sql = validate(change.to);
            let message = format!("Fails if rows of {} break the constraint.", change.to.key.path()[..2].join("."));
            let check = change.to.facets.text("definition").filter(|_| !on_domain(change.to));
            let check = check.and_then(|definition| ask::constraint(&qualified(&change.to.key), definition));
            steps.push(Step::new(sql).hazard(HazardCode::MayFail, message).check(check));
        }
        Ok(Alteration::InPlace(steps))
    }
}

/// When a constraint is checked: what the server prints at the end of a definition.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Timing {
    deferrable: bool,
    deferred: bool,
    enforced: bool,
}

impl Timing {
    /// A definition without its timing, and that.
    fn of(definition: &str) -> (&str, Timing) {
        let mut rest = definition;
        let mut ends_in = |words: &str| {
            let shorter = rest.strip_suffix(words);
            rest = shorter.unwrap_or(rest);
            shorter.is_some()
        };
        let enforced = !ends_in(" NOT ENFORCED");
        let deferred = ends_in(" INITIALLY DEFERRED");
        let deferrable = ends_in(" DEFERRABLE");
        (rest, Timing { deferrable, deferred, enforced })
    }
}

/// The statements that change nothing but when a foreign key is checked; `None` where that is not
/// what differs, or cannot be altered.
fn timed(change: &Change<'_>) -> Option<Vec<Step>> {
    let foreign = change.to.facets.text("type") == Some("FOREIGN KEY") && !change.touches("not valid");
    let [(old, from), (new, to)] = [change.from, change.to].map(|side| Timing::of(side.facets.text("definition").unwrap_or_default()));
    if !foreign || old != new || from == to {
        return None;
    }
    let alter = |what: &str| Step::new(format!("ALTER {} ALTER CONSTRAINT {} {what}", owner(change.to), own_name(&change.to.key)));
    let mut steps = Vec::new();
    if (from.deferrable, from.deferred) != (to.deferrable, to.deferred) {
        steps.push(alter(match to {
            Timing { deferred: true, .. } => "DEFERRABLE INITIALLY DEFERRED",
            Timing { deferrable: true, .. } => "DEFERRABLE INITIALLY IMMEDIATE",
            _ => "NOT DEFERRABLE",
        }));
    }
    if from.enforced && !to.enforced {
        steps.push(alter("NOT ENFORCED"));
    }
    if !from.enforced && to.enforced {
        let table = change.to.key.path()[..2].join(".");
        steps.push(
            alter("ENFORCED")
                .hazard(HazardCode::BlocksWrites, format!("Nobody can write to {table} while its rows are checked."))
                .hazard(HazardCode::MayFail, format!("Fails if a row of {table} has no row to refer to."))
                .check(ask::constraint(&qualified(&change.to.key), new)),
        );
    }
    Some(steps)
}

/// The statement that has every row looked at.
pub fn validate(object: &Object) -> String {
    format!("ALTER {} VALIDATE CONSTRAINT {}", owner(object), own_name(&object.key))
}

/// `CONSTRAINT name definition`, as it stands in `CREATE TABLE`, `CREATE DOMAIN` and after `ADD`.
///
/// # Errors
/// Where the facets are not of the shape.
pub fn clause(object: &Object) -> Result<String, Unwritable> {
    let facets: Facets = typed(object)?;
    let tablespace = object.facets.text("tablespace");
    let definition = with_options(&facets.definition, &texts(object, "options for partitions"), tablespace);
    Ok(format!("CONSTRAINT {} {}", own_name(&object.key), expression::writable(&definition)))
}

/// The definition of a key with the parameters of its index. The server prints them nowhere, and
/// nothing can alter those of a partitioned table's index.
fn with_options(definition: &str, options: &[String], tablespace: Option<&str>) -> String {
    let end = [" DEFERRABLE", " WHERE ("].iter().filter_map(|clause| definition.find(clause)).min();
    let (head, tail) = definition.split_at(end.unwrap_or(definition.len()));
    let place = tablespace.map_or_else(String::new, |name| format!(" USING INDEX TABLESPACE {}", quote::name(name)));
    format!("{head}{}{place}{tail}", with(options))
}

/// What is put on a constraint after it was made.
pub fn dressing(object: &Object) -> Vec<Step> {
    let index = index_label(object);
    let mut steps = change_options(&format!("ALTER {index}"), &[], &texts(object, "options"));
    steps.extend(partition_names::named(object));
    let of = |facet, label: &str| object.facets.text(facet).map(|text| comment(label, Some(text)));
    steps.extend([of("comment", &label(object)), of("index comment", &index)].into_iter().flatten());
    steps
}

/// The index behind the constraint, which has its name.
fn index_label(object: &Object) -> String {
    format!("INDEX {}", quote::qualified(&[object.key.root(), object.key.name()]))
}

fn on_domain(object: &Object) -> bool {
    object.parent.as_ref().is_some_and(|parent| parent.kind() == super::domain::KIND)
}

fn owner(object: &Object) -> String {
    format!("{} {}", if on_domain(object) { "DOMAIN" } else { "TABLE" }, qualified(&object.key))
}

fn label(object: &Object) -> String {
    let domain = if on_domain(object) { "DOMAIN " } else { "" };
    format!("CONSTRAINT {} ON {domain}{}", own_name(&object.key), qualified(&object.key))
}
