//! The commands, one file each.

mod accept;
mod check;
mod demo;
mod doctor;
mod explain;
mod iam_policy;
mod listing;
mod notify;
mod sandbox;
mod scan;
mod shell;
mod state;
mod status;
mod unrouted;
mod watch;

pub(crate) use self::scan::connect_options;
pub(crate) use self::state::holder;
pub(crate) use crate::failure::explain_failure;

use std::process::ExitCode;

use anyhow::Result;
use bucketwatch_engine::escape::terminal;
use bucketwatch_engine::exit::Exit;
use clap::Parser as _;

use crate::cli::{Arguments, Command};
use crate::output;

/// Does what the command line says.
pub(crate) fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return refuse(&error),
    };
    match run(arguments) {
        Ok(exit) => ExitCode::from(exit.code()),
        Err(error) if output::is_broken_pipe(&error) => ExitCode::from(Exit::Failed.code()),
        Err(error) => {
            let (text, exit) = (explain_failure(&error), exit_of(&error));
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

/// Runs the command.
fn run(arguments: Arguments) -> Result<Exit> {
    match arguments.command.unwrap_or(Command::Scan(arguments.scan)) {
        Command::Accept(arguments) => accept::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::IamPolicy(arguments) => iam_policy::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Scan(arguments) => scan::run(&arguments),
        Command::Watch(arguments) => watch::run(&arguments),
        Command::Status(arguments) => status::status(&arguments),
        Command::History(arguments) => status::history(&arguments),
        Command::Sandbox(arguments) => sandbox::run(&arguments),
        Command::State(command) => state::run(&command),
        Command::Completions { shell } => shell::completions(shell),
        Command::Man => shell::manual(),
        Command::Notify(command) => notify::run(&command),
    }
}

/// A command line that clap cannot see to be wrong.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Misuse(String);

/// The most threads that asynchronous commands run on: they wait more than they compute, and the allocator keeps memory
/// for each.
const MOST_THREADS: usize = 4;

/// Gives what asynchronous commands run on.
fn runtime() -> Result<tokio::runtime::Runtime> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build()?)
}

/// Gives the exit code of an error.
fn exit_of(error: &anyhow::Error) -> Exit {
    if error.is::<Misuse>() { Exit::Usage } else { Exit::Failed }
}
