//! JSON: the array of `check`, the streamed document of `scan`.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use super::wire::{AssessmentDocument, ErrorDocument, TransitionDocument};
use super::{End, Report};
use crate::escape::write_json;

/// Writes an array of documents, each on a line of its own.
pub struct ArrayJson<W> {
    out: W,
    any: bool,
}

impl<W: Write> ArrayJson<W> {
    /// Starts an array on `out`.
    pub fn new(out: W) -> Self {
        Self { out, any: false }
    }

    /// Closes the array where there is no [`End`] to tell.
    ///
    /// # Errors
    /// What the output gives.
    pub fn end(mut self) -> io::Result<()> {
        self.close()
    }

    fn close(&mut self) -> io::Result<()> {
        self.out.write_all(if self.any { b"\n]\n" } else { b"[]\n" })?;
        self.out.flush()
    }

    /// Takes an element.
    ///
    /// # Errors
    /// What the output gives.
    pub(super) fn element(&mut self, element: &impl Serialize) -> io::Result<()> {
        self.out.write_all(if self.any { b",\n" } else { b"[\n" })?;
        self.any = true;
        write_json(&mut self.out, element)
    }
}

impl<W: Write> Report for ArrayJson<W> {
    fn assessment(&mut self, assessment: &AssessmentDocument) -> io::Result<()> {
        self.element(assessment)
    }

    fn error(&mut self, error: &ErrorDocument) -> io::Result<()> {
        self.element(error)
    }

    fn transition(&mut self, transition: &TransitionDocument) -> io::Result<()> {
        self.element(transition)
    }

    fn finish(&mut self, _: &End) -> io::Result<()> {
        self.close()
    }
}

/// Writes `bucketwatch.scan/1` as it comes, so that memory does not grow with the account.
pub struct ScanJson<W> {
    out: W,
    started_at: Timestamp,
    part: Part,
}

/// How far the document is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Nothing,
    Assessments { any: bool },
    Transitions { any: bool },
}

impl<W: Write> ScanJson<W> {
    /// Starts a document on `out`.
    pub fn new(out: W, started_at: Timestamp) -> Self {
        Self { out, started_at, part: Part::Nothing }
    }

    fn begin_assessments(&mut self) -> io::Result<()> {
        if self.part == Part::Nothing {
            write!(
                self.out,
                r#"{{"schema":"bucketwatch.scan/1","started_at":"{}","assessments":["#,
                self.started_at
            )?;
            self.part = Part::Assessments { any: false };
        }
        Ok(())
    }

    fn begin_transitions(&mut self) -> io::Result<()> {
        self.begin_assessments()?;
        if matches!(self.part, Part::Assessments { .. }) {
            self.out.write_all(b"\n],\"transitions\":[")?;
            self.part = Part::Transitions { any: false };
        }
        Ok(())
    }

    fn element(&mut self, element: &impl Serialize) -> io::Result<()> {
        let (Part::Assessments { any } | Part::Transitions { any }) = &mut self.part else { return Ok(()) };
        self.out.write_all(if *any { b",\n" } else { b"\n" })?;
        *any = true;
        write_json(&mut self.out, element)
    }
}

impl<W: Write> Report for ScanJson<W> {
    fn assessment(&mut self, assessment: &AssessmentDocument) -> io::Result<()> {
        self.begin_assessments()?;
        self.element(assessment)
    }

    fn error(&mut self, error: &ErrorDocument) -> io::Result<()> {
        self.begin_assessments()?;
        self.element(error)
    }

    fn transition(&mut self, transition: &TransitionDocument) -> io::Result<()> {
        self.begin_transitions()?;
        self.element(transition)
    }

    fn finish(&mut self, end: &End) -> io::Result<()> {
        self.begin_transitions()?;
        self.out.write_all(b"\n],\"accounts\":")?;
        write_json(&mut self.out, &end.accounts)?;
        self.out.write_all(b",\"coverage\":")?;
        write_json(&mut self.out, &end.coverage)?;
        writeln!(self.out, ",\"finished_at\":\"{}\"}}", end.finished_at)?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::report::wire::ScanDocument;

    fn scanned(assessments: usize, transitions: usize) -> ScanDocument {
        let mut out = Vec::new();
        let mut report = ScanJson::new(&mut out, sample::instant());
        for _ in 0..assessments {
            report.assessment(&sample::public()).unwrap();
        }
        for _ in 0..transitions {
            report.transition(&sample::opened()).unwrap();
        }
        report.finish(&sample::end()).unwrap();
        let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
        sample::assert_valid("scan", &value);
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn the_streamed_document_is_whole_however_much_is_in_it() {
        for (assessments, transitions) in [(0, 0), (1, 0), (0, 1), (3, 2)] {
            let document = scanned(assessments, transitions);
            assert_eq!(document.assessments.len(), assessments);
            assert_eq!(document.transitions.len(), transitions);
        }
        assert_eq!(scanned(1, 1).assessments, [sample::public()]);
    }

    #[test]
    fn check_prints_an_array_in_the_order_of_its_inputs() {
        let mut out = Vec::new();
        let mut report = ArrayJson::new(&mut out);
        report.assessment(&sample::public()).unwrap();
        report.error(&sample::error()).unwrap();
        report.assessment(&sample::undetermined()).unwrap();
        report.finish(&sample::end()).unwrap();
        let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
        sample::assert_valid("check", &value);
        let schemas: Vec<_> = value.as_array().unwrap().iter().map(|element| &element["schema"]).collect();
        assert_eq!(schemas, ["bucketwatch.assessment/1", "bucketwatch.error/1", "bucketwatch.assessment/1"]);
    }

    #[test]
    fn nothing_to_check_is_an_empty_array() {
        let mut out = Vec::new();
        ArrayJson::new(&mut out).finish(&sample::end()).unwrap();
        assert_eq!(out, b"[]\n");
    }
}
