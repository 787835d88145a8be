//! Parts of which their whole keeps something: the columns that have grants of their own.

use super::Closure;
use crate::{
    diff::Status,
    model::{Catalog, Key},
};

impl Closure<'_> {
    /// Takes in the missing parts of which a changed object is to keep something: a grant needs its
    /// column.
    pub(super) fn choose_kept_parts(&mut self, key: &Key) {
        let request = self.request;
        let catalog = &request.canonical.catalog;
        let Some(difference) = request.drift.differences.get(key) else { return };
        let Some(wanted) = catalog.get(key).filter(|_| difference.status == Status::Changed) else { return };
        let mut wholes = vec![key.clone()];
        wholes.extend(
            wanted.requires.iter().map(|need| &need.on).filter(|on| on.kind() == key.kind()).cloned(),
        );
        let parts = wholes.iter().flat_map(|whole| self.parts.get(whole).cloned().unwrap_or_default());
        let missing: Vec<&Key> = parts.filter(|part| request.drift.status(part) == Status::Missing).collect();
        for part in missing {
            let Some(without) = request.dialect.without_part(wanted, part) else { continue };
            let differs = |facet: &String| without.facets.get(facet) != wanted.facets.get(facet);
            if difference.facets.iter().any(differs) {
                self.choose(part, Some(key));
            }
        }
    }

    /// Takes from what stays what it kept of parts that go.
    pub(super) fn forget_parts(&self, catalog: &mut Catalog, gone: &[Key]) {
        let target = &self.request.target.catalog;
        for part in gone {
            let Some(whole) = target.get(part).and_then(|object| object.parent.as_ref()) else { continue };
            for whole in target.with_heirs(whole) {
                let without =
                    catalog.get(whole).and_then(|whole| self.request.dialect.without_part(whole, part));
                without.into_iter().for_each(|without| catalog.insert(without));
            }
        }
    }
}
