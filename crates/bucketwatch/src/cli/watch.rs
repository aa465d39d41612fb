//! The command line of `watch`.

use std::net::SocketAddr;
use std::path::PathBuf;

use bucketwatch_engine::config::Period;
use clap::Args;

use super::{AwsArguments, CommonArguments, StateArguments};

/// What `watch` takes.
#[derive(Args, Clone, Debug)]
pub(crate) struct WatchArguments {
    /// SQS queue that a rule puts events on; may be given several times [default: `queues` of the configuration]
    #[arg(long, value_name = "URL")]
    pub(crate) queue: Vec<String>,
    /// Handle the events of this file and end: CloudTrail records, or messages that hold them, one or many
    #[arg(long, value_name = "FILE", conflicts_with = "queue")]
    pub(crate) file: Option<PathBuf>,
    /// Scan the account at the start and then this often [default: 24h]
    #[arg(long, value_name = "TIME")]
    pub(crate) scan_every: Option<Period>,
    /// Never scan: only what events touch is looked at
    #[arg(long, conflicts_with = "scan_every")]
    pub(crate) no_scan: bool,
    /// Serve /healthz and /metrics there; whoever reaches the address may read them [default: 127.0.0.1:9464]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<SocketAddr>,
    /// Serve neither
    #[arg(long, conflicts_with = "listen")]
    pub(crate) no_listen: bool,
    /// Name or ARN of a rule, queue or function of ours, whose changes are told; those with `bucketwatch` in their name
    /// and every trail count anyway
    #[arg(long, value_name = "NAME")]
    pub(crate) own: Vec<String>,
    #[command(flatten)]
    pub(crate) aws: AwsArguments,
    #[command(flatten)]
    pub(crate) state: StateArguments,
    #[command(flatten)]
    pub(crate) common: CommonArguments,
}
