//! The built executable as its users run it, in a scrubbed environment, against real components on loopback.
#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

mod accept;
mod account_errors;
mod bad_input;
mod check;
mod corpus;
mod delivery;
mod demo;
mod disk_full;
mod doctor;
mod dynamodb;
mod elsewhere;
mod emulator;
mod explain_who;
mod fleet;
mod iam_policy;
mod interrupt;
mod interruption;
mod killed_delivery;
mod lambda;
mod least_privilege;
mod notify;
mod program;
mod progress;
mod request;
mod routes;
mod sandbox;
mod stranger;
mod verdicts;
mod watch;

use std::path::Path;
use std::process::{Command, Output};

/// Gives the executable with nothing of the machine's environment and `home` as its home.
fn bucketwatch(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bucketwatch"));
    command.env_clear().env("HOME", home).env("AWS_EC2_METADATA_DISABLED", "true").current_dir(home);
    command
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}
