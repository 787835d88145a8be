//! Roles and what they are members of: of the whole server, and read on request alone. Passwords are
//! never read, so they are never written either.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{
    common::{comment, texts, typed},
    inspect::for_version,
    routine,
    session::{ServerError, Session},
};
use crate::{
    dialect::{Alteration, Change, Dialect, HazardCode, ObjectKind, Step, Unwritable, quote},
    model::{Catalog, Key, Kind, Object, Snapshot},
};

/// The kind of roles.
pub const KIND: Kind = Kind::of("role");

/// Reads the roles of the server into a snapshot of one of its databases, and who needs which.
///
/// # Errors
/// What the server said.
pub async fn read(session: &mut Session, snapshot: &mut Snapshot) -> Result<(), ServerError> {
    let sql = for_version(include_str!("role.sql"), session.server_version_num() / 10_000);
    for row in session.rows(&sql).await? {
        let mut role = Object::new(row.key(KIND), None, row.facets());
        let groups = memberships(&role);
        groups.into_iter().for_each(|group| role.require(key(&group.role), None));
        snapshot.catalog.insert(role);
    }
    let named: Vec<(Key, Vec<String>)> = snapshot
        .catalog
        .iter()
        .filter(|object| object.key.kind() != KIND)
        .map(|object| (object.key.clone(), super::Postgres.roles(object)))
        .filter(|(_, roles)| !roles.is_empty())
        .collect();
    for (object, roles) in named {
        require(&mut snapshot.catalog, &object, &roles);
    }
    Ok(())
}

fn require(catalog: &mut Catalog, key: &Key, roles: &[String]) {
    let Some(mut object) = catalog.get(key).map(|object| Object::clone(object)) else { return };
    let known: BTreeSet<Key> =
        roles.iter().map(|role| self::key(role)).filter(|key| catalog.contains(key)).collect();
    known.into_iter().for_each(|role| object.require(role, None));
    catalog.insert(object);
}

fn key(role: &str) -> Key {
    Key::new(KIND, [role])
}

#[derive(Deserialize)]
struct Facets {
    #[serde(default)]
    superuser: bool,
    #[serde(default, rename = "creates databases")]
    creates_databases: bool,
    #[serde(default, rename = "creates roles")]
    creates_roles: bool,
    #[serde(default, rename = "logs in")]
    logs_in: bool,
    #[serde(default, rename = "does not inherit")]
    does_not_inherit: bool,
    #[serde(default)]
    replicates: bool,
    #[serde(default, rename = "bypasses row security")]
    bypasses_row_security: bool,
    #[serde(rename = "connection limit")]
    connection_limit: Option<i64>,
    #[serde(rename = "valid until")]
    valid_until: Option<String>,
}

impl Facets {
    /// The words of each attribute, in one order.
    fn words(&self) -> Vec<String> {
        let switch = |on: bool, word: &str| if on { word.to_owned() } else { format!("NO{word}") };
        let until = self.valid_until.as_deref().unwrap_or("infinity");
        vec![
            switch(self.superuser, "SUPERUSER"),
            switch(self.creates_databases, "CREATEDB"),
            switch(self.creates_roles, "CREATEROLE"),
            switch(self.logs_in, "LOGIN"),
            switch(!self.does_not_inherit, "INHERIT"),
            switch(self.replicates, "REPLICATION"),
            switch(self.bypasses_row_security, "BYPASSRLS"),
            format!("CONNECTION LIMIT {}", self.connection_limit.unwrap_or(-1)),
            format!("VALID UNTIL {}", quote::literal(until)),
        ]
    }
}

/// One role that another is a member of. Before PostgreSQL 16 only `admin` is known.
#[derive(Clone, PartialEq, Deserialize)]
struct Membership {
    role: String,
    #[serde(default)]
    admin: bool,
    inherit: Option<bool>,
    set: Option<bool>,
}

fn memberships(role: &Object) -> Vec<Membership> {
    let list = role.facets.get("member of");
    list.and_then(|list| Vec::<Membership>::deserialize(list).ok()).unwrap_or_default()
}

/// What is known about roles.
pub struct Role;

impl ObjectKind for Role {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        "roles"
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let usual: Facets = typed(&Object::new(object.key.clone(), None, Default::default()))?;
        let words = differing(&usual, &facets);
        let mut step = Step::new(format!("CREATE {}{words}", label(object)));
        if facets.logs_in {
            let message =
                format!("{} has no password until one is set: passwords are not read.", object.key.name());
            step = step.hazard(HazardCode::ChangesAccess, message);
        }
        let mut steps = vec![step];
        steps.extend(joined(object, &[], &memberships(object)));
        for (facet, scope) in SETTINGS {
            steps.extend(settings(object, scope, &[], &texts(object, facet)));
        }
        steps.extend(object.facets.text("comment").map(|text| comment(&label(object), Some(text))));
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        let name = object.key.name();
        let step = Step::new(format!("DROP {}", label(object)));
        Ok(vec![
            step.hazard(
                HazardCode::ChangesAccess,
                format!("Nobody can be {name} any more, in any database of the server."),
            )
            .hazard(
                HazardCode::MayFail,
                format!("Fails while {name} owns anything, or has privileges, in any database."),
            ),
        ])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        let (from, to): (Facets, Facets) = (typed(change.from)?, typed(change.to)?);
        let mut steps = Vec::new();
        let words = differing(&from, &to);
        if !words.is_empty() {
            let message =
                format!("What {} may do changes, in every database of the server.", change.to.key.name());
            steps.push(
                Step::new(format!("ALTER {}{words}", label(change.to)))
                    .hazard(HazardCode::ChangesAccess, message),
            );
        }
        steps.extend(joined(change.to, &memberships(change.from), &memberships(change.to)));
        for (facet, scope) in SETTINGS {
            steps.extend(settings(change.to, scope, &texts(change.from, facet), &texts(change.to, facet)));
        }
        if change.touches("comment") {
            steps.push(comment(&label(change.to), change.to.facets.text("comment")));
        }
        Ok(Alteration::InPlace(steps))
    }
}

fn label(object: &Object) -> String {
    format!("ROLE {}", quote::name(object.key.name()))
}

/// The words of the attributes that differ, each after a blank.
fn differing(from: &Facets, to: &Facets) -> String {
    let pairs = from.words().into_iter().zip(to.words());
    pairs.filter(|(old, new)| old != new).map(|(_, new)| format!(" {new}")).collect()
}

/// Leaves and joins other roles.
fn joined(object: &Object, from: &[Membership], to: &[Membership]) -> Vec<Step> {
    let member = quote::name(object.key.name());
    let named = |list: &[Membership], role: &str| list.iter().find(|other| other.role == role).cloned();
    let mut steps: Vec<Step> = from
        .iter()
        .filter(|old| named(to, &old.role).is_none())
        .map(|old| Step::new(format!("REVOKE {} FROM {member}", quote::name(&old.role))))
        .collect();
    for new in to {
        let group = quote::name(&new.role);
        let grant = |options: &str| Step::new(format!("GRANT {group} TO {member}{options}"));
        match (named(from, &new.role), new.inherit.zip(new.set)) {
            (Some(old), _) if old == *new => {}
            (_, Some((inherit, set))) => steps.push(grant(&format!(
                " WITH ADMIN {}, INHERIT {}, SET {}",
                truth(new.admin),
                truth(inherit),
                truth(set)
            ))),
            (_, None) if new.admin => steps.push(grant(" WITH ADMIN OPTION")),
            (Some(old), None) if old.admin => {
                steps.push(Step::new(format!("REVOKE ADMIN OPTION FOR {group} FROM {member}")));
            }
            (Some(_), None) => {}
            (None, None) => steps.push(grant("")),
        }
    }
    let message = format!("What {} may do changes with the roles that it is a member of.", object.key.name());
    steps.into_iter().map(|step| step.hazard(HazardCode::ChangesAccess, message.clone())).collect()
}

fn truth(value: bool) -> &'static str {
    if value { "TRUE" } else { "FALSE" }
}

/// The facets that hold settings, and whether they are for this database alone.
const SETTINGS: [(&str, bool); 2] = [("settings", false), ("settings here", true)];

/// The steps from one list of `name=value` to another.
fn settings(object: &Object, here: bool, from: &[String], to: &[String]) -> Vec<Step> {
    let name = |setting: &String| setting.split('=').next().unwrap_or_default().to_owned();
    let alter = |what: String| {
        let role = quote::name(object.key.name());
        if !here {
            return Step::new(format!("ALTER ROLE {role} {what}"));
        }
        // The statement wants the name of the database, which only the target knows.
        let text =
            format!("ALTER ROLE {} IN DATABASE %I {}", role.replace('%', "%%"), what.replace('%', "%%"));
        let body = format!(
            "BEGIN EXECUTE pg_catalog.format({}, pg_catalog.current_database()); END",
            quote::literal(&text)
        );
        Step::new(format!("DO {}", quote::dollar(&body)))
    };
    let kept: Vec<String> = to.iter().map(name).collect();
    let gone = from.iter().map(name).filter(|name| !kept.contains(name));
    let reset = gone.map(|name| alter(format!("RESET {}", parameter(&name))));
    let set = to
        .iter()
        .filter(|setting| !from.contains(setting))
        .map(|setting| alter(routine::configured(setting)));
    reset.chain(set).collect()
}

fn parameter(name: &str) -> String {
    quote::qualified(&name.split('.').collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn role(facets: Value) -> Object {
        Object::new(
            key("it's \"app\""),
            None,
            facets.as_object().cloned().unwrap_or_default().into_iter().collect(),
        )
    }

    fn sql(from: Value, to: Value) -> Vec<String> {
        let (from, to) = (role(from), role(to));
        match Role.alter(&Change::between(&from, &to)) {
            Ok(Alteration::InPlace(steps)) => steps.into_iter().map(|step| step.sql).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn attributes_change_in_one_statement_and_nothing_else_is_said() {
        assert_eq!(
            sql(json!({"logs in": true, "connection limit": 5}), json!({"creates databases": true})),
            ["ALTER ROLE \"it's \"\"app\"\"\" CREATEDB NOLOGIN CONNECTION LIMIT -1"]
        );
        assert_eq!(sql(json!({"comment": "x"}), json!({})), ["COMMENT ON ROLE \"it's \"\"app\"\"\" IS NULL"]);
    }

    #[test]
    fn memberships_come_and_go_with_their_options() {
        let of = |group: Value| json!({"member of": [group]});
        let plain = || of(json!({"role": "g", "admin": false}));
        let role = "\"it's \"\"app\"\"\"";
        assert_eq!(sql(json!({}), plain()), [format!("GRANT g TO {role}")]);
        assert_eq!(sql(plain(), json!({})), [format!("REVOKE g FROM {role}")]);
        let admin = of(json!({"role": "g", "admin": true}));
        assert_eq!(sql(admin.clone(), plain()), [format!("REVOKE ADMIN OPTION FOR g FROM {role}")]);
        assert_eq!(sql(plain(), admin), [format!("GRANT g TO {role} WITH ADMIN OPTION")]);
        let narrow = of(json!({"role": "g", "admin": false, "inherit": false, "set": true}));
        assert_eq!(
            sql(json!({}), narrow),
            [format!("GRANT g TO {role} WITH ADMIN FALSE, INHERIT FALSE, SET TRUE")]
        );
    }
}
