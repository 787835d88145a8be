//! What a schema is: keys, facets, objects, catalogs and snapshots, as pure values.
//!
//! Nothing here knows a database, a file or a screen. An object *is* its facets: the inventory
//! stores them, the comparison compares them, the details pane shows them.

mod catalog;
mod facets;
mod key;
mod object;
mod pieces;
mod shelf;
mod snapshot;

pub use catalog::Catalog;
pub use facets::{FacetName, Facets};
pub use key::{Key, Kind, ParseKeyError};
pub use object::{Fingerprint, Object, Requirement};
pub use pieces::in_pieces;
pub use shelf::Shelf;
pub use snapshot::{FORMAT, Location, Scope, Size, Snapshot};
