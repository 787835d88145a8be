//! Asking the catalogs, in SQL, whether an object is there and how it stands: conditions that guard
//! the statements of an idempotent plan. They count on a search path of `pg_catalog` alone.

use serde::Deserialize;
use serde_json::Value;

use super::{
    aggregate, column,
    common::{qualified, routine},
    composite, constraint, domain, enum_type, foreign_table, function, index, materialized_view, policy,
    procedure, range, rule, sequence, table, trigger, view,
};
use crate::{
    dialect::{Change, quote},
    model::{Key, Object},
};

/// A condition that holds where the object is there; `None` for kinds whose statements are guarded
/// in another way.
pub fn there(object: &Object) -> Option<String> {
    let key = &object.key;
    let relation = |kinds: &str| {
        let class = format!("pg_class WHERE oid = {} AND relkind IN ({kinds})", regclass(key.path()));
        exists(&class)
    };
    Some(match key.kind() {
        table::KIND => relation("'r', 'p'"),
        view::KIND => relation("'v'"),
        materialized_view::KIND => relation("'m'"),
        foreign_table::KIND => relation("'f'"),
        sequence::KIND => {
            let of_identity = "SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i'";
            let class = format!("pg_class c WHERE c.oid = {} AND c.relkind = 'S'", regclass(key.path()));
            exists(&format!("{class} AND NOT EXISTS ({of_identity})"))
        }
        composite::KIND => relation("'c'"),
        index::KIND => {
            let class = format!("pg_class c WHERE c.oid = {} AND c.relkind IN ('i', 'I')", index_class(key));
            let of_constraint =
                "SELECT FROM pg_constraint o WHERE o.conindid = c.oid AND o.contype IN ('p', 'u', 'x')";
            exists(&format!("{class} AND NOT EXISTS ({of_constraint})"))
        }
        enum_type::KIND => exists(&format!("pg_type WHERE oid = {} AND typtype = 'e'", regtype(key))),
        domain::KIND => exists(&format!("pg_type WHERE oid = {} AND typtype = 'd'", regtype(key))),
        range::KIND => exists(&format!("pg_type WHERE oid = {} AND typtype = 'r'", regtype(key))),
        column::KIND => exists(&attribute(key)),
        constraint::KIND => exists(&constraint_row(object)),
        trigger::KIND => exists(&format!("{} AND tgparentid = 0", trigger_row(key))),
        policy::KIND => {
            exists(&format!("pg_policy WHERE polrelid = {} AND polname = {}", parent(key), name(key)))
        }
        rule::KIND => exists(&rule_row(key)),
        _ => return None,
    })
}

/// A condition that holds as long as a change has not been made. `None` where nobody can tell.
pub fn pending(change: &Change<'_>) -> Option<String> {
    let conditions: Vec<String> =
        change.facets.iter().filter_map(|facet| differs(change.to, facet, change.from)).collect();
    (!conditions.is_empty()).then(|| conditions.join(" OR "))
}

/// A condition that holds as long as a type is made of another than it is to be made of: of one
/// that was set aside. `None` for types that are made of no others.
pub fn made_of_another(r#type: &Object) -> Option<String> {
    let facet = match r#type.key.kind() {
        domain::KIND => "type",
        composite::KIND => "attributes",
        range::KIND => "subtype",
        _ => return None,
    };
    differs(r#type, facet, r#type)
}

/// The collation of an attribute where that is not the one of its type, for queries of
/// `pg_attribute`.
const COLLATION: &str = "(SELECT quote_ident(nspname) || '.' || quote_ident(collname) FROM pg_type y, pg_collation c \
    JOIN pg_namespace n ON n.oid = collnamespace WHERE y.oid = atttypid AND c.oid = attcollation AND attcollation <> typcollation)";

/// What a column of a composite type is compared by.
#[derive(Deserialize)]
struct Attribute {
    name: String,
    r#type: String,
    collation: Option<String>,
}

/// A condition that holds where a facet does not stand as in `object`. Where taking the object away
/// would take rows along, it holds only where the facet stands as it did `before`.
fn differs(object: &Object, facet: &str, before: &Object) -> Option<String> {
    let key = &object.key;
    let text = || object.facets.text(facet).map_or_else(|| "NULL".to_owned(), quote::literal);
    let other = |query: String| format!("(SELECT {query}) IS DISTINCT FROM {}", text());
    Some(match (key.kind(), facet) {
        (column::KIND, "type") => type_differs(key, object.facets.text("type")?),
        (column::KIND, "collation") => collation_differs(key, object.facets.text(facet)),
        (column::KIND, "generated") => other(format!(
            "pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d JOIN {} AND attrelid = d.adrelid AND attnum = d.adnum AND attgenerated <> ''",
            attribute(key).replacen(" WHERE", " ON", 1)
        )),
        (view::KIND | materialized_view::KIND, "definition") => {
            other(format!("pg_get_viewdef({})", regclass(key.path())))
        }
        (view::KIND | materialized_view::KIND, "columns") => {
            let columns = Vec::<(String, String)>::deserialize(object.facets.get(facet)?).ok()?;
            let columns: Vec<Value> =
                columns.into_iter().map(|(name, kind)| Value::from(vec![name, kind])).collect();
            format!(
                "(SELECT json_agg(json_build_array(attname, format_type(atttypid, atttypmod)) ORDER BY attnum)::jsonb \
                 FROM pg_attribute WHERE attrelid = {} AND attnum > 0) IS DISTINCT FROM {}::jsonb",
                regclass(key.path()),
                quote::literal(&Value::from(columns).to_string())
            )
        }
        (index::KIND, "definition") => other(format!("pg_get_indexdef({})", index_class(key))),
        (constraint::KIND, "definition") => {
            let row = constraint_row(object);
            other(format!("regexp_replace(pg_get_constraintdef(oid), ' NOT VALID$', '') FROM {row}"))
        }
        (trigger::KIND, "definition") => other(format!("pg_get_triggerdef(oid) FROM {}", trigger_row(key))),
        (rule::KIND, "definition") => other(format!("pg_get_ruledef(oid) FROM {}", rule_row(key))),
        (function::KIND | procedure::KIND, "arguments") => {
            let oid = format!("to_regprocedure({})", quote::literal(&routine(key)));
            let text = object.facets.text(facet).unwrap_or_default();
            format!("pg_get_function_arguments({oid}) IS DISTINCT FROM {}", quote::literal(text))
        }
        (function::KIND, "returns") => {
            other(format!("pg_get_function_result(to_regprocedure({}))", quote::literal(&routine(key))))
        }
        (composite::KIND, "attributes") => {
            let attributes = Vec::<Attribute>::deserialize(object.facets.get(facet)?).ok()?;
            let attributes: Vec<Value> = attributes
                .into_iter()
                .map(|attribute| {
                    Value::from(vec![Some(attribute.name), Some(attribute.r#type), attribute.collation])
                })
                .collect();
            format!(
                "(SELECT json_agg(json_build_array(attname, format_type(atttypid, atttypmod), {COLLATION}) ORDER BY attnum)::jsonb \
                 FROM pg_attribute WHERE attrelid = {} AND attnum > 0 AND NOT attisdropped) \
                 IS DISTINCT FROM {}::jsonb",
                regclass(key.path()),
                quote::literal(&Value::from(attributes).to_string())
            )
        }
        (domain::KIND, "not null") => {
            let not_null = object.facets.flag(facet);
            exists(&format!("pg_type WHERE oid = {} AND typnotnull <> {not_null}", regtype(key)))
        }
        (domain::KIND, "type") => {
            other(format!("format_type(typbasetype, typtypmod) FROM pg_type WHERE oid = {}", regtype(key)))
        }
        (enum_type::KIND, "values") => {
            let values = super::common::texts(object, facet);
            let values: Vec<String> = values.iter().map(|value| quote::literal(value)).collect();
            format!(
                "ARRAY(SELECT enumlabel::text FROM pg_enum WHERE enumtypid = {} ORDER BY enumsortorder) <> ARRAY[{}]::text[]",
                regtype(key),
                values.join(", ")
            )
        }
        (table::KIND, "partition by") => {
            let stood = before.facets.text(facet).map_or_else(|| "NULL".to_owned(), quote::literal);
            format!("pg_get_partkeydef({}) IS NOT DISTINCT FROM {stood}", regclass(key.path()))
        }
        (range::KIND, "subtype") => {
            other(format!("format_type(rngsubtype, NULL) FROM pg_range WHERE rngtypid = {}", regtype(key)))
        }
        _ => return None,
    })
}

/// A condition that holds where a column or a composite type's attribute has another type.
pub fn type_differs(column: &Key, r#type: &str) -> String {
    format!(
        "EXISTS (SELECT FROM {} AND format_type(atttypid, atttypmod) <> {})",
        attribute(column),
        quote::literal(r#type)
    )
}

/// A condition that holds where a column has another collation; none is that of its type.
pub fn collation_differs(column: &Key, collation: Option<&str>) -> String {
    let wanted = collation.map_or_else(|| "NULL".to_owned(), quote::literal);
    exists(&format!("{} AND {COLLATION} IS DISTINCT FROM {wanted}", attribute(column)))
}

/// A condition that holds where a table has an attribute of a name.
pub fn attribute_there(relation: &str, name: &str) -> String {
    exists(&attribute_of(&quote::literal(relation), name))
}

/// A condition that holds where a composite type has an attribute of a type.
pub fn attribute_has_type(relation: &str, name: &str, r#type: &str) -> String {
    let attribute = attribute_of(&quote::literal(relation), name);
    exists(&format!("{attribute} AND format_type(atttypid, atttypmod) = {}", quote::literal(r#type)))
}

/// A condition that holds where a column is an identity column.
pub fn is_identity(relation: &str, name: &str) -> String {
    format!("EXISTS (SELECT FROM {} AND attidentity <> '')", attribute_of(&quote::literal(relation), name))
}

/// A condition that holds where one table inherits from another, or is a partition of it; with
/// bounds, where it has them.
pub fn inherits(child: &str, parent: &str, bound: Option<&str>) -> String {
    let (child, parent) = (quote::literal(child), quote::literal(parent));
    let bound = bound.map_or_else(String::new, |bound| {
        format!(" AND pg_get_expr(relpartbound, oid) = {}", quote::literal(bound))
    });
    format!(
        "EXISTS (SELECT FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE inhrelid = to_regclass({child}) \
         AND inhparent = to_regclass({parent}){bound})"
    )
}

/// A condition that holds where a table or a domain has a constraint of a name.
pub fn constraint_there(owner: &str, name: &str) -> String {
    let (owner, name) = (quote::literal(owner), quote::literal(name));
    format!(
        "EXISTS (SELECT FROM pg_constraint WHERE (conrelid = to_regclass({owner}) OR contypid = to_regtype({owner})) \
         AND conname = {name})"
    )
}

/// A condition that holds where an enum has a value, given as a literal.
pub fn value_there(r#enum: &str, value: &str) -> String {
    let r#enum = quote::literal(r#enum);
    exists(&format!("pg_enum WHERE enumtypid = to_regtype({enum}) AND enumlabel = {value}", enum = r#enum))
}

/// A condition that holds where a routine of a signature is there.
pub fn routine_there(signature: &str) -> String {
    format!("to_regprocedure({}) IS NOT NULL", quote::literal(signature))
}

/// A condition that holds where a name is a routine of the kind of this one: functions, procedures and
/// aggregates share their names. Nothing for other kinds.
pub fn routine_of_kind(object: &Object) -> Option<String> {
    let kinds = match object.key.kind() {
        function::KIND => "'f', 'w'",
        procedure::KIND => "'p'",
        aggregate::KIND => "'a'",
        _ => return None,
    };
    let signature = quote::literal(&routine(&object.key));
    Some(exists(&format!("pg_proc WHERE oid = to_regprocedure({signature}) AND prokind IN ({kinds})")))
}

/// A condition that holds where a publication has a table, by its name in SQL's spelling.
pub fn publishes_table(publication: &str, table: &str) -> String {
    let (publication, table) = (quote::literal(&quote::unquoted(publication)), quote::literal(table));
    exists(&format!(
        "pg_publication_rel JOIN pg_publication p ON p.oid = prpubid WHERE pubname = {publication} AND prrelid = to_regclass({table})"
    ))
}

/// A condition that holds where a publication has a schema, by its name in SQL's spelling.
pub fn publishes_schema(publication: &str, schema: &str) -> String {
    let (publication, schema) = (quote::literal(&quote::unquoted(publication)), quote::literal(schema));
    exists(&format!(
        "pg_publication_namespace JOIN pg_publication p ON p.oid = pnpubid WHERE pubname = {publication} AND pnnspid = to_regnamespace({schema})"
    ))
}

/// A condition that holds where a table is of a type.
pub fn is_typed(table: &str) -> String {
    exists(&format!("pg_class WHERE oid = to_regclass({}) AND reloftype <> 0", quote::literal(table)))
}

/// A condition that holds where a relation of a name is there, given in SQL's spelling.
pub fn relation_there(relation: &str) -> String {
    format!("to_regclass({}) IS NOT NULL", quote::literal(relation))
}

/// A condition that holds where a type of a name is there, given in SQL's spelling.
pub fn type_there(name: &str) -> String {
    format!("to_regtype({}) IS NOT NULL", quote::literal(name))
}

fn exists(from: &str) -> String {
    format!("EXISTS (SELECT FROM {from})")
}

fn name(key: &Key) -> String {
    quote::literal(key.name())
}

fn regclass(path: &[std::sync::Arc<str>]) -> String {
    format!("to_regclass({})", quote::literal(&quote::qualified(path)))
}

fn regtype(key: &Key) -> String {
    format!("to_regtype({})", quote::literal(&qualified(key)))
}

/// The relation that an object is on.
fn parent(key: &Key) -> String {
    regclass(&key.path()[..key.path().len().min(2)])
}

/// An index is in the schema of its table, and its path goes through that.
fn index_class(key: &Key) -> String {
    format!("to_regclass({})", quote::literal(&quote::qualified(&[key.root(), key.name()])))
}

fn attribute(column: &Key) -> String {
    attribute_of(&quote::literal(&qualified(column)), column.name())
}

fn attribute_of(relation: &str, name: &str) -> String {
    let name = quote::literal(name);
    format!("pg_attribute WHERE attrelid = to_regclass({relation}) AND attname = {name} AND NOT attisdropped")
}

fn constraint_row(object: &Object) -> String {
    let on = match object.parent.as_ref().map(Key::kind) {
        Some(domain::KIND) => format!("contypid = to_regtype({})", quote::literal(&qualified(&object.key))),
        _ => format!("conrelid = {}", parent(&object.key)),
    };
    format!("pg_constraint WHERE {on} AND conname = {}", name(&object.key))
}

fn trigger_row(key: &Key) -> String {
    format!("pg_trigger WHERE tgrelid = {} AND tgname = {}", parent(key), name(key))
}

fn rule_row(key: &Key) -> String {
    format!("pg_rewrite WHERE ev_class = {} AND rulename = {}", parent(key), name(key))
}
