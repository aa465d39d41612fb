//! What bucketwatch says: documents, tables, explanations.
//!
//! A [`Report`] is told assessments, errors and transitions as they come, and writes them in one format. Everything
//! that it is told is a document of [`wire`]; nothing here knows a domain type.

pub mod csv;
pub mod exceptions;
pub mod explain;
pub mod history;
pub mod json;
pub mod jsonl;
#[cfg(test)]
pub(crate) mod sample;
pub mod sentence;
pub mod table;
pub mod threshold;
pub mod who;
pub mod wire;

use std::io::{self, Write};

use bucketwatch_policy::name::AccountId;
use jiff::Timestamp;

use self::threshold::Tally;
use self::wire::{AssessmentDocument, Coverage, ErrorDocument, TransitionDocument};

/// Takes what a command finds, in order, and writes it.
pub trait Report {
    /// Takes the judgement of a bucket.
    ///
    /// # Errors
    /// What the output gives; so do all methods.
    fn assessment(&mut self, assessment: &AssessmentDocument) -> io::Result<()>;

    /// Takes an input that could not be judged.
    fn error(&mut self, error: &ErrorDocument) -> io::Result<()>;

    /// Takes a change since the last scan; all of them follow the last assessment.
    fn transition(&mut self, transition: &TransitionDocument) -> io::Result<()>;

    /// Takes the end.
    fn finish(&mut self, end: &End) -> io::Result<()>;
}

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// When.
    pub finished_at: Timestamp,
    /// The accounts that were scanned.
    pub accounts: Vec<AccountId>,
    /// What was counted, shown or not.
    pub tally: Tally,
    /// What a scan saw.
    pub coverage: Coverage,
}

/// What is being reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Documents, judged offline.
    Check,
    /// An account.
    Scan {
        /// When the scan began.
        started_at: Timestamp,
        /// What it is compared with.
        compared: Compared,
    },
    /// What the state says.
    Status,
}

/// What a scan is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// The last scan of the account.
    LastScan,
    /// Nothing yet: it is the first whole scan of the account, which later ones are compared with.
    First,
    /// Nothing: it remembers nothing.
    Nothing,
}

/// A report format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// One JSON document a line.
    Jsonl,
    /// One line for each exposure, for spreadsheets.
    Csv,
}

/// How text for people looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Whether to colour.
    pub color: bool,
    /// How wide the terminal is, where there is one.
    pub width: Option<u16>,
}

impl Format {
    /// Starts a report on `subject` that writes to `out`.
    pub fn open<'a>(self, subject: Subject, out: Box<dyn Write + 'a>, look: Look) -> Box<dyn Report + 'a> {
        match (self, subject) {
            (Self::Table, _) => Box::new(table::Table::new(out, subject, look)),
            (Self::Json, Subject::Scan { started_at, .. }) => Box::new(json::ScanJson::new(out, started_at)),
            (Self::Json, _) => Box::new(json::ArrayJson::new(out)),
            (Self::Jsonl, _) => Box::new(jsonl::Jsonl::new(out)),
            (Self::Csv, _) => Box::new(csv::Csv::new(out)),
        }
    }
}
