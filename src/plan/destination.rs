//! The schema that a plan leads to, and what it takes to know it again.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Plan, Request, selection};
use crate::{dialect, model::Snapshot};

/// A schema by its fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    /// The fingerprint of the catalog.
    pub fingerprint: String,
    /// The role that has to run the plan for that, where what is new belongs to whoever makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The version of the server that spelled what is new, where that is another one than the target's,
    /// which can spell it otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spelled_by: Option<String>,
}

impl Destination {
    /// Whether a schema is the one that was meant; nothing where that cannot be known.
    pub fn is_reached(&self, fingerprint: &str, reached: &Snapshot) -> Option<bool> {
        let comparable = self.spelled_by.is_none()
            && self.role.as_ref().is_none_or(|role| Some(role) == reached.role.as_ref());
        (fingerprint == self.fingerprint || comparable).then_some(fingerprint == self.fingerprint)
    }
}

/// Where a plan for the request leads to. Nothing where new objects get privileges by themselves, which
/// are those of whoever runs the plan.
pub fn leads_to(request: &Request<'_>, plan: &Plan) -> Option<Destination> {
    let dialect = dialect::by_name(&request.target.dialect)?;
    let mut catalog = selection::goal(request, plan.refused.clone()).catalog;
    let mut role = None;
    let new = catalog.iter().filter(|object| !request.target.catalog.contains(&object.key));
    for object in new.cloned().collect::<Vec<_>>() {
        let maker = request.target.role.as_deref().unwrap_or_default();
        if !dialect.born_with(&request.target.catalog, &catalog, maker, &object).is_empty() {
            return None;
        }
        let wanted = request.canonical.catalog.get(&object.key);
        let lacks = |facet: &str| {
            let value = wanted.and_then(|wanted| wanted.facets.get(facet));
            value.filter(|_| object.facets.get(facet).is_none()).cloned()
        };
        let (owner, version) = (lacks("owner"), lacks("version"));
        let mut object = (*object).clone();
        if owner.is_some() {
            role.clone_from(&request.target.role);
            object.facets.set("owner", Value::from(maker));
        }
        if let Some(version) = version {
            object.facets.set("version", version);
        }
        catalog.insert(object);
    }
    let major = |snapshot: &Snapshot| snapshot.server_version_num / 10_000;
    let differs = major(request.canonical) != major(request.target);
    let spelled_by = differs.then(|| request.canonical.server_version.clone());
    Some(Destination { fingerprint: catalog.fingerprint().to_string(), role, spelled_by })
}
