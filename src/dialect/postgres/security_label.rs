//! Security labels: what a provider that the server has loaded keeps with an object.

use serde::{Deserialize, Serialize};

use super::common::qualified;
use crate::{
    dialect::{Change, Step, quote},
    model::Object,
};

/// The facet that holds the labels of an object.
pub const FACET: &str = "security labels";

/// One label, of an object or of one of the columns of a view, which are no objects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// Who reads it.
    pub provider: String,
    /// The column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What it says.
    pub label: String,
}

impl Label {
    /// Adds the label to those of an object.
    pub fn put_on(self, object: &mut Object) {
        let mut labels = of(object);
        labels.push(self);
        object.facets.set(FACET, serde_json::to_value(labels).unwrap_or_default());
    }

    fn is_about(&self, other: &Label) -> bool {
        (&self.provider, &self.column) == (&other.provider, &other.column)
    }

    /// The statement that sets it, or takes it away. `on` is what `SECURITY LABEL ON` takes.
    fn step(&self, object: &Object, on: &str, text: Option<&str>) -> Step {
        let on = match &self.column {
            Some(column) => format!("COLUMN {}.{}", qualified(&object.key), quote::name(column)),
            None => on.to_owned(),
        };
        let text = text.map_or_else(|| "NULL".to_owned(), quote::literal);
        Step::new(format!("{STATEMENT}FOR {} ON {on} IS {text}", quote::name(&self.provider)))
    }
}

/// How the statement begins.
pub const STATEMENT: &str = "SECURITY LABEL ";

fn of(object: &Object) -> Vec<Label> {
    let labels = object.facets.get(FACET);
    labels.and_then(|labels| Vec::<Label>::deserialize(labels).ok()).unwrap_or_default()
}

/// The steps that label a new object.
pub fn labelled(object: &Object, on: &str) -> Vec<Step> {
    of(object).iter().map(|label| label.step(object, on, Some(&label.label))).collect()
}

/// The steps that bring the labels from one state to another.
pub fn relabelled(change: &Change<'_>, on: &str) -> Vec<Step> {
    if !change.touches(FACET) {
        return Vec::new();
    }
    let (old, new) = (of(change.from), of(change.to));
    let gone = old.iter().filter(|label| !new.iter().any(|other| other.is_about(label)));
    let gone = gone.map(|label| label.step(change.to, on, None));
    let set = new.iter().filter(|label| !old.contains(label));
    gone.chain(set.map(|label| label.step(change.to, on, Some(&label.label)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(labels: &[(&str, Option<&str>, &str)]) -> Object {
        let key = "view:public.\"it's\"".parse().unwrap();
        let mut view = Object::new(key, None, Default::default());
        for (provider, column, label) in labels {
            let column = column.map(str::to_owned);
            Label { provider: (*provider).to_owned(), column, label: (*label).to_owned() }.put_on(&mut view);
        }
        view
    }

    #[test]
    fn labels_are_set_changed_and_taken_away_quoted() {
        let old = view(&[("demo", None, "open"), ("b \"c\"", None, "gone"), ("demo", Some("x y"), "same")]);
        let new = view(&[("demo", None, "it's'; DROP TABLE t; --"), ("demo", Some("x y"), "same")]);
        let steps = relabelled(&Change::between(&old, &new), "VIEW public.\"it's\"");
        let sql: Vec<String> = steps.into_iter().map(|step| step.sql).collect();
        assert_eq!(
            sql,
            [
                "SECURITY LABEL FOR \"b \"\"c\"\"\" ON VIEW public.\"it's\" IS NULL",
                "SECURITY LABEL FOR demo ON VIEW public.\"it's\" IS 'it''s''; DROP TABLE t; --'",
            ]
        );
        let made = labelled(&new, "VIEW public.\"it's\"");
        assert_eq!(made[1].sql, "SECURITY LABEL FOR demo ON COLUMN public.\"it's\".\"x y\" IS 'same'");
    }
}
