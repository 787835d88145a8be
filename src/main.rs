//! The program `schemascope`: looks around, runs the command, and turns its outcome into an exit
//! status. The only place that asks the process for anything, and the only one that ends it.

use std::{
    env,
    io::{self, IsTerminal},
    path::PathBuf,
    process::ExitCode,
    time::{SystemTime, UNIX_EPOCH},
};

use clap::Parser;
use schemascope::{
    cli::{
        self, Streams, Surroundings,
        arguments::{Arguments, Command},
    },
    dialect::postgres::connect::Environment,
    scratch,
};

/// A schema is made of many small texts and lists, on several threads: this takes a fifth less time for them
/// than the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let environment = Environment::of_process();
    if matches!(arguments.command, Some(Command::Engine)) {
        return finish(scratch::serve(&environment).map(|()| 0));
    }
    let surroundings = Surroundings {
        home: env::home_dir(),
        current_folder: env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
        program: env::current_exe().unwrap_or_else(|_| PathBuf::from("schemascope")),
        streams: Streams {
            input: io::stdin().is_terminal(),
            output: io::stdout().is_terminal(),
            errors: io::stderr().is_terminal(),
            no_color: environment.variable("NO_COLOR").is_some(),
            dumb: environment.variable("TERM") == Some("dumb"),
        },
        now: || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |passed| passed.as_secs()),
        environment,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    finish(runtime.map(|runtime| {
        let status = runtime.block_on(cli::run(arguments, &surroundings));
        // A read of a password or of a file that nobody waits for any more must not hold the exit up.
        runtime.shutdown_background();
        status
    }))
}

fn finish(result: io::Result<u8>) -> ExitCode {
    match result {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            eprintln!("error: schemascope could not be started: {error}.");
            ExitCode::from(2)
        }
    }
}
