//! Aggregate functions.

use serde::Deserialize;

use super::{
    acl::Grantable,
    common::{dress, owned_by, redress_or_replace, typed},
    inspect::Reader,
};
use crate::{
    dialect::{Alteration, Change, ObjectKind, Step, Unwritable, quote},
    model::{Kind, Object},
};

/// The kind of aggregate functions.
pub const KIND: Kind = Kind::of("aggregate");

/// How aggregate functions are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "aggregates",
    class: "pg_proc",
    sql: include_str!("aggregate.sql"),
    grantable: Some(Grantable::Routine),
};

#[derive(Deserialize)]
struct Facets {
    name: String,
    #[serde(default)]
    arguments: String,
    set: Option<String>,
    #[serde(rename = "state function")]
    state_function: String,
    #[serde(rename = "state type")]
    state_type: String,
    #[serde(rename = "state size")]
    state_size: Option<i64>,
    #[serde(rename = "final function")]
    final_function: Option<String>,
    #[serde(default, rename = "final extra")]
    final_extra: bool,
    #[serde(rename = "final modify")]
    final_modify: Option<String>,
    #[serde(rename = "combine function")]
    combine_function: Option<String>,
    #[serde(rename = "serial function")]
    serial_function: Option<String>,
    #[serde(rename = "deserial function")]
    deserial_function: Option<String>,
    #[serde(rename = "initial value")]
    initial_value: Option<String>,
    #[serde(rename = "moving state function")]
    moving_state_function: Option<String>,
    #[serde(rename = "moving inverse function")]
    moving_inverse_function: Option<String>,
    #[serde(rename = "moving state type")]
    moving_state_type: Option<String>,
    #[serde(rename = "moving state size")]
    moving_state_size: Option<i64>,
    #[serde(rename = "moving final function")]
    moving_final_function: Option<String>,
    #[serde(default, rename = "moving final extra")]
    moving_final_extra: bool,
    #[serde(rename = "moving final modify")]
    moving_final_modify: Option<String>,
    #[serde(rename = "moving initial value")]
    moving_initial_value: Option<String>,
    #[serde(rename = "sort operator")]
    sort_operator: Option<String>,
    parallel: Option<String>,
}

/// What is known about aggregate functions.
pub struct Aggregate;

impl ObjectKind for Aggregate {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let mut steps = vec![Step::new(facets.define(object))];
        steps.extend(dress(object, &label(object), Some(&grant_label(object))));
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![Step::new(format!("DROP {}", label(object)))])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        Ok(redress_or_replace(change, &label(change.to), Some(&grant_label(change.to))))
    }

    fn restore(&self, object: &Object) -> Vec<Step> {
        object.facets.text("owner").map(|owner| owned_by(&label(object), owner)).into_iter().collect()
    }
}

/// The key of an aggregate holds its identity arguments, in which the direct arguments of an
/// ordered-set aggregate stand before `ORDER BY`.
fn signature(object: &Object) -> String {
    let name = object.facets.text("name").unwrap_or_default();
    let arguments = object.key.name().strip_prefix(name).unwrap_or("()");
    let arguments = if arguments == "()" { "(*)" } else { arguments };
    format!("{}{arguments}", quote::qualified(&[object.key.root(), name]))
}

fn label(object: &Object) -> String {
    format!("AGGREGATE {}", signature(object))
}

/// `GRANT` knows aggregates as functions, whose direct and ordered arguments are one list.
fn grant_label(object: &Object) -> String {
    let one_list = signature(object).replace("(*)", "()").replace("(ORDER BY ", "(").replace(" ORDER BY ", ", ");
    format!("FUNCTION {one_list}")
}

impl Facets {
    fn define(&self, object: &Object) -> String {
        let name = quote::qualified(&[object.key.root(), &self.name]);
        let arguments = if self.arguments.is_empty() { "*" } else { &self.arguments };
        let flag = |set: bool, word: &str| set.then(|| word.to_owned());
        let value = |word: &str, text: &Option<String>| text.as_ref().map(|text| format!("{word} = {text}"));
        let literal = |word: &str, text: &Option<String>| text.as_ref().map(|text| format!("{word} = {}", quote::literal(text)));
        let size = |word: &str, number: Option<i64>| number.map(|number| format!("{word} = {number}"));
        let options: Vec<String> = [
            Some(format!("SFUNC = {}", self.state_function)),
            Some(format!("STYPE = {}", self.state_type)),
            size("SSPACE", self.state_size),
            value("FINALFUNC", &self.final_function),
            flag(self.final_extra, "FINALFUNC_EXTRA"),
            value("FINALFUNC_MODIFY", &self.final_modify),
            value("COMBINEFUNC", &self.combine_function),
            value("SERIALFUNC", &self.serial_function),
            value("DESERIALFUNC", &self.deserial_function),
            literal("INITCOND", &self.initial_value),
            value("MSFUNC", &self.moving_state_function),
            value("MINVFUNC", &self.moving_inverse_function),
            value("MSTYPE", &self.moving_state_type),
            size("MSSPACE", self.moving_state_size),
            value("MFINALFUNC", &self.moving_final_function),
            flag(self.moving_final_extra, "MFINALFUNC_EXTRA"),
            value("MFINALFUNC_MODIFY", &self.moving_final_modify),
            literal("MINITCOND", &self.moving_initial_value),
            self.sort_operator.as_ref().map(|operator| format!("SORTOP = {}", sort_operator(operator))),
            self.parallel.as_ref().map(|word| format!("PARALLEL = {word}")),
            flag(self.set.as_deref() == Some("hypothetical"), "HYPOTHETICAL"),
        ]
        .into_iter()
        .flatten()
        .collect();
        format!("CREATE AGGREGATE {name}({arguments}) (\n    {}\n)", options.join(",\n    "))
    }
}

/// `schema.>` has to be written `OPERATOR(schema.>)`.
fn sort_operator(printed: &str) -> String {
    if printed.contains('.') { format!("OPERATOR({printed})") } else { printed.to_owned() }
}
