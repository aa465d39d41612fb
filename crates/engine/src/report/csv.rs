//! CSV: one line for each exposure and each thing undetermined; a bucket without any has one line too.

use std::io::{self, Write};

use bucketwatch_policy::untrusted::Untrusted;

use super::wire::{AssessmentDocument, ErrorDocument, Exposure, TransitionDocument, Undetermined};
use super::{End, Report, sentence};
use crate::escape::csv_field;

const HEADER: &str = "source,account,region,bucket,verdict,finding,audience,audience_detail,access,path,statement,\
pointer,severity,resources,since,fingerprint,accepted_by,why";

/// Writes RFC 4180 with a header line.
pub struct Csv<W> {
    out: W,
    begun: bool,
}

/// The columns after the bucket's own.
#[derive(Default)]
struct Finding {
    kind: &'static str,
    audience: &'static str,
    audience_detail: String,
    access: String,
    path: &'static str,
    statement: Untrusted,
    pointer: String,
    severity: &'static str,
    resources: String,
    fingerprint: String,
    accepted_by: Untrusted,
    why: String,
}

impl<W: Write> Csv<W> {
    /// Starts on `out`.
    pub fn new(out: W) -> Self {
        Self { out, begun: false }
    }

    fn begin(&mut self) -> io::Result<()> {
        if !std::mem::replace(&mut self.begun, true) {
            write!(self.out, "{HEADER}\r\n")?;
        }
        Ok(())
    }

    fn line(&mut self, assessment: &AssessmentDocument, finding: Finding) -> io::Result<()> {
        let since = assessment.since.map(|since| since.to_string()).unwrap_or_default();
        let own = [
            assessment.source.clone(),
            assessment.account.as_ref().map_or("", |account| account.as_str()).into(),
            assessment.region.as_deref().unwrap_or_default().into(),
            assessment.bucket.clone().unwrap_or_default(),
            assessment.verdict.as_str().into(),
        ];
        let rest = [
            finding.kind.into(),
            finding.audience.into(),
            finding.audience_detail.into(),
            finding.access.into(),
            finding.path.into(),
            finding.statement,
            finding.pointer.into(),
            finding.severity.into(),
            finding.resources.into(),
            since.into(),
            finding.fingerprint.into(),
            finding.accepted_by,
            finding.why.into(),
        ];
        self.fields(own.iter().chain(&rest))
    }

    fn fields<'a>(&mut self, fields: impl Iterator<Item = &'a Untrusted>) -> io::Result<()> {
        let line = fields.map(csv_field).collect::<Vec<_>>().join(",");
        write!(self.out, "{line}\r\n")
    }
}

impl<W: Write> Report for Csv<W> {
    fn assessment(&mut self, assessment: &AssessmentDocument) -> io::Result<()> {
        self.begin()?;
        for exposure in &assessment.exposures {
            self.line(assessment, Finding::exposure(exposure))?;
        }
        for undetermined in &assessment.undetermined {
            self.line(assessment, Finding::undetermined(undetermined))?;
        }
        if assessment.exposures.is_empty() && assessment.undetermined.is_empty() {
            self.line(assessment, Finding::default())?;
        }
        Ok(())
    }

    fn error(&mut self, error: &ErrorDocument) -> io::Result<()> {
        self.begin()?;
        let mut why = error.error.as_raw().to_owned();
        if let Some(line) = error.line {
            why = format!("line {line}, column {}: {why}", error.column.unwrap_or(1));
        }
        let empty = Untrusted::default();
        let (kind, why) = ("error".into(), why.into());
        let fields = HEADER.split(',').map(|column| match column {
            "source" => &error.source,
            "finding" => &kind,
            "why" => &why,
            _ => &empty,
        });
        self.fields(fields)
    }

    fn transition(&mut self, _: &TransitionDocument) -> io::Result<()> {
        Ok(())
    }

    fn finish(&mut self, _: &End) -> io::Result<()> {
        self.begin()?;
        self.out.flush()
    }
}

impl Finding {
    fn exposure(exposure: &Exposure) -> Self {
        Self {
            kind: "exposure",
            audience: exposure.audience.as_str(),
            audience_detail: sentence::detail(&exposure.audience_detail).join(" "),
            access: exposure.access.iter().map(|access| access.as_str()).collect::<Vec<_>>().join(" "),
            path: exposure.path.as_str(),
            statement: exposure.statement.clone().unwrap_or_default(),
            pointer: exposure.pointer.clone(),
            severity: exposure.severity.as_str(),
            resources: exposure.resources.iter().map(Untrusted::as_raw).collect::<Vec<_>>().join(" "),
            fingerprint: exposure.fingerprint.clone(),
            accepted_by: exposure.accepted_by.clone().unwrap_or_default(),
            why: String::new(),
        }
    }

    fn undetermined(undetermined: &Undetermined) -> Self {
        let needs = undetermined.permission.as_ref().map(|permission| format!(" (needs {permission})"));
        let why = undetermined.why.as_raw();
        Self {
            kind: "undetermined",
            why: format!("{}: {why}{}", undetermined.what, needs.unwrap_or_default()),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn records(tell: impl FnOnce(&mut Csv<&mut Vec<u8>>)) -> Vec<Vec<String>> {
        let mut out = Vec::new();
        let mut report = Csv::new(&mut out);
        tell(&mut report);
        report.finish(&sample::end()).unwrap();
        let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(out.as_slice());
        reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn hostile_names_stay_in_their_fields_and_start_no_formula() {
        let records = records(|report| report.assessment(&sample::public()).unwrap());
        assert!(!records.is_empty());
        for field in records.iter().flatten() {
            assert!(!field.starts_with(['=', '+', '-', '@', '\t', '\r']), "{field}");
            assert!(!field.contains(['\u{1b}', '\n', '\r']), "{field}");
        }
    }

    #[test]
    fn errors_and_unknowns_have_lines_of_their_own() {
        let records = records(|report| {
            report.error(&sample::error()).unwrap();
            report.assessment(&sample::undetermined()).unwrap();
        });
        assert_eq!(records[0][5], "error");
        assert_eq!(records[0][17], "line 5, column 17: expected a value");
        assert_eq!(records[1][5], "undetermined");
        assert_eq!(records[1][17], "policy: AccessDenied (needs s3:GetBucketPolicy)");
    }
}
