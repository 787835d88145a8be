//! Every connection URI that psql takes, as options of a driver that takes fewer.

/// A PostgreSQL connection URI, parsed as libpq parses it. Prints without its password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionUrl {}
