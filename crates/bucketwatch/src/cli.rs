//! The command line as clap sees it; `--help` is made of these comments.

mod accept;
mod doctor;
mod state;
mod watch;
mod words;

use std::path::PathBuf;

use bucketwatch_engine::config::{Period, SyslogTarget};
use bucketwatch_engine::report::wire::Verdict;
use clap::{Args, Parser, Subcommand};

pub(crate) use self::accept::AcceptArguments;
pub(crate) use self::doctor::{DiagnosisWord, DoctorArguments};
pub(crate) use self::state::{StateArguments, StateCommand, StateCreateArguments};
pub(crate) use self::watch::WatchArguments;
pub(crate) use self::words::{AlertWord, ColorWord, FailWord, FormatWord, HistoryWord, JobWord, VerdictWord};

/// Tells which of your S3 buckets strangers can reach, proves it, and tells the moment it changes.
///
/// Without a command it scans the account that the ambient AWS credentials open; no parameter is needed. Findings go to
/// standard output, everything else to standard error. Exit codes: 0 nothing found, 1 failed, 2 wrong usage,
/// 3 something undetermined or not looked at, 10 findings.
#[derive(Debug, Parser)]
#[command(name = "bucketwatch", version, args_conflicts_with_subcommands = true, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) scan: ScanArguments,
}

/// A command.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Scan an account and tell what is public, and what changed since the last scan (the default command)
    Scan(ScanArguments),
    /// Handle CloudTrail events as they come, scan now and then, and tell what changes and who did it
    Watch(WatchArguments),
    /// Judge policy and snapshot documents offline
    Check(CheckArguments),
    /// Show every way in and every block of a bucket, with the text that opens it and what would close it
    Explain(ExplainArguments),
    /// Show how things stood at the last scan, without asking AWS
    Status(StatusArguments),
    /// Show what changed and when, newest first
    History(HistoryArguments),
    /// Accept what is open of a bucket until a day, show what is accepted, or take it back
    Accept(AcceptArguments),
    /// Print the least-privilege IAM policy for a scan, or for what else bucketwatch shall do
    IamPolicy(IamPolicyArguments),
    /// Check a live deployment: trails, rules, queues, state, notifiers, and each permission by name
    Doctor(DoctorArguments),
    /// Run the whole story on an embedded account: no AWS, no network, no traces
    Demo(DemoArguments),
    /// Run an embedded S3 account on loopback until Ctrl-C
    Sandbox(SandboxArguments),
    /// Test notifiers, or send dead letters again
    #[command(subcommand)]
    Notify(NotifyCommand),
    /// Make the state
    #[command(subcommand)]
    State(StateCommand),
    /// Print the completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page (roff)
    Man,
}

/// What every command takes.
#[derive(Args, Clone, Debug)]
pub(crate) struct CommonArguments {
    /// Read this configuration file instead of ./bucketwatch.toml or $XDG_CONFIG_HOME/bucketwatch/bucketwatch.toml
    #[arg(long, value_name = "FILE", env = "BUCKETWATCH_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Say nothing on standard error but errors
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Colour the output; auto: on a terminal, unless NO_COLOR is set
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: ColorWord,
}

/// How to reach AWS. What is left out comes from the environment and the shared AWS configuration files.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "AWS")]
pub(crate) struct AwsArguments {
    /// Profile of the shared AWS configuration files
    #[arg(long)]
    pub(crate) profile: Option<String>,
    /// Region that calls without a region of their own go to
    #[arg(long)]
    pub(crate) region: Option<String>,
    /// Endpoint for every service, in place of AWS
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,
    /// Calls in flight at once [default: 64]
    #[arg(long, value_name = "CALLS", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) concurrency: Option<u16>,
}

/// What `iam-policy` takes.
#[derive(Args, Clone, Debug)]
pub(crate) struct IamPolicyArguments {
    /// What the policy is for, several with commas
    #[arg(long = "for", value_enum, value_delimiter = ',', value_name = "JOBS", default_value = "scan")]
    pub(crate) jobs: Vec<JobWord>,
    /// Queue that `watch` reads; without one, the policy speaks of every queue
    #[arg(long, value_name = "URL")]
    pub(crate) queue: Vec<String>,
    #[command(flatten)]
    pub(crate) state: StateArguments,
    #[command(flatten)]
    pub(crate) common: CommonArguments,
}

/// How to report.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Report")]
pub(crate) struct ReportArguments {
    /// Format of the findings
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: FormatWord,
    /// Write the findings to this file, whole or not at all
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Show only these verdicts [default: public,undetermined in the table, all otherwise]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "VERDICTS")]
    pub(crate) only: Vec<VerdictWord>,
    /// What gives exit code 10 (public) and 3 (undetermined) [default: public,undetermined]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "VERDICTS")]
    pub(crate) fail_on: Vec<FailWord>,
}

/// What `scan` takes.
#[derive(Args, Clone, Debug)]
pub(crate) struct ScanArguments {
    #[command(flatten)]
    pub(crate) common: CommonArguments,
    #[command(flatten)]
    pub(crate) report: ReportArguments,
    #[command(flatten)]
    pub(crate) aws: AwsArguments,
    #[command(flatten)]
    pub(crate) state: StateArguments,
    /// Stop after this long and report what was seen: 30m, 1h
    #[arg(long, value_name = "TIME")]
    pub(crate) deadline: Option<Period>,
    /// Write a snapshot document of each bucket into this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) dump_snapshots: Option<PathBuf>,
    /// Tell transitions to a syslog receiver: local, unix:///PATH, udp://HOST, tcp://HOST, tls://HOST
    #[arg(long, value_name = "TARGET", help_heading = "Notices")]
    pub(crate) syslog: Vec<SyslogTarget>,
    /// Append transitions to a file of JSON lines
    #[arg(long, value_name = "PATH", help_heading = "Notices")]
    pub(crate) log_file: Vec<PathBuf>,
    /// Transitions to tell [default: opened,widened,changed]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "KINDS", help_heading = "Notices")]
    pub(crate) alert_on: Vec<AlertWord>,
}

/// What `check` takes.
#[derive(Args, Clone, Debug)]
pub(crate) struct CheckArguments {
    /// Policy or snapshot documents; `-` is standard input; of a folder, every .json file below it
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) document: DocumentArguments,
    /// Explain each finding instead of listing it
    #[arg(long, conflicts_with = "format")]
    pub(crate) explain: bool,
    #[command(flatten)]
    pub(crate) report: ReportArguments,
    #[command(flatten)]
    pub(crate) common: CommonArguments,
}

/// What a document does not say itself.
#[derive(Args, Clone, Debug)]
pub(crate) struct DocumentArguments {
    /// Bucket that a bare policy is attached to
    #[arg(long, value_name = "NAME")]
    pub(crate) bucket: Option<String>,
    /// Account that owns the bucket
    #[arg(long, value_name = "ID", value_parser = words::account)]
    pub(crate) account: Option<bucketwatch_policy::name::AccountId>,
    /// Organization of that account
    #[arg(long, value_name = "ID")]
    pub(crate) organization: Option<String>,
    /// Instant at which time conditions are judged [default: now]
    #[arg(long, value_name = "TIME", value_parser = words::instant)]
    pub(crate) at: Option<jiff::Timestamp>,
}

/// What `explain` takes.
#[derive(Args, Clone, Debug)]
pub(crate) struct ExplainArguments {
    /// A bucket of the account
    #[arg(required_unless_present = "file", conflicts_with = "file")]
    pub(crate) bucket_name: Option<String>,
    /// Explain a policy or snapshot document instead
    #[arg(long)]
    pub(crate) file: Option<PathBuf>,
    /// Ask CloudTrail's event history who opened it
    #[arg(long, conflicts_with = "file")]
    pub(crate) who: bool,
    #[command(flatten)]
    pub(crate) document: DocumentArguments,
    #[command(flatten)]
    pub(crate) aws: AwsArguments,
    #[command(flatten)]
    pub(crate) state: StateArguments,
    #[command(flatten)]
    pub(crate) common: CommonArguments,
}

/// What `status` takes.
#[derive(Args, Clone, Debug)]
pub(crate) struct StatusArguments {
    #[command(flatten)]
    pub(crate) report: ReportArguments,
    #[command(flatten)]
    pub(crate) state: StateArguments,
    #[command(flatten)]
    pub(crate) common: CommonArguments,
}

/// What `history` takes.
#[derive(Args, Clone, Debug)]
pub(crate) struct HistoryArguments {
    /// Only this bucket
    pub(crate) bucket_name: Option<String>,
    /// At most this many
    #[arg(long, default_value_t = 100, value_name = "COUNT")]
    pub(crate) limit: usize,
    /// Format
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: HistoryWord,
    #[command(flatten)]
    pub(crate) state: StateArguments,
    #[command(flatten)]
    pub(crate) common: CommonArguments,
}

/// What `demo` takes.
#[derive(Args, Clone, Debug)]
pub(crate) struct DemoArguments {
    #[command(flatten)]
    pub(crate) common: CommonArguments,
}

/// What `sandbox` takes.
#[derive(Args, Clone, Debug)]
pub(crate) struct SandboxArguments {
    /// Loopback address to listen on
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDRESS")]
    pub(crate) listen: std::net::SocketAddr,
    /// Serve this many generated buckets instead of the demonstration's
    #[arg(long, value_name = "COUNT")]
    pub(crate) buckets: Option<usize>,
    /// Take at least this long for each answer, in milliseconds
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
    pub(crate) latency_ms: u64,
    /// Seed of the generated buckets
    #[arg(long, default_value_t = 1, requires = "buckets")]
    pub(crate) seed: u64,
}

/// What `notify` does.
#[derive(Debug, Subcommand)]
pub(crate) enum NotifyCommand {
    /// Send one test notice through every notifier
    Test(NotifyArguments),
    /// Show what waits for each notifier and what was given up, and why
    List(NotifyArguments),
    /// Make dead letters due again and deliver
    Retry(NotifyArguments),
}

/// What the `notify` commands take.
#[derive(Args, Clone, Debug)]
pub(crate) struct NotifyArguments {
    /// Only this notifier
    #[arg(long, value_name = "NAME")]
    pub(crate) notifier: Option<String>,
    #[command(flatten)]
    pub(crate) state: StateArguments,
    #[command(flatten)]
    pub(crate) common: CommonArguments,
}

impl ReportArguments {
    /// Tells whether buckets of `verdict` are shown.
    pub(crate) fn shows(&self, verdict: Verdict) -> bool {
        match self.only.as_slice() {
            [] => self.format != FormatWord::Table || verdict != Verdict::NotPublic,
            only => only.contains(&VerdictWord(verdict)),
        }
    }
}
