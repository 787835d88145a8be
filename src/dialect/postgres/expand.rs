//! A change of a column's type that would write its table anew, made while everybody works: expand and
//! contract. A column of the new type is added beside the old one, kept in step by a trigger and filled
//! in batches; then it takes the old one's place in one short transaction.

use super::{
    acl::{self, On},
    column,
    common::{own_name, qualified, texts},
    constraint, foreign_table, index, materialized_view,
    online::{Built, alone, by_index, concurrent, drop_concurrently, split_parenthesis},
    publication,
    retype::Cast,
    rule, sequence, statistics, table, trigger,
    underlying::column_cast,
};
use crate::{
    dialect::{
        Action, Alteration, Change, Expansion, HazardCode, ObjectKind, Scene, Step, Transaction, Unwritable,
        quote,
    },
    model::{Catalog, Key, Object},
};

/// How many pages of a table are filled in one transaction.
const BATCH: u32 = 500;

/// Whether the change of a column is one that the online style makes by expand and contract.
pub fn applies(from: &Catalog, to: &Catalog, key: &Key) -> bool {
    let states = from.get(key).zip(to.get(key)).filter(|_| key.kind() == column::KIND);
    states.is_some_and(|(old, new)| column_cast(old, new, Some([from, to])) != Cast::Binary)
}

/// The statements of both halves. `steps` are those that would do it at once.
///
/// # Errors
/// Where something about the column or its table does not allow it: with the reason.
pub fn expanded(scene: &Scene<'_>, steps: &[Step]) -> Result<Option<Expansion>, Unwritable> {
    let rewrites = |step: &&Step| step.hazards.iter().any(|hazard| hazard.code == HazardCode::RewritesTable);
    let (Some(old), Some(new), Some(parent)) = (scene.before(), scene.after(), scene.parent()) else {
        return Ok(None);
    };
    let Some(rewriting) = steps.iter().find(rewrites).filter(|_| applies(scene.from, scene.to, scene.key))
    else {
        return Ok(None);
    };
    let place = Place::of(scene, old, new, parent)?;
    Ok(Some(Expansion { expand: place.expand(rewriting)?, contract: place.contract()? }))
}

/// The index, which an expanded column takes along, on the column that comes: the name under which it
/// is built, and the statement. `None` where it can only be built when the column is there.
pub fn index_beside(from: &Catalog, to: &Catalog, index: &Object, key: &Key) -> Option<(String, String)> {
    let definition = index.facets.text("definition")?;
    let stays = from.get(&index.key)?.facets.text("definition") == Some(definition);
    if !stays || expanded_columns(from, to, index) != 1 {
        return None;
    }
    let (head, rest) = definition.split_once("INDEX ")?;
    let (_, rest) = quote::split_name(rest);
    let (_, method) = quote::split_name(rest.strip_prefix(" ON ")?);
    let (method, list) = method.split_at(method.find('(')?);
    let (name, list) = (beside(index.key.name()), list_beside(list, key)?);
    let on = qualified(&index.key);
    Some((name.clone(), format!("{head}INDEX CONCURRENTLY {} ON {on}{method}{list}", quote::name(&name))))
}

/// The index is built beside its table's use, and goes before it is tried again.
fn built(sql: String, index: &Object, name: &str) -> Step {
    let mut step = concurrent(sql, [].into_iter());
    step.before_retry = Some(drop_concurrently(&Key::new(index::KIND, [index.key.root(), name])));
    step
}

/// Whether a step that makes an index again has only to give it its name, because it was built already.
pub fn takes_its_name(scene: &Scene<'_>) -> Option<Step> {
    let (index, column) = (scene.after()?, scene.cause?);
    if scene.action != Action::Create || !scene.returns || !applies(scene.from, scene.to, column) {
        return None;
    }
    let (name, _) = index_beside(scene.from, scene.to, index, column)?;
    let path = quote::qualified(&[index.key.root(), &name]);
    Some(Step::new(format!("ALTER INDEX {path} RENAME TO {}", own_name(&index.key))))
}

fn expanded_columns(from: &Catalog, to: &Catalog, user: &Object) -> usize {
    user.requires.iter().filter(|need| applies(from, to, &need.on)).count()
}

/// A name for what is made beside something of this name.
fn beside(name: &str) -> String {
    let room = (0..=name.len().min(57)).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
    format!("{}__new", &name[..room])
}

/// `(a, b DESC) WHERE …` with the column that comes in place of the one that goes; `None` where that is
/// named otherwise than alone between two commas.
fn list_beside(text: &str, column: &Key) -> Option<String> {
    let (list, rest) = split_parenthesis(text);
    let inside = list.strip_prefix('(')?.strip_suffix(')')?;
    let (old, new) = (own_name(column), quote::name(&beside(column.name())));
    let mut elements = Vec::new();
    for element in inside.split(", ") {
        match quote::split_name(element) {
            (name, behind) if name == old => elements.push(format!("{new}{behind}")),
            _ if element.contains(column.name()) || element.contains('(') => return None,
            _ => elements.push(element.to_owned()),
        }
    }
    (!rest.contains(column.name())).then(|| format!("({}){rest}", elements.join(", ")))
}

/// A column that is to be replaced, and what there is around it.
struct Place<'a> {
    scene: &'a Scene<'a>,
    old: &'a Object,
    new: &'a Object,
    /// The column that comes, as it is until it has its name: a type, and nothing else.
    bare: Object,
    /// `schema.table`.
    table: String,
    /// Primary keys and unique constraints that the column is part of.
    keys: Vec<&'a Object>,
    /// Sequences that belong to it.
    sequences: Vec<&'a Object>,
    /// Its own grants, as the table keeps them.
    grants: Vec<String>,
}

impl<'a> Place<'a> {
    fn of(
        scene: &'a Scene<'a>,
        old: &'a Object,
        new: &'a Object,
        parent: &'a Object,
    ) -> Result<Self, Unwritable> {
        let refused = |reason: &str| Err(Unwritable::new(old, format!("{REFUSED}{reason}")));
        let mut bare = new.clone();
        bare.key = parent.key.child(column::KIND, &beside(new.key.name()));
        let facets: Vec<String> = new.facets.iter().map(|(name, _)| name.to_owned()).collect();
        for facet in facets.iter().filter(|facet| !["type", "collation"].contains(&facet.as_str())) {
            bare.facets.set(facet, serde_json::Value::Null);
        }
        if scene.from.contains(&bare.key) || scene.to.contains(&bare.key) {
            return refused(
                "a column has the name already that the new one would have until it takes its place",
            );
        }
        let special = ["generated", "identity", "inherited", "fdw options"];
        if parent.key.kind() == foreign_table::KIND
            || special.iter().any(|facet| [old, new].iter().any(|column| column.facets.get(facet).is_some()))
        {
            return refused(
                "the server gives the column its values, as an identity, by an expression or from elsewhere",
            );
        }
        if let Some(reason) = table_forbids(scene.from, parent) {
            return refused(reason);
        }
        let users = || scene.from.users(&old.key);
        if users().any(|user| user.key.kind() == statistics::KIND) {
            return refused("extended statistics are kept on it");
        }
        if users().any(|user| user.key.kind() == publication::KIND) {
            return refused("a publication names it among the columns of its table");
        }
        if users().any(|user| user.key.kind() == column::KIND) {
            return refused("another column is computed from it");
        }
        if shown_in_materialized_view(scene.from, &old.key) {
            return refused(
                "a materialized view shows it, and would be filled while nobody can use the table",
            );
        }
        let of_type = |user: &&Object, types: &[&str]| {
            user.key.kind() == constraint::KIND
                && user.facets.text("type").is_some_and(|it| types.contains(&it))
        };
        if users().any(|user| of_type(&user, &["EXCLUDE"])) {
            return refused("an EXCLUDE constraint is on it, which no index can be built for beforehand");
        }
        let keys: Vec<&Object> = users().filter(|user| of_type(user, &["PRIMARY KEY", "UNIQUE"])).collect();
        let named = |key: &Object| {
            let names = ["clustered on", "replica identity"].map(|facet| parent.facets.text(facet));
            names.into_iter().flatten().any(|text| text.contains(key.key.name()))
        };
        for key in &keys {
            if scene.to.get(&key.key).is_none_or(|after| after.facets != key.facets) {
                return refused("a key that it is part of changes as well; plan that one first");
            }
            if expanded_columns(scene.from, scene.to, key) != 1 || named(key) {
                return refused("a key that it is part of is used by something else of the table");
            }
        }
        let sequences: Vec<&Object> = users().filter(|user| user.key.kind() == sequence::KIND).collect();
        if sequences.iter().any(|sequence| !scene.to.contains(&sequence.key)) {
            return refused("its sequence goes with it; plan that one first");
        }
        let grants = |catalog: &Catalog| -> Vec<String> {
            let all = catalog.get(&parent.key).map(|table| texts(table, "column grants")).unwrap_or_default();
            let own =
                |grant: &String| acl::column_and_grant(grant).is_some_and(|(name, _)| name == old.key.name());
            all.into_iter().filter(own).collect()
        };
        if grants(scene.from) != grants(scene.to) {
            return refused("its grants change as well; plan those first");
        }
        let (table, grants) = (qualified(&old.key), grants(scene.to));
        Ok(Place { scene, old, new, bare, table, keys, sequences, grants })
    }

    fn alter(&self, what: impl std::fmt::Display) -> Step {
        Step::new(format!("ALTER TABLE {} {what}", self.table))
    }

    /// What the new column holds, given how the old one is named.
    fn value(&self, old: &str) -> String {
        let to = self.new.facets.text("type").unwrap_or_default();
        match column_cast(self.old, self.new, Some([self.scene.from, self.scene.to])) {
            Cast::Binary | Cast::Assignment => old.to_owned(),
            Cast::Explicit => format!("{old}::{to}"),
            Cast::ThroughText => format!("{old}::text::{to}"),
        }
    }

    fn function(&self) -> String {
        let name = format!("{}_{}", self.old.key.path()[1], self.old.key.name());
        quote::qualified(&[self.old.key.root(), &beside(&name)])
    }

    /// Triggers fire in the order of their names: this one after all others.
    fn trigger(&self) -> String {
        quote::name(&format!("~{}", beside(self.old.key.name())))
    }

    fn filled(&self) -> String {
        quote::name(&format!("{}_filled", beside(self.old.key.name())))
    }

    fn expand(&self, rewriting: &Step) -> Result<Vec<Step>, Unwritable> {
        let (table, function, trigger) = (&self.table, self.function(), self.trigger());
        let (old, new) = (own_name(&self.old.key), own_name(&self.bare.key));
        let body = format!(
            "\nBEGIN\n    NEW.{new} := {};\n    RETURN NEW;\nEND\n",
            self.value(&format!("NEW.{old}"))
        );
        let made = format!(
            "CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS {}",
            quote::dollar(&body)
        );
        let fires = format!(
            "CREATE TRIGGER {trigger} BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"
        );
        let r#type = self.new.facets.text("type").unwrap_or_default();
        let message = format!("Writing to {table} fails for a value that does not fit {type}.");
        let mut steps = vec![
            self.alter(format!("ADD COLUMN {}", column::clause(&self.bare)?)),
            Step::new(made),
            Step::new(fires).hazard(HazardCode::MayFail, message).check(rewriting.check.clone()),
            self.alter(format!("ENABLE ALWAYS TRIGGER {trigger}")),
            self.fill(&old, &new),
        ];
        let is_filled = match self.new.facets.flag("not null") {
            true => format!("{new} IS NOT NULL"),
            false => format!("{old} IS NULL OR {new} IS NOT NULL"),
        };
        let filled = self.filled();
        steps.push(self.alter(format!("ADD CONSTRAINT {filled} CHECK ({is_filled}) NOT VALID")));
        let message = format!("Fails if {} holds a value that becomes NULL.", self.old.key.dotted());
        let validate = self.alter(format!("VALIDATE CONSTRAINT {filled}"));
        steps.push(alone(validate.hazard(HazardCode::MayFail, message)));
        for user in self.scene.from.users(&self.old.key).filter(|user| user.key.kind() == index::KIND) {
            let after = self.scene.to.get(&user.key);
            let beside =
                after.and_then(|index| index_beside(self.scene.from, self.scene.to, index, &self.old.key));
            steps.extend(beside.map(|(name, sql)| built(sql, user, &name)));
        }
        for key in &self.keys {
            steps.push(self.key_beside(key)?.build);
        }
        Ok(steps)
    }

    /// Fills the rows that were there before the trigger, so many pages in a transaction.
    fn fill(&self, old: &str, new: &str) -> Step {
        let (table, value) = (&self.table, self.value(old));
        let body = format!(
            "
DECLARE
    last bigint := pg_catalog.pg_relation_size({}) / pg_catalog.current_setting('block_size')::bigint;
BEGIN
    FOR page IN 0..last BY {BATCH} LOOP
        UPDATE ONLY {table} SET {new} = {value}
        WHERE ctid >= pg_catalog.format('(%s,0)', page)::tid AND ctid < pg_catalog.format('(%s,0)', page + {BATCH})::tid
            AND {old} IS NOT NULL AND {new} IS NULL;
        COMMIT;
    END LOOP;
END
",
            quote::literal(table)
        );
        let message = format!("Fails if {} holds a value that does not fit.", self.old.key.dotted());
        let fill = Step::new(format!("DO {}", quote::dollar(&body))).hazard(HazardCode::MayFail, message);
        alone(fill).transaction(Transaction::Outside)
    }

    /// The index of a key on the column that comes.
    fn key_beside(&self, key: &Object) -> Result<Built, Unwritable> {
        let mut copy = key.clone();
        copy.key = key.key.parent(table::KIND).child(constraint::KIND, &beside(key.key.name()));
        let definition = key.facets.text("definition").unwrap_or_default();
        let (word, list) = definition.split_at(definition.find('(').unwrap_or(definition.len()));
        let built = list_beside(list, &self.old.key).and_then(|list| {
            copy.facets.set("definition", format!("{word}{list}"));
            by_index(&copy)
        });
        let reason = format!("{REFUSED}no index can be built beforehand for {}", key.key);
        built.ok_or_else(|| Unwritable::new(self.old, reason))
    }

    fn contract(&self) -> Result<Vec<Step>, Unwritable> {
        let (old, new) = (own_name(&self.old.key), own_name(&self.bare.key));
        let (table, trigger, function, filled) =
            (&self.table, self.trigger(), self.function(), self.filled());
        let mut steps = Vec::new();
        for sequence in &self.sequences {
            let name = qualified(&sequence.key);
            steps.push(Step::new(format!("ALTER SEQUENCE {name} OWNED BY {table}.{new}")));
        }
        let message = format!(
            "The values of {} in their old type are gone; those in the new type are in its place.",
            self.old.key.dotted()
        );
        let last = format!("{old} comes to stand last in {table}, for whoever goes by the order of columns.");
        steps.extend([
            Step::new(format!("DROP TRIGGER {trigger} ON {table}")),
            Step::new(format!("DROP FUNCTION {function}()")),
            self.alter(format!("DROP COLUMN {old}")).hazard(HazardCode::LosesData, message),
            self.alter(format!("RENAME COLUMN {new} TO {old}")).hazard(HazardCode::BreaksClients, last),
        ]);
        let bare = Object { key: self.new.key.clone(), ..self.bare.clone() };
        match column::Column.alter(&Change::between(&bare, self.new))? {
            // That there is no NULL is known from the check.
            Alteration::InPlace(dressing) => {
                steps.extend(dressing.into_iter().map(|step| Step::new(step.sql)))
            }
            _ => {
                return Err(Unwritable::new(
                    self.old,
                    format!("{REFUSED}it could not be given all that it has"),
                ));
            }
        }
        for key in &self.keys {
            let name = quote::name(&beside(key.key.name()));
            let made = self.key_beside(key)?.key;
            steps.extend([made, self.alter(format!("RENAME CONSTRAINT {name} TO {}", own_name(&key.key)))]);
            steps.extend(constraint::dressing(key));
        }
        let label = format!("TABLE {table}");
        // They are what they were.
        let granted = acl::change_columns(&[], &self.grants, On::own(&label));
        steps.extend(granted.into_iter().map(|step| Step::new(step.sql)));
        if self.new.facets.flag("not null") {
            steps.push(self.alter(format!("DROP CONSTRAINT {filled}")));
        }
        Ok(steps)
    }
}

const REFUSED: &str = "this change of type writes every row of the table anew, and the online style cannot make it \
                       by expand and contract: plan it in the plain style for a quiet hour, because ";

/// What about a table does not allow to fill a column of it beside its use.
fn table_forbids(catalog: &Catalog, parent: &Object) -> Option<&'static str> {
    let is = |facet: &str| parent.facets.get(facet).is_some();
    if is("partition by") || is("bound") || is("inherits") || is("of type") {
        return Some("the table is partitioned, inherits, or has its columns from a type");
    }
    if is("force row security") {
        return Some("the policies of the table may hide rows from whoever fills it");
    }
    let users: Vec<&Object> = catalog.users(&parent.key).collect();
    if users.iter().any(|user| user.key.kind() == table::KIND) {
        return Some("other tables inherit from its table");
    }
    let updates = |user: &&&Object| match user.key.kind() {
        trigger::KIND => user.facets.text("definition").is_none_or(fires_on_every_update),
        rule::KIND => true,
        _ => false,
    };
    users
        .iter()
        .any(|user| updates(&user))
        .then_some("the table has triggers or rules that fire for each row that is filled")
}

/// Whether a trigger fires whichever columns an UPDATE names.
fn fires_on_every_update(definition: &str) -> bool {
    let rest = definition.split_once("TRIGGER ").map_or("", |(_, rest)| quote::split_name(rest).1);
    let events = rest.split(" ON ").next().unwrap_or_default();
    events.contains(" UPDATE") && !events.contains(" UPDATE OF ")
}

fn shown_in_materialized_view(catalog: &Catalog, key: &Key) -> bool {
    let mut queue = vec![key];
    let mut seen = std::collections::BTreeSet::new();
    while let Some(key) = queue.pop() {
        for user in catalog.users(key).filter(|user| user.key.kind().name().ends_with("view")) {
            if user.key.kind() == materialized_view::KIND {
                return true;
            }
            if seen.insert(&user.key) {
                queue.push(&user.key);
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_told_from_others_in_the_list_of_an_index() {
        let column: Key = "column:public.t.ref".parse().unwrap();
        let list = |text: &str| list_beside(text, &column);
        assert_eq!(
            list("(ref DESC, note) WHERE (note IS NULL)").unwrap(),
            "(ref__new DESC, note) WHERE (note IS NULL)"
        );
        assert_eq!(list("(note) INCLUDE (ref)"), None);
        assert_eq!(list("(lower(ref))"), None);
        assert_eq!(list("(note) WHERE (ref > 0)"), None);
    }

    #[test]
    fn a_trigger_of_other_columns_does_not_fire() {
        assert!(fires_on_every_update(
            "CREATE TRIGGER \"a b\" BEFORE INSERT OR UPDATE ON public.t FOR EACH ROW"
        ));
        assert!(!fires_on_every_update("CREATE TRIGGER a BEFORE UPDATE OF b ON public.t FOR EACH ROW"));
        assert!(!fires_on_every_update("CREATE TRIGGER \"on UPDATE\" AFTER INSERT ON public.t FOR EACH ROW"));
    }
}
