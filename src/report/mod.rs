//! A comparison, a schema or a plan → text for people, JSON for programs, SQL for databases. Pure.
//!
//! Nothing here prints: everything is returned, and whoever asked decides where it goes.

mod baseline;
mod changes;
mod codes;
mod comparison;
mod decision;
#[cfg(test)]
mod fixture;
pub mod health;
mod json;
mod markdown;
mod sql;
mod style;
mod text;
mod time;
mod words;

pub use baseline::{json as baseline_json, text as baseline_text};
pub use changes::{Change, Changes, FacetChange};
pub use codes::{code_text, codes_json, codes_markdown, codes_text};
pub use comparison::{Compared, Comparison, Outcome, Side, Target};
pub use decision::{Agreed, Decision, Done, decision, enter};
pub use json::{comparison as comparison_json, plan as plan_json};
pub use markdown::{code, prose};
pub use sql::{script, statements, summary};
pub use style::{Paint, clean};
pub use text::{comparison as comparison_text, snapshot as snapshot_text};
pub use time::utc;
pub use words::counted;
