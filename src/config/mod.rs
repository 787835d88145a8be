//! Files, environment, connections, themes, keys.
