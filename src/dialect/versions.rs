//! The versions of the servers of two sides.

use crate::model::Snapshot;

/// The versions of two servers as they number them, for example `150018` and `170006`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions {
    older: u32,
    newer: u32,
}

impl Versions {
    /// Those of two servers, in either order.
    pub fn new(one: u32, other: u32) -> Self {
        Versions { older: one.min(other), newer: one.max(other) }
    }

    /// Those of the servers that two sides were read from.
    pub fn of(one: &Snapshot, other: &Snapshot) -> Self {
        Versions::new(one.server_version_num, other.server_version_num)
    }

    /// Whether they are two.
    pub fn differ(self) -> bool {
        self.older != self.newer
    }

    /// Whether they are of two major versions, which PostgreSQL numbers in steps of 10,000.
    pub fn majors_differ(self) -> bool {
        self.older / 10_000 != self.newer / 10_000
    }

    /// Whether one is before a version and the other is not.
    pub fn across(self, version: u32) -> bool {
        self.older < version && version <= self.newer
    }
}
