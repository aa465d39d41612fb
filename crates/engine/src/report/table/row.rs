//! One line of the table.

use crate::escape::{terminal, terminal_cell};
use crate::report::sentence;
use crate::report::wire::{AssessmentDocument, Exposure, Severity, Undetermined, Verdict};

/// Stands before a verdict that gets a colour. It is a private character, which no escaped text contains, and as wide
/// as the blank that takes its place.
const PAINT: char = '\u{e000}';

/// A row; rows sort as the table shows them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row {
    verdict: Verdict,
    severity: Option<Severity>,
    bucket: String,
    region: String,
    who: String,
    access: String,
    how: String,
    since: String,
}

impl Row {
    /// Gives the rows of a bucket: one for each exposure that makes it public, or for each thing undetermined. Other
    /// buckets have one row that says what stands open to outsiders who are named.
    pub(super) fn of(assessment: &AssessmentDocument) -> Vec<Self> {
        let row = Self::bare(assessment);
        let exposures: Vec<&Exposure> = match assessment.verdict {
            Verdict::Public => assessment.public_exposures().collect(),
            _ => Vec::new(),
        };
        let open = exposures.iter().map(|exposure| row.clone().exposed(exposure));
        let unknown = assessment.undetermined.iter().map(|what| row.clone().unknown(what));
        let rows: Vec<Self> = match assessment.verdict {
            Verdict::Public => open.collect(),
            Verdict::Undetermined => unknown.collect(),
            Verdict::NotPublic => Vec::new(),
        };
        if rows.is_empty() { vec![row] } else { rows }
    }

    fn bare(assessment: &AssessmentDocument) -> Self {
        let named = assessment.exposures.iter().map(sentence::who).collect::<Vec<_>>();
        Self {
            verdict: assessment.verdict,
            severity: None,
            bucket: assessment.bucket.as_ref().map_or_else(
                || format!("(any bucket of {})", terminal_cell(&assessment.source)),
                terminal_cell,
            ),
            region: assessment
                .region
                .as_deref()
                .map_or_else(String::new, |region| terminal_cell(&region.into())),
            who: if named.is_empty() { "nobody outside".to_owned() } else { sentence::few(&named, 2) },
            access: String::new(),
            how: String::new(),
            since: assessment
                .since
                .map(|since| since.strftime("%Y-%m-%d %H:%M").to_string())
                .unwrap_or_default(),
        }
    }

    fn exposed(mut self, exposure: &Exposure) -> Self {
        self.severity = Some(exposure.severity);
        self.who = sentence::who(exposure);
        self.access = sentence::access(&exposure.access);
        self.how = sentence::how(exposure);
        if let Some(by) = &exposure.accepted_by {
            self.how = format!("{} (accepted: {})", self.how, terminal_cell(by));
        }
        self
    }

    fn unknown(mut self, undetermined: &Undetermined) -> Self {
        self.who = match undetermined.exposures.iter().min_by_key(|exposure| exposure.audience) {
            Some(exposure) => format!("perhaps {}", sentence::who(exposure)),
            None => "unknown".to_owned(),
        };
        self.how = format!("{}: {}", undetermined.what, terminal(&undetermined.why));
        if let Some(permission) = &undetermined.permission {
            self.how = format!("{} (needs {permission})", self.how);
        }
        self
    }

    /// Gives the cells in the order of the header.
    pub(super) fn cells(&self) -> [String; 8] {
        let verdict = match self.verdict {
            Verdict::Public => format!("{PAINT}PUBLIC"),
            Verdict::Undetermined => format!("{PAINT}UNDETERMINED"),
            Verdict::NotPublic => "not public".to_owned(),
        };
        [
            self.bucket.clone(),
            self.region.clone(),
            verdict,
            self.who.clone(),
            self.access.clone(),
            self.how.clone(),
            self.severity.map_or("", Severity::as_str).to_owned(),
            self.since.clone(),
        ]
    }
}

/// Turns the marks of a laid-out table into colours, or into blanks.
pub(super) fn paint(table: &str, color: bool) -> String {
    let mut painted = table.to_owned();
    for (word, code) in [("PUBLIC", "1;31"), ("UNDETERMINED", "1;33")] {
        let shown = if color { format!("\u{1b}[{code}m{word}\u{1b}[0m ") } else { format!("{word} ") };
        painted = painted.replace(&format!("{PAINT}{word}"), &shown);
    }
    painted
}
