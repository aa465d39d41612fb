//! `check`: judge documents offline.

use std::io::Write;

use anyhow::Result;
use bucketwatch_engine::exception::mark_seen;
use bucketwatch_engine::exit::Exit;
use bucketwatch_engine::report::explain::{Source, explain};
use bucketwatch_engine::report::threshold::{FailOn, Tally};
use bucketwatch_engine::report::wire::{AssessmentDocument, ErrorDocument, Origin};
use bucketwatch_engine::report::{End, Format, Look, Report, Subject};
use bucketwatch_exposure::exception::Exception;
use bucketwatch_ingest::document::{Options, Subject as Document, parse_input};
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;

use crate::cli::{CheckArguments, DocumentArguments, FormatWord};
use crate::input::Input;
use crate::output::{Output, tell};
use crate::settings;

/// What is said of documents beside what they say themselves.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    /// By the command line.
    pub(super) document: &'a DocumentArguments,
    /// By the configuration: what of them is accepted.
    pub(super) exceptions: &'a [Exception],
}

/// Runs the command.
pub(crate) fn run(arguments: &CheckArguments) -> Result<Exit> {
    let config = settings::load(arguments.common.config.as_deref())?;
    let fail_on = settings::fail_on(&arguments.report.fail_on, &config);
    let mut output = Output::open(arguments.report.output.as_deref())?;
    let look = output.look(arguments.common.color);
    let format = Format::from(arguments.report.format);
    let mut tally = Tally::default();
    let exceptions = settings::exceptions(&config, Timestamp::now())?;
    let said = Said { document: &arguments.document, exceptions: &exceptions };
    if arguments.explain {
        return explain_all((arguments, said), output, fail_on);
    }
    let mut report = format.open(Subject::Check, Box::new(&mut output), look);
    for path in &arguments.files {
        for input in Input::of(path) {
            judge(input, (arguments, said), report.as_mut(), &mut tally)?;
        }
    }
    let end =
        End { finished_at: Timestamp::now(), accounts: Vec::new(), tally, coverage: tally.coverage(0, 0) };
    report.finish(&end)?;
    drop(report);
    output.finish()?;
    Ok(tally.exit(fail_on))
}

/// Explains every input instead of listing it.
fn explain_all(
    (arguments, said): (&CheckArguments, Said<'_>),
    mut output: Output,
    fail_on: FailOn,
) -> Result<Exit> {
    let look = output.look(arguments.common.color);
    let mut tally = Tally::default();
    for input in arguments.files.iter().flat_map(|path| Input::of(path)) {
        match input.and_then(|input| explained(&input, said, look, &mut tally)) {
            Ok(text) => output.write_all(text.as_bytes())?,
            Err(error) => {
                tally.errors += 1;
                tell(&format!("bucketwatch: {}", sentence(&error)));
            }
        }
    }
    output.finish()?;
    Ok(tally.exit(fail_on))
}

fn judge(
    input: Result<Input, ErrorDocument>,
    (arguments, said): (&CheckArguments, Said<'_>),
    report: &mut dyn Report,
    tally: &mut Tally,
) -> Result<()> {
    match input.and_then(|input| assess(&input, said)) {
        Ok(assessments) => {
            for assessment in assessments {
                tally.add(&assessment);
                if arguments.report.shows(assessment.verdict) {
                    report.assessment(&assessment)?;
                }
            }
        }
        Err(error) => {
            tally.errors += 1;
            if arguments.report.format != FormatWord::Table {
                tell(&format!("bucketwatch: {}", sentence(&error)));
            }
            report.error(&error)?;
        }
    }
    Ok(())
}

/// Gives the judgement of every bucket of an input, in its order.
fn assess(input: &Input, said: Said<'_>) -> Result<Vec<AssessmentDocument>, ErrorDocument> {
    let text = input.read()?;
    Ok(judged(input, &text, said)?.into_iter().map(|(_, assessment)| assessment).collect())
}

/// Gives the judgement of every bucket that `text` describes, each with its place in it.
fn judged(
    input: &Input,
    text: &str,
    said: Said<'_>,
) -> Result<Vec<(String, AssessmentDocument)>, ErrorDocument> {
    let subjects = parse_input(text, &options(said.document)).map_err(|error| ErrorDocument {
        source: input.source(),
        error: Untrusted::new(error.problem.to_string()),
        line: Some(error.line),
        column: Some(error.column),
    })?;
    let at = said.document.at.unwrap_or_else(Timestamp::now);
    let document = |subject: Document| {
        let origin = Origin { source: input.source(), observed_at: subject.observed_at };
        let mut assessment = AssessmentDocument::new(origin, &subject.assess(at));
        mark_seen(&mut assessment.exposures, &subject.snapshot, None, said.exceptions, at);
        (subject.base, assessment)
    };
    Ok(subjects.into_iter().map(document).collect())
}

/// Gives the explanation of every bucket of an input, and counts them.
pub(super) fn explained(
    input: &Input,
    said: Said<'_>,
    look: Look,
    tally: &mut Tally,
) -> Result<String, ErrorDocument> {
    let text = input.read()?;
    let name = input.source();
    let mut out = String::new();
    for (base, assessment) in judged(input, &text, said)? {
        tally.add(&assessment);
        let source = Source { name: name.as_raw(), text: &text, base: &base };
        out.push_str(&explain(&assessment, source, look));
        out.push('\n');
    }
    Ok(out)
}

/// Gives what the command line says of documents.
fn options(said: &DocumentArguments) -> Options {
    Options {
        bucket: said.bucket.as_deref().map(Untrusted::new),
        account: said.account.clone(),
        organization: said.organization.clone(),
    }
}

/// Gives an error as a sentence with its place.
pub(super) fn sentence(error: &ErrorDocument) -> String {
    use bucketwatch_engine::escape::terminal;
    let place = error.line.map(|line| format!(":{line}:{}", error.column.unwrap_or(1))).unwrap_or_default();
    format!("{}{place}: {}", terminal(&error.source), terminal(&error.error))
}
