//! The documents that `check` judges: snapshots and bare policies.

mod policy;
mod snapshot;
mod write;

use bucketwatch_exposure::assess::assess;
use bucketwatch_exposure::assessment::Assessment;
use bucketwatch_exposure::snapshot::BucketSnapshot;
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::position::line_column;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;
use jsonc_parser::ast::Value;

use crate::json::{self, Complaint, Reading, complain, member};

pub use write::write_snapshot;

/// The longest document that is read.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

/// The `schema` of a snapshot document.
pub const SNAPSHOT_SCHEMA: &str = "bucketwatch.snapshot/1";

/// What the caller says of documents that do not say it themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The bucket of a bare policy.
    pub bucket: Option<Untrusted>,
    /// The account that owns the bucket.
    pub account: Option<AccountId>,
    /// The organization of that account.
    pub organization: Option<String>,
}

/// One bucket to judge, as a document describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// What is known of it.
    pub snapshot: BucketSnapshot,
    /// When it was looked at, where the document says so.
    pub observed_at: Option<Timestamp>,
    /// What kind of document it was.
    pub form: Form,
    /// The JSON pointer of this document in the input: empty, or `/3` for an element of an array.
    pub base: String,
}

/// The kinds of documents. Pointers of an assessment are relative to the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A snapshot: its policy stands under `/policy`.
    Snapshot,
    /// A bare policy: the document is the policy.
    BarePolicy,
}

/// Why a document cannot be judged, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem} at line {line}, column {column}")]
pub struct DocumentError {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Nothing but white space.
    #[error("the document is empty")]
    Empty,
    /// More than [`MAX_BYTES`].
    #[error("the document has {0} bytes, more than the {MAX_BYTES} that are read")]
    TooLong(usize),
    /// No JSON.
    #[error("this is no JSON: {0}")]
    Syntax(String),
    /// Neither a snapshot nor a policy.
    #[error("neither a snapshot (`schema`) nor a policy (`Statement`)")]
    NeitherSnapshotNorPolicy,
    /// A schema that this version does not know.
    #[error("schema {0:?} is not `{SNAPSHOT_SCHEMA}`, the only one that can be judged")]
    UnknownSchema(Untrusted),
    /// A key that the schema does not have.
    #[error("unknown key {key:?}{}", .nearest.map(|near| format!(", did you mean `{near}`?")).unwrap_or_default())]
    UnknownKey {
        /// The key.
        key: Untrusted,
        /// The one that was probably meant.
        nearest: Option<&'static str>,
    },
    /// A key that stands twice in one object.
    #[error("key {0:?} stands twice")]
    DuplicateKey(Untrusted),
    /// A key that must be there.
    #[error("key `{0}` is missing")]
    Missing(&'static str),
    /// A value of the wrong kind.
    #[error("expected {0}")]
    Expected(&'static str),
    /// A word that is not among those possible.
    #[error("{found:?} is not one of {possible}")]
    UnknownWord {
        /// The word.
        found: Untrusted,
        /// Those possible.
        possible: &'static str,
    },
    /// A bare policy that cannot be parsed.
    #[error("{0}")]
    Policy(String),
}

/// Gives every bucket that `text` describes: a snapshot, an array of snapshots, or a bare policy.
///
/// *Errors*: the first thing that is wrong, with its line and column. Nothing is skipped.
pub fn parse_input(text: &str, options: &Options) -> Result<Vec<Subject>, DocumentError> {
    read_input(text, options).map_err(|complaint| {
        let place = line_column(text, complaint.offset);
        DocumentError { line: place.line, column: place.column, problem: complaint.problem }
    })
}

fn read_input(text: &str, options: &Options) -> Reading<Vec<Subject>> {
    if text.len() > MAX_BYTES {
        return Err(Box::new(Complaint { offset: 0, problem: Problem::TooLong(text.len()) }));
    }
    let skipped = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let rest = text.get(skipped..).unwrap_or_default();
    read_values(rest, options).map_err(|mut complaint| {
        complaint.offset += skipped;
        complaint
    })
}

fn read_values(text: &str, options: &Options) -> Reading<Vec<Subject>> {
    match &json::parse(text)? {
        Value::Array(array) => {
            let numbered = array.elements.iter().enumerate();
            numbered.map(|(index, value)| subject(text, value, options, format!("/{index}"))).collect()
        }
        value => Ok(vec![subject(text, value, options, String::new())?]),
    }
}

fn subject(text: &str, value: &Value<'_>, options: &Options, base: String) -> Reading<Subject> {
    let Value::Object(object) = value else { return complain(value, Problem::NeitherSnapshotNorPolicy) };
    if member(object, "schema").is_some() {
        let (mut snapshot, observed_at) = snapshot::read(text, value)?;
        snapshot.account = snapshot.account.or_else(|| options.account.clone());
        snapshot.organization = snapshot.organization.or_else(|| options.organization.clone());
        return Ok(Subject { snapshot, observed_at, form: Form::Snapshot, base });
    }
    if member(object, "Statement").is_some() {
        let snapshot = policy::read(text, value, options)?;
        return Ok(Subject { snapshot, observed_at: None, form: Form::BarePolicy, base });
    }
    complain(value, Problem::NeitherSnapshotNorPolicy)
}

impl Subject {
    /// Gives the judgement at the instant `now`, with pointers into this document.
    pub fn assess(&self, now: Timestamp) -> Assessment {
        let judged = assess(&self.snapshot, now);
        match self.form {
            Form::Snapshot => judged,
            Form::BarePolicy => judged.relocated(|pointer| self.localize(pointer)),
        }
    }

    /// Gives a pointer that speaks of a snapshot as one into this document.
    fn localize(&self, pointer: &str) -> String {
        match self.form {
            Form::Snapshot => pointer.to_owned(),
            Form::BarePolicy => pointer.strip_prefix("/policy").unwrap_or(pointer).to_owned(),
        }
    }
}

#[cfg(test)]
mod tests;
