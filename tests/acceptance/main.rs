//! The main job, end to end, on real PostgreSQL servers: compare, select, plan, apply with psql, and
//! look again, also with a second observer that is not ours.

mod answer_key;
mod cases;
mod checks;
mod copies;
mod everything;
mod expand;
mod hazards;
mod invalid;
mod labels;
mod minimal;
mod names;
#[cfg(feature = "embedded-postgres")]
mod newer;
mod observer;
mod of_the_server;
mod proof;
mod renames;
mod roles;
mod safety;
mod samples;
mod selections;
mod styles;
#[path = "../support/mod.rs"]
mod support;
mod world;
