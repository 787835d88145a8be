//! Subscriptions, without the secrets of their connections.

use serde::Deserialize;

use super::{
    common::{dress, own_name, owned_by, redress, texts, typed},
    inspect::Reader,
    options::{SECRET, WANTS_SECRET},
};
use crate::{
    dialect::{Alteration, Change, HazardCode, ObjectKind, Step, Unwritable, quote},
    model::{Kind, Object},
};

/// The kind of subscriptions.
pub const KIND: Kind = Kind::of("subscription");

/// How subscriptions are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "subscriptions",
    class: "pg_subscription",
    sql: include_str!("subscription.sql"),
    grantable: None,
};

#[derive(Deserialize)]
struct Facets {
    connection: String,
    slot: String,
    #[serde(rename = "synchronous commit")]
    synchronous_commit: Option<String>,
    #[serde(default)]
    binary: bool,
    streaming: Option<String>,
    #[serde(default, rename = "two phase")]
    two_phase: bool,
    #[serde(default, rename = "disable on error")]
    disable_on_error: bool,
    #[serde(default, rename = "no password required")]
    no_password_required: bool,
    #[serde(default, rename = "run as owner")]
    run_as_owner: bool,
    origin: Option<String>,
    #[serde(default)]
    failover: bool,
}

/// What is known about subscriptions.
pub struct Subscription;

impl ObjectKind for Subscription {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    /// Nothing is connected: the slot at the publisher and the first copy are the operator's.
    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let options: Vec<String> = ["connect = false".to_owned(), format!("slot_name = {}", facets.slot())]
            .into_iter()
            .chain(facets.options(None))
            .chain(facets.two_phase.then(|| "two_phase = true".to_owned()))
            .collect();
        let note = if facets.connection.contains(SECRET) { WANTS_SECRET } else { "" };
        let sql = format!(
            "CREATE {} CONNECTION {}{note} PUBLICATION {} WITH ({})",
            label(object),
            quote::literal(&facets.connection),
            publications(object),
            options.join(", ")
        );
        let mut steps = vec![Step::new(sql)];
        steps.extend(dress(object, &label(object), None));
        Ok(steps)
    }

    /// The slot is left alone: dropping it needs a connection to the publisher.
    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let label = label(object);
        let left = format!("; the slot {} stays at the publisher until it is dropped there", facets.slot);
        let left = if facets.slot == "NONE" { String::new() } else { left };
        let free = ["DISABLE", "SET (slot_name = NONE)"].map(|what| Step::new(format!("ALTER {label} {what}")));
        let free = free.into_iter().filter(|_| !left.is_empty());
        let drop = Step::new(format!("DROP {label}"));
        let drop = drop.hazard(HazardCode::LosesData, format!("Replication ends{left}."));
        Ok(free.chain([drop]).collect())
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        let (from, to): (Facets, Facets) = (typed(change.from)?, typed(change.to)?);
        let hidden = to.connection.contains(SECRET);
        if hidden && (change.touches("connection") || change.touches("two phase")) {
            let reason = "its connection holds a secret, which schemascope does not read; change it by hand";
            return Err(Unwritable::new(change.to, reason));
        }
        if change.touches("two phase") {
            return Ok(Alteration::Replace);
        }
        let label = label(change.to);
        let mut steps = Vec::new();
        if change.touches("connection") {
            steps.push(Step::new(format!("ALTER {label} CONNECTION {}", quote::literal(&to.connection))));
        }
        if change.touches("publications") {
            // A refresh connects to the publisher, and cannot be part of a transaction.
            let publications = publications(change.to);
            steps.push(Step::new(format!("ALTER {label} SET PUBLICATION {publications} WITH (refresh = false)")));
        }
        let mut options = to.options(Some(&from));
        options.extend(change.touches("slot").then(|| format!("slot_name = {}", to.slot())));
        if !options.is_empty() {
            steps.push(Step::new(format!("ALTER {label} SET ({})", options.join(", "))));
        }
        steps.extend(redress(change, &label, None));
        Ok(Alteration::InPlace(steps))
    }

    fn restore(&self, object: &Object) -> Vec<Step> {
        object.facets.text("owner").map(|owner| owned_by(&label(object), owner)).into_iter().collect()
    }
}

fn label(object: &Object) -> String {
    format!("SUBSCRIPTION {}", own_name(&object.key))
}

fn publications(object: &Object) -> String {
    texts(object, "publications").iter().map(|name| quote::name(name)).collect::<Vec<_>>().join(", ")
}

impl Facets {
    fn slot(&self) -> String {
        if self.slot == "NONE" { "NONE".to_owned() } else { quote::literal(&self.slot) }
    }

    /// The options that differ from those of another state, or from what a new subscription has.
    fn options(&self, from: Option<&Facets>) -> Vec<String> {
        let flag = |name: &str, old: Option<bool>, new: bool| {
            (new != old.unwrap_or_default()).then(|| format!("{name} = {new}"))
        };
        let text = |name: &str, old: Option<&Option<String>>, new: &Option<String>, default: &str| {
            let differs = old.map_or(new.is_some(), |old| old != new);
            differs.then(|| format!("{name} = {}", quote::literal(new.as_deref().unwrap_or(default))))
        };
        [
            text("synchronous_commit", from.map(|f| &f.synchronous_commit), &self.synchronous_commit, "off"),
            flag("binary", from.map(|f| f.binary), self.binary),
            text("streaming", from.map(|f| &f.streaming), &self.streaming, "off"),
            flag("disable_on_error", from.map(|f| f.disable_on_error), self.disable_on_error),
            flag("password_required", Some(from.is_none_or(|f| !f.no_password_required)), !self.no_password_required),
            flag("run_as_owner", from.map(|f| f.run_as_owner), self.run_as_owner),
            text("origin", from.map(|f| &f.origin), &self.origin, "any"),
            flag("failover", from.map(|f| f.failover), self.failover),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
