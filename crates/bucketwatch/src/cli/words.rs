//! The words that options take.

use bucketwatch_engine::config::AlertKind;
use bucketwatch_engine::report::Format;
use bucketwatch_engine::report::wire::Verdict;
use bucketwatch_policy::name::AccountId;
use clap::ValueEnum;
use clap::builder::PossibleValue;
use jiff::Timestamp;

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWord {
    #[default]
    Auto,
    Always,
    Never,
}

/// A job that needs permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum JobWord {
    /// Scan the account; also what `explain` and `watch` read
    Scan,
    /// What `explain --who` asks, beside what a scan reads
    Explain,
    /// Scan, and take events off queues
    Watch,
    /// Check a deployment: scan, and look at trails, rules and queues
    Doctor,
    /// Reach what the configuration's notifiers reach in AWS
    Notify,
    /// Keep the state in DynamoDB: the table that `--state` names, or every table
    State,
}

/// A report format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatWord {
    /// For people
    #[default]
    Table,
    /// One JSON document
    Json,
    /// One JSON document a line
    Jsonl,
    /// One line for each finding
    Csv,
}

impl From<FormatWord> for Format {
    fn from(word: FormatWord) -> Self {
        match word {
            FormatWord::Table => Self::Table,
            FormatWord::Json => Self::Json,
            FormatWord::Jsonl => Self::Jsonl,
            FormatWord::Csv => Self::Csv,
        }
    }
}

/// A format of the history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum HistoryWord {
    /// For people
    #[default]
    Table,
    /// An array of JSON documents
    Json,
    /// One JSON document a line
    Jsonl,
}

impl From<HistoryWord> for Format {
    fn from(word: HistoryWord) -> Self {
        match word {
            HistoryWord::Table => Self::Table,
            HistoryWord::Json => Self::Json,
            HistoryWord::Jsonl => Self::Jsonl,
        }
    }
}

/// A verdict, spelt as in documents; `-` does for `_`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct VerdictWord(pub(crate) Verdict);

impl ValueEnum for VerdictWord {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self(Verdict::Public), Self(Verdict::Undetermined), Self(Verdict::NotPublic)]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let value = PossibleValue::new(self.0.as_str());
        Some(if self.0 == Verdict::NotPublic { value.alias("not-public") } else { value })
    }
}

/// What the exit code speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailWord {
    /// Public buckets give 10
    Public,
    /// Undetermined buckets give 3
    Undetermined,
    /// Neither
    None,
}

/// A kind of transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AlertWord(pub(crate) AlertKind);

impl ValueEnum for AlertWord {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [AlertWord; 8] = [
            AlertWord(AlertKind::Opened),
            AlertWord(AlertKind::Widened),
            AlertWord(AlertKind::Narrowed),
            AlertWord(AlertKind::Changed),
            AlertWord(AlertKind::Closed),
            AlertWord(AlertKind::LostSight),
            AlertWord(AlertKind::RegainedSight),
            AlertWord(AlertKind::Deleted),
        ];
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.as_str()))
    }
}

/// Reads an account id.
pub(crate) fn account(text: &str) -> Result<AccountId, &'static str> {
    AccountId::parse(text).ok_or("an account id has twelve digits")
}

/// Reads an instant.
pub(crate) fn instant(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| "write it as 2026-11-22T06:00:00Z".to_owned())
}
