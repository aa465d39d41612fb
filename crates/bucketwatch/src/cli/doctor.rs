//! The command line of `doctor`.

use clap::Args;

use super::{AwsArguments, CommonArguments, StateArguments};

/// What `doctor` takes.
#[derive(Args, Clone, Debug)]
pub(crate) struct DoctorArguments {
    /// Queue to look at; may be given several times [default: `queues` of `[watch]`]
    #[arg(long, value_name = "URL")]
    pub(crate) queue: Vec<String>,
    /// Regions in which a trail and a rule must see what happens, several with commas [default: the ambient one and those
    /// that have buckets]
    #[arg(long = "in", value_delimiter = ',', value_name = "REGIONS")]
    pub(crate) regions: Vec<String>,
    /// Format
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: DiagnosisWord,
    #[command(flatten)]
    pub(crate) aws: AwsArguments,
    #[command(flatten)]
    pub(crate) state: StateArguments,
    #[command(flatten)]
    pub(crate) common: CommonArguments,
}

/// A format of the diagnosis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum DiagnosisWord {
    /// For people
    #[default]
    Table,
    /// One JSON document
    Json,
}
