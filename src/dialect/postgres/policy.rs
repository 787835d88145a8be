//! Row security policies.

use serde::Deserialize;

use super::{
    common::{dress, own_name, qualified, redress, typed},
    expression,
    inspect::Reader,
};
use crate::{
    dialect::{Alteration, Change, HazardCode, ObjectKind, Step, Unwritable, quote},
    model::{Kind, Object},
};

/// The kind of policies.
pub const KIND: Kind = Kind::of("policy");

/// How policies are read.
pub const READER: Reader =
    Reader { kind: KIND, plural: "policies", class: "pg_policy", sql: include_str!("policy.sql"), grantable: None };

#[derive(Deserialize)]
struct Facets {
    #[serde(default)]
    restrictive: bool,
    command: Option<String>,
    #[serde(default)]
    roles: Vec<String>,
    using: Option<String>,
    check: Option<String>,
}

/// What is known about policies.
pub struct Policy;

impl ObjectKind for Policy {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let mut sql = format!("CREATE {}", label(object));
        if facets.restrictive {
            sql.push_str(" AS RESTRICTIVE");
        }
        let command = ["SELECT", "INSERT", "UPDATE", "DELETE"].into_iter().find(|word| facets.command.as_deref() == Some(word));
        sql.push_str(&command.map_or(String::new(), |command| format!(" FOR {command}")));
        if !facets.roles.is_empty() {
            sql.push_str(&format!(" TO {}", roles(&facets.roles)));
        }
        sql.push_str(&clauses(facets.using.as_deref(), facets.check.as_deref()));
        let mut steps = vec![access(Step::new(sql), object)];
        steps.extend(dress(object, &label(object), None));
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![access(Step::new(format!("DROP {}", label(object))), object)])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        let to: Facets = typed(change.to)?;
        // `ALTER POLICY` can neither change what a policy is for nor take an expression away.
        let taken_away = |facet: &str| change.touches(facet) && change.to.facets.get(facet).is_none();
        if change.touches("restrictive") || change.touches("command") || taken_away("using") || taken_away("check") {
            return Ok(Alteration::Replace);
        }
        let mut sql = format!("ALTER {}", label(change.to));
        if change.touches("roles") {
            sql.push_str(&format!(" TO {}", roles(&to.roles)));
        }
        let touched = |facet: &str, value: &Option<String>| value.clone().filter(|_| change.touches(facet));
        sql.push_str(&clauses(touched("using", &to.using).as_deref(), touched("check", &to.check).as_deref()));
        let mut steps = Vec::new();
        if !change.only(&["comment"]) {
            steps.push(access(Step::new(sql), change.to));
        }
        steps.extend(redress(change, &label(change.to), None));
        Ok(Alteration::InPlace(steps))
    }
}

fn label(object: &Object) -> String {
    format!("POLICY {} ON {}", own_name(&object.key), qualified(&object.key))
}

fn access(step: Step, object: &Object) -> Step {
    let table = object.key.path()[..2].join(".");
    step.hazard(HazardCode::ChangesAccess, format!("It changes which rows of {table} roles may see or change."))
}

fn roles(roles: &[String]) -> String {
    let name = |role: &String| if role == "public" { "PUBLIC".to_owned() } else { quote::name(role) };
    if roles.is_empty() { "PUBLIC".to_owned() } else { roles.iter().map(name).collect::<Vec<_>>().join(", ") }
}

fn clauses(using: Option<&str>, check: Option<&str>) -> String {
    let clause = |word: &str, text: Option<&str>| {
        text.map_or(String::new(), |text| format!("\n    {word} ({})", expression::writable(text)))
    };
    clause("USING", using) + &clause("WITH CHECK", check)
}
