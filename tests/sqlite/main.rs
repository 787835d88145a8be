//! SQLite, on real database files: what is read, what is refused, and what the SQL does.

mod open;
mod read;
mod round_trip;
mod support;
