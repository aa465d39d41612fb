//! The executable: wiring only.

mod cli;
mod command;
mod input;
mod notifiers;
mod output;
mod settings;

use std::process::ExitCode;

use bucketwatch_engine::escape::terminal;
use bucketwatch_engine::exit::Exit;
use clap::Parser;

/// A scan makes and drops many small things: measured against the C library's allocator, a fifth of the processor time.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let arguments = match cli::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return refuse(&error),
    };
    match command::run(arguments) {
        Ok(exit) => ExitCode::from(exit.code()),
        Err(error) if output::is_broken_pipe(&error) => ExitCode::from(Exit::Failed.code()),
        Err(error) => {
            let (text, exit) = (command::explain_failure(&error), command::exit_of(&error));
            output::tell(&format!("bucketwatch: {}", terminal(&text.into())));
            ExitCode::from(exit.code())
        }
    }
}

/// Shows what is wrong with the command line, or the help that it asks for.
fn refuse(error: &clap::Error) -> ExitCode {
    // Nobody is left to tell if the terminal is gone.
    let _ = error.print();
    let exit = if error.use_stderr() { Exit::Usage } else { Exit::Clean };
    ExitCode::from(exit.code())
}
