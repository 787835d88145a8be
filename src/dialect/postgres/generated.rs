//! Columns that are computed from others: what changes in place, and what has to be made anew.

use super::{
    column,
    common::{own_name, qualified},
    constraint, expression, publication,
    retype::Cast,
    underlying::column_cast,
};
use crate::{
    dialect::{Action, Change, Hazard, HazardCode, Step},
    model::{Catalog, Key, Object},
};

/// Whether a column has to go and come back. Stored values that another type computes have to be cast
/// to it by the server itself, because `USING` is refused.
pub fn is_made_anew(change: &Change<'_>) -> bool {
    if change.to.facets.get("generated").is_none() {
        return change.touches("virtual");
    }
    if change.touches("virtual") {
        return true;
    }
    if change.touches("generated") {
        return !can_set_expression(change);
    }
    let cast = column_cast(change.from, change.to, change.catalogs);
    let asks = !matches!(cast, Cast::Binary | Cast::Assignment);
    asks && !change.to.facets.flag("virtual")
}

/// What gives a column another expression in place.
pub fn sets_expression(change: &Change<'_>) -> Option<Step> {
    if !change.touches("generated") || !can_set_expression(change) {
        return None;
    }
    let facets = &change.to.facets;
    let (table, name) = (qualified(&change.to.key), own_name(&change.to.key));
    let expression = expression::writable(facets.text("generated")?);
    let step = Step::new(format!("ALTER TABLE {table} ALTER COLUMN {name} SET EXPRESSION AS ({expression})"));
    let table = change.to.key.path()[..2].join(".");
    if !facets.flag("virtual") {
        return Some(
            step.hazard(
                HazardCode::RewritesTable,
                format!("Every row of {table} is written anew to hold its value."),
            )
            .hazard(HazardCode::BlocksReads, format!("Nobody can use {table} meanwhile.")),
        );
    }
    if !facets.flag("not null") {
        return Some(step);
    }
    Some(
        step.hazard(HazardCode::BlocksReads, format!("Nobody can use {table} while its rows are checked."))
            .hazard(HazardCode::MayFail, format!("Fails if {name} comes to be NULL in a row of {table}.")),
    )
}

/// Whether the server can give a column another expression: a stored one since 17. Since 18 a virtual
/// one, but not where its table has a check or is listed in a publication (`ATExecSetExpression`).
fn can_set_expression(change: &Change<'_>) -> bool {
    let both = |facet: &str| change.from.facets.get(facet).is_some() && change.to.facets.get(facet).is_some();
    let alone = !["type", "collation", "virtual"].into_iter().any(|facet| change.touches(facet));
    if !both("generated") || !alone || change.server < 170_000 {
        return false;
    }
    let table = change.to.parent.as_ref().zip(change.catalogs);
    let hindered =
        || table.is_none_or(|(table, catalogs)| catalogs.into_iter().any(|catalog| hinders(catalog, table)));
    !change.to.facets.flag("virtual") || !hindered()
}

/// Whether a table, or one that has its columns from it, has a check or is listed in a publication.
fn hinders(catalog: &Catalog, table: &Key) -> bool {
    let is_in_the_way = |user: &Object| match user.key.kind() {
        constraint::KIND => user.facets.text("type") == Some("CHECK"),
        kind => kind == publication::KIND,
    };
    catalog.with_heirs(table).into_iter().flat_map(|table| catalog.users(table)).any(is_in_the_way)
}

/// What is lost with a column that was computed as it was read, and comes back as an ordinary one.
pub fn no_longer_computed(from: &Object, to: Option<&Object>, action: Action) -> Option<Hazard> {
    let to = to.filter(|to| to.key.kind() == column::KIND && to.facets.get("generated").is_none())?;
    let message =
        format!("What {} showed was computed as it was read: the new column is empty.", to.key.dotted());
    let comes = action == Action::Create && from.facets.flag("virtual");
    comes.then_some(Hazard { code: HazardCode::LosesData, message })
}
