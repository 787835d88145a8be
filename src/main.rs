//! The program `schemascope`.

fn main() {}
