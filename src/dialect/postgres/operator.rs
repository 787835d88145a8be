//! Operators.

use serde::Deserialize;

use super::{
    common::{DRESS, dress, owned_by, redress, typed},
    inspect::Reader,
};
use crate::{
    dialect::{Alteration, Change, ObjectKind, Step, Unwritable, quote},
    model::{Kind, Object},
};

/// The kind of operators.
pub const KIND: Kind = Kind::of("operator");

/// How operators are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "operators",
    class: "pg_operator",
    sql: include_str!("operator.sql"),
    grantable: None,
};

#[derive(Deserialize)]
struct Facets {
    name: String,
    left: Option<String>,
    right: Option<String>,
    #[serde(default)]
    shell: bool,
    function: Option<String>,
    commutator: Option<String>,
    negator: Option<String>,
    restrict: Option<String>,
    join: Option<String>,
    #[serde(default)]
    hashes: bool,
    #[serde(default)]
    merges: bool,
}

/// What is known about operators.
pub struct Operator;

impl ObjectKind for Operator {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    /// A shell comes into being with the operator that names it.
    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let name = facets.qualified(object)?;
        let Some(function) = &facets.function else { return Ok(Vec::new()) };
        let option = |word: &str, value: &Option<String>| value.as_ref().map(|value| format!("{word} = {value}"));
        let flag = |word: &str, set: bool| set.then(|| word.to_owned());
        let options: Vec<String> = [
            Some(format!("FUNCTION = {function}")),
            option("LEFTARG", &facets.left),
            option("RIGHTARG", &facets.right),
            option("COMMUTATOR", &facets.commutator),
            option("NEGATOR", &facets.negator),
            option("RESTRICT", &facets.restrict),
            option("JOIN", &facets.join),
            flag("HASHES", facets.hashes),
            flag("MERGES", facets.merges),
        ]
        .into_iter()
        .flatten()
        .collect();
        let mut steps = vec![Step::new(format!("CREATE OPERATOR {name} (\n    {}\n)", options.join(",\n    ")))];
        steps.extend(dress(object, &label(object)?, None));
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![Step::new(format!("DROP {}", label(object)?))])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        let (from, to): (Facets, Facets) = (typed(change.from)?, typed(change.to)?);
        if to.shell && !from.shell {
            let reason = "canonical only names it and does not make it; make it there, or do not name it";
            return Err(Unwritable::new(change.to, reason));
        }
        if from.shell && !to.shell {
            return self.create(change.to, &[]).map(Alteration::InPlace);
        }
        if !change.only(&[&DRESS[..], &["restrict", "join"]].concat()) {
            return Ok(Alteration::Replace);
        }
        let label = label(change.to)?;
        let estimators: Vec<String> = [("restrict", "RESTRICT", to.restrict), ("join", "JOIN", to.join)]
            .into_iter()
            .filter(|(facet, ..)| change.touches(facet))
            .map(|(_, word, function)| format!("{word} = {}", function.as_deref().unwrap_or("NONE")))
            .collect();
        let mut steps = Vec::new();
        if !estimators.is_empty() {
            steps.push(Step::new(format!("ALTER {label} SET ({})", estimators.join(", "))));
        }
        steps.extend(redress(change, &label, None));
        Ok(Alteration::InPlace(steps))
    }

    fn restore(&self, object: &Object) -> Vec<Step> {
        let label = label(object).ok().filter(|_| !object.facets.flag("shell"));
        let owner = object.facets.text("owner").zip(label);
        owner.map(|(owner, label)| owned_by(&label, owner)).into_iter().collect()
    }
}

fn label(object: &Object) -> Result<String, Unwritable> {
    let facets: Facets = typed(object)?;
    let side = |side: &Option<String>| side.as_deref().unwrap_or("NONE").to_owned();
    let (left, right) = (side(&facets.left), side(&facets.right));
    Ok(format!("OPERATOR {} ({left}, {right})", facets.qualified(object)?))
}

impl Facets {
    /// `schema.=`: the name of an operator cannot be quoted, so it has to be one.
    fn qualified(&self, object: &Object) -> Result<String, Unwritable> {
        let is_operator = !self.name.is_empty() && self.name.chars().all(|c| "+-*/<>=~!@#%^&|`?".contains(c));
        if !is_operator || self.name.contains("--") || self.name.contains("/*") {
            return Err(Unwritable::new(object, "its name is not that of an operator"));
        }
        Ok(format!("{}.{}", quote::name(object.key.root()), self.name))
    }
}
