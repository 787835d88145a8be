//! What a dialect is told about the place of a statement in a plan, so that it can write it in
//! another style.

use super::{Action, Change};
use crate::model::{Catalog, Key, Object};

/// One thing that happens to one object, and what happens around it.
pub struct Scene<'a> {
    /// The object.
    pub key: &'a Key,
    /// What happens to it.
    pub action: Action,
    /// Everything before the plan.
    pub from: &'a Catalog,
    /// Everything after the plan.
    pub to: &'a Catalog,
    /// Whether the object is part of something that the plan makes or makes anew, so that nobody
    /// uses it yet.
    pub fresh: bool,
    /// Whether the object goes and comes back.
    pub returns: bool,
    /// The object whose change makes this one step aside or follow, where it does not change itself.
    pub cause: Option<&'a Key>,
}

impl<'a> Scene<'a> {
    /// The object before the plan.
    pub fn before(&self) -> Option<&'a Object> {
        self.from.get(self.key).map(|object| &**object)
    }

    /// The object after the plan.
    pub fn after(&self) -> Option<&'a Object> {
        self.to.get(self.key).map(|object| &**object)
    }

    /// The object of whose kind and facets the statements are: as it is made, or as it was.
    pub fn object(&self) -> Option<&'a Object> {
        match self.action {
            Action::Drop => self.before().or_else(|| self.after()),
            Action::Create | Action::Alter => self.after().or_else(|| self.before()),
        }
    }

    /// What the object is a part of, after the plan or else before.
    pub fn parent(&self) -> Option<&'a Object> {
        let parent = self.object()?.parent.as_ref()?;
        self.to.get(parent).or_else(|| self.from.get(parent)).map(|parent| &**parent)
    }

    /// The change for which all this happens: the object's own, or that of the one it makes way for.
    pub fn change(&self) -> Option<Change<'a>> {
        let key = self.cause.unwrap_or(self.key);
        Some(Change::between(self.from.get(key)?, self.to.get(key)?))
    }
}
