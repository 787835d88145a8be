//! schemascope compares a canonical schema with live databases and writes the SQL that closes
//! exactly the differences that a person selects. ARCHITECTURE.md is the map of the rooms.

pub mod apply;
pub mod cli;
pub mod codes;
pub mod config;
pub mod dialect;
pub mod diff;
pub mod draft;
pub mod model;
pub mod plan;
pub mod report;
pub mod scratch;
pub mod signal;
pub mod smoke;
pub mod source;
pub mod tui;
pub mod verify;
