//! JSON lines: every assessment, error and transition is a document on a line of its own.

use std::io::{self, Write};

use serde::Serialize;

use super::wire::{AssessmentDocument, ErrorDocument, TransitionDocument};
use super::{End, Report};
use crate::escape::write_json;

/// Writes one document a line.
pub struct Jsonl<W> {
    out: W,
}

impl<W: Write> Jsonl<W> {
    /// Starts on `out`.
    pub fn new(out: W) -> Self {
        Self { out }
    }

    /// Takes a document.
    ///
    /// # Errors
    /// What the output gives.
    pub(super) fn line(&mut self, document: &impl Serialize) -> io::Result<()> {
        write_json(&mut self.out, document)?;
        self.out.write_all(b"\n")
    }
}

impl<W: Write> Report for Jsonl<W> {
    fn assessment(&mut self, assessment: &AssessmentDocument) -> io::Result<()> {
        self.line(assessment)
    }

    fn error(&mut self, error: &ErrorDocument) -> io::Result<()> {
        self.line(error)
    }

    fn transition(&mut self, transition: &TransitionDocument) -> io::Result<()> {
        self.line(transition)
    }

    fn finish(&mut self, _: &End) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn every_line_is_a_document_whatever_the_names_hold() {
        let mut out = Vec::new();
        let mut report = Jsonl::new(&mut out);
        report.assessment(&sample::public()).unwrap();
        report.transition(&sample::opened()).unwrap();
        report.error(&sample::error()).unwrap();
        report.finish(&sample::end()).unwrap();
        let text = String::from_utf8(out).unwrap();
        for (line, schema) in text.lines().zip(["assessment", "transition", "error"]) {
            sample::assert_valid(schema, &serde_json::from_str(line).unwrap());
        }
        assert_eq!(text.lines().count(), 3);
    }
}
