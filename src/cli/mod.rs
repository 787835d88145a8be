//! One file a command.

pub mod arguments;
