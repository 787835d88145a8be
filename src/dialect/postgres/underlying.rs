//! What types come to below their domains, which are made of others: what it takes to turn the values of a
//! column into those of another type.

use super::{
    common::qualified,
    constraint, domain,
    retype::{Cast, cast},
};
use crate::model::{Catalog, Object};

/// The cast that a column's change of type asks for. Without the catalogs, which know the domains, by the
/// names of the types alone.
///
/// A value of a domain is one of its base type, and so is the other way round where nothing is checked
/// (`ALTER TABLE` in the manual: "to an unconstrained domain over the old type").
pub fn column_cast(from: &Object, to: &Object, catalogs: Option<[&Catalog; 2]>) -> Cast {
    let Some((old, new)) = from.facets.text("type").zip(to.facets.text("type")) else { return Cast::Binary };
    let Some([before, after]) = catalogs.filter(|_| old != new) else { return cast(old, new) };
    let (old, new) = (Underlying::of(before, from, old), Underlying::of(after, to, new));
    // The server does not see that a domain's values have a length already.
    let is_held_to_length = old.is_domain && new.r#type.contains('(');
    let is_carried = new.is_array && (old.is_domain || new.is_domain);
    match cast(&old.r#type, &new.r#type) {
        Cast::Binary if new.is_checked || is_held_to_length || is_carried => Cast::Assignment,
        cast => cast,
    }
}

struct Underlying {
    r#type: String,
    is_domain: bool,
    /// Whether a domain on the way checks its values.
    is_checked: bool,
    is_array: bool,
}

impl Underlying {
    /// What the type of an object comes to, which is a domain where the object requires one of its name.
    fn of(catalog: &Catalog, object: &Object, r#type: &str) -> Underlying {
        let (element, brackets) = r#type.split_at(r#type.find('[').unwrap_or(r#type.len()));
        let mut needs = object.requires.iter().map(|need| &need.on).filter(|on| on.kind() == domain::KIND);
        let named = needs.find_map(|on| catalog.get(on).filter(|domain| qualified(&domain.key) == element));
        let is_array = !brackets.is_empty();
        let base = named.and_then(|domain| Some((domain, domain.facets.text("type")?)));
        let Some((domain, base)) = base else {
            return Underlying { r#type: r#type.to_owned(), is_domain: false, is_checked: false, is_array };
        };
        let below = Underlying::of(catalog, domain, base);
        let mut parts = catalog.below(&domain.key).filter(|part| part.parent.as_ref() == Some(&domain.key));
        let is_checked =
            domain.facets.flag("not null") || parts.any(|part| part.key.kind() == constraint::KIND);
        Underlying {
            r#type: format!("{}{brackets}", below.r#type),
            is_domain: true,
            is_checked: is_checked || below.is_checked,
            is_array: is_array || below.is_array,
        }
    }
}
