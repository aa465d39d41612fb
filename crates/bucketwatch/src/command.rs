//! The commands, one file each.

mod check;
mod iam_policy;
mod sandbox;
mod shell;

use anyhow::Result;
use bucketwatch_engine::exit::Exit;

use crate::cli::{Arguments, Command};

/// Runs the command.
pub(crate) fn run(arguments: Arguments) -> Result<Exit> {
    match arguments.command.unwrap_or(Command::Scan(arguments.scan)) {
        Command::Check(arguments) => check::run(&arguments),
        Command::IamPolicy => iam_policy::run(),
        Command::Sandbox(arguments) => sandbox::run(&arguments),
        Command::Completions { shell } => shell::completions(shell),
        Command::Man => shell::manual(),
        _ => anyhow::bail!("not yet"),
    }
}

/// Gives an error with its causes on one line.
pub(crate) fn explain_failure(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        if !text.contains(&cause) {
            text = if text.is_empty() { cause } else { format!("{text}: {cause}") };
        }
    }
    text
}

/// Gives the exit code of an error.
pub(crate) fn exit_of(_: &anyhow::Error) -> Exit {
    Exit::Failed
}
