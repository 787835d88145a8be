//! The program `schemascope`.

use std::process::ExitCode;

use schemascope::{dialect::postgres::connect::Environment, scratch};

fn main() -> ExitCode {
    // Hidden: the child process that hosts scratch engines.
    if std::env::args().nth(1).as_deref() == Some("engine") {
        return match scratch::serve(&Environment::of_process()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        };
    }
    ExitCode::SUCCESS
}
