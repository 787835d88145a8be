//! Schemas.

use super::{
    acl::Grantable,
    common::{dress, own_name, owned_by, redress},
    inspect::Reader,
};
use crate::{
    dialect::{Alteration, Change, HazardCode, ObjectKind, Step, Unwritable, quote},
    model::{Kind, Object},
};

/// The kind of schemas.
pub const KIND: Kind = Kind::of("schema");

/// How schemas are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "schemas",
    class: "pg_namespace",
    sql: include_str!("schema.sql"),
    grantable: Some(Grantable::Schema),
};

/// What is known about schemas.
pub struct Schema;

impl ObjectKind for Schema {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let name = own_name(&object.key);
        // `public` is there in every new database.
        let unless = if object.key.name() == "public" { "IF NOT EXISTS " } else { "" };
        let mut steps = vec![Step::new(format!("CREATE SCHEMA {unless}{name}"))];
        let label = label(object);
        steps.extend(dress(object, &label, Some(&label)));
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        let drop = Step::new(format!("DROP {}", label(object)));
        Ok(vec![drop.hazard(HazardCode::ChangesAccess, format!("The schema {} is gone.", object.key.name()))])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        let label = label(change.to);
        let mut steps = redress(change, &label, Some(&label));
        // The owner comes first.
        if let (true, Some(owned), Some(first)) = (change.touches("owner"), owned(change.to), steps.first_mut()) {
            *first = owned;
        }
        if is_first_owners(change.to) && change.server < SINCE {
            steps.iter_mut().for_each(name_first_owner);
        }
        Ok(Alteration::InPlace(steps))
    }

    fn restore(&self, object: &Object) -> Vec<Step> {
        owned(object).into_iter().collect()
    }
}

/// Who owns `public` in a new database, as [`READER`] says it of every version.
pub const FIRST_OWNER: &str = "pg_database_owner";

/// The first version that has that role. Before it, `public` belonged to the role that made the server.
const SINCE: u32 = 150_000;

fn is_first_owners(object: &Object) -> bool {
    object.key.name() == "public" && object.facets.text("owner") == Some(FIRST_OWNER)
}

/// Gives a schema to its owner.
fn owned(object: &Object) -> Option<Step> {
    let mut step = owned_by(&label(object), object.facets.text("owner")?);
    if is_first_owners(object) {
        name_first_owner(&mut step);
    }
    Some(step)
}

/// Lets the server say who the first owner is, where a statement gives something to that role or takes it
/// away. A plan is proven on a server of another version than the target's.
fn name_first_owner(step: &mut Step) {
    // A comment may say the same words.
    if !["ALTER ", "GRANT ", "REVOKE "].iter().any(|verb| step.sql.starts_with(verb)) {
        return;
    }
    for word in [" TO ", " FROM "] {
        if let Some((before, after)) = step.sql.split_once(&format!("{word}{FIRST_OWNER}")) {
            let before = quote::literal(&format!("{before}{word}"));
            let after = if after.is_empty() { String::new() } else { format!(" || {}", quote::literal(after)) };
            step.sql = format!(
                "DO $$BEGIN EXECUTE {before} || CASE WHEN current_setting('server_version_num')::integer < {SINCE} \
                 THEN quote_ident(pg_get_userbyid(10)) ELSE '{FIRST_OWNER}' END{after}; END$$"
            );
            return;
        }
    }
}

fn label(object: &Object) -> String {
    format!("SCHEMA {}", quote::name(object.key.name()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Facets, Key};

    fn public(grants: &[&str]) -> Object {
        let mut facets = Facets::default();
        facets.set("owner", FIRST_OWNER);
        facets.set("grants", grants.to_vec());
        Object::new(Key::new(KIND, ["public"]), None, facets)
    }

    #[test]
    fn a_server_that_does_not_know_the_first_owner_says_who_that_is() {
        let (from, mut to) = (public(&[]), public(&["no CREATE to OWNER"]));
        to.facets.set("comment", "given TO pg_database_owner");
        let said = "COMMENT ON SCHEMA public IS 'given TO pg_database_owner'";
        let sql = |server| {
            let change = Change { server, ..Change::between(&from, &to) };
            let Ok(Alteration::InPlace(steps)) = Schema.alter(&change) else { panic!("in place") };
            steps.into_iter().map(|step| step.sql).collect::<Vec<_>>()
        };
        assert_eq!(sql(150_000), [said, "REVOKE CREATE ON SCHEMA public FROM pg_database_owner"]);
        let [comment, older] = sql(130_000).try_into().expect("two statements");
        assert_eq!(comment, said);
        assert!(older.starts_with("DO $$BEGIN EXECUTE 'REVOKE CREATE ON SCHEMA public FROM ' || CASE"), "{older}");
    }
}
