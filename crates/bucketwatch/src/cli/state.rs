//! The command line of the state.

use clap::{Args, Subcommand};

use super::CommonArguments;

/// Where the state lies.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "State")]
pub(crate) struct StateArguments {
    /// What remembers: an SQLite file, dynamodb://TABLE?region=REGION, or memory: for nothing [default:
    /// $XDG_STATE_HOME/bucketwatch/state.db]
    #[arg(long, value_name = "URL", env = "BUCKETWATCH_STATE")]
    pub(crate) state: Option<String>,
    /// Remember nothing
    #[arg(long, conflicts_with = "state")]
    pub(crate) no_state: bool,
}

/// What `state` does.
#[derive(Debug, Subcommand)]
pub(crate) enum StateCommand {
    /// Make the table of a state in DynamoDB and wait until it can be used, or the file of one in SQLite
    Create(StateCreateArguments),
}

/// What `state create` takes.
#[derive(Args, Clone, Debug)]
pub(crate) struct StateCreateArguments {
    #[command(flatten)]
    pub(crate) state: StateArguments,
    #[command(flatten)]
    pub(crate) common: CommonArguments,
}
