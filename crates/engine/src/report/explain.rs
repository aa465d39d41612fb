//! `explain`: every way in and every block of a bucket, with the text that opens it and what would close it.

mod closing;
mod considered;
mod place;
mod proof;

use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::wire::{AssessmentDocument, Exposure, Latent, Verdict};
use super::{Look, sentence};
use crate::escape::{terminal, terminal_cell, terminal_source};
use place::Place;

pub(crate) use proof::command as proof_command;

/// The document that an assessment speaks of.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// What the reader calls it: a file name, or the bucket.
    pub name: &'a str,
    /// Its text.
    pub text: &'a str,
    /// The JSON pointer of the judged document in it: empty, or `/3` for an element of an array.
    pub base: &'a str,
}

/// Gives the explanation of `assessment`, whose pointers speak of `source`.
pub fn explain(assessment: &AssessmentDocument, source: Source<'_>, look: Look) -> String {
    let bucket = assessment.bucket.as_ref().map_or_else(|| "any bucket".to_owned(), terminal_cell);
    let verdict = assessment.verdict.as_str().replace('_', " ");
    let mut out = format!("{bucket}: {verdict}\n");
    for exposure in &assessment.exposures {
        out.push_str(&way_in(exposure, assessment, source, look));
    }
    for undetermined in &assessment.undetermined {
        let needs = undetermined.permission.as_ref().map(|action| format!("; reading it needs {action}"));
        let why = terminal(&undetermined.why);
        let _ = writeln!(out, "\nundetermined: {}: {why}{}", undetermined.what, needs.unwrap_or_default());
        for exposure in &undetermined.exposures {
            let _ = writeln!(out, "  it decides whether this is open:");
            out.push_str(&way_in(exposure, assessment, source, look));
        }
    }
    out.push_str(&held(assessment, source, look));
    for grant in &assessment.ineffective {
        let _ = writeln!(
            out,
            "\nwithout effect: {} at {}: {}",
            grant.actions.join(", "),
            terminal(&grant.pointer.as_str().into()),
            terminal(&grant.why.as_str().into())
        );
    }
    if assessment.verdict == Verdict::NotPublic
        && assessment.exposures.is_empty()
        && assessment.latent.is_empty()
    {
        let _ = writeln!(out, "\nNothing grants anything to anybody outside the account.");
    }
    out
}

/// Gives one way in: its text, the Denies that do not stop it, the proof, what closes it.
fn way_in(exposure: &Exposure, assessment: &AssessmentDocument, source: Source<'_>, look: Look) -> String {
    let title = format!("{} can {}", sentence::who(exposure), sentence::access(&exposure.access));
    let mut out = format!("\n{}\n", snippet(&title, exposure, source, look));
    let on = exposure.resources.iter().map(terminal_cell).collect::<Vec<_>>();
    let _ = writeln!(out, "  what: {} on {}", sentence::few(&exposure.actions, 6), sentence::few(&on, 4));
    if !exposure.resources_except.is_empty() {
        let except = exposure.resources_except.iter().map(terminal_cell).collect::<Vec<_>>();
        let _ = writeln!(out, "  except: {}", sentence::few(&except, 4));
    }
    if let Some(by) = &exposure.accepted_by {
        let by = terminal_cell(by);
        let _ =
            writeln!(out, "  accepted: by the exception {by} (`bucketwatch accept --list` says whose it is)");
    }
    if !exposure.notes.is_empty() {
        let notes = exposure.notes.iter().map(terminal_cell).collect::<Vec<_>>();
        let _ = writeln!(out, "  note: {}", notes.join(", "));
    }
    for deny in considered::denies(source, exposure.witness.as_ref()) {
        let _ = writeln!(out, "  Deny considered, does not stop the request below: {deny}");
    }
    for line in proof::lines(exposure, assessment.region.as_deref()) {
        let _ = writeln!(out, "  {line}");
    }
    for line in closing::lines(exposure, assessment) {
        let _ = writeln!(out, "  {line}");
    }
    out
}

/// Gives what only blocks hold shut, and what one change would open it.
fn held(assessment: &AssessmentDocument, source: Source<'_>, look: Look) -> String {
    let mut out = String::new();
    for latent in &assessment.latent {
        match latent {
            Latent::Unknown(unknown) => {
                let _ = writeln!(
                    out,
                    "\nunknown: what the stored {} would grant: AWS does not show it while {} ignores it",
                    sentence::path(unknown.path),
                    blocks(&unknown.held_by)
                );
            }
            Latent::Known { exposure, held_by } => {
                let title = format!(
                    "shut now; {} could {}",
                    sentence::who(exposure),
                    sentence::access(&exposure.access)
                );
                let _ = writeln!(out, "\n{}", snippet(&title, exposure, source, look));
                let _ = writeln!(out, "  held shut by: {}", blocks(held_by));
                match held_by.as_slice() {
                    [one] => {
                        let one = blocks(std::slice::from_ref(one));
                        let _ = writeln!(out, "  one change opens it: taking away {one}");
                    }
                    _ => {
                        let _ = writeln!(out, "  it opens when all of them are gone");
                    }
                }
            }
        }
    }
    out
}

/// Gives blocks in words.
fn blocks(held_by: &[String]) -> String {
    let word = |block: &String| match block.split(':').collect::<Vec<_>>().as_slice() {
        ["block_public_access", level, flag] => format!("{flag} of the {}", level.replace('_', " ")),
        ["ownership", mode] => format!("Object Ownership {mode}"),
        ["deny", pointer] => format!("the Deny at {}", terminal(&(*pointer).into())),
        _ => terminal(&block.as_str().into()),
    };
    held_by.iter().map(word).collect::<Vec<_>>().join(", ")
}

/// Gives the text of the statement or grant with a caret under what opens it.
fn snippet(title: &str, exposure: &Exposure, source: Source<'_>, look: Look) -> String {
    let level = Level::ERROR.with_name(exposure.severity.as_str());
    let renderer = if look.color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(usize::from(look.width.unwrap_or(140)));
    let how = sentence::how(exposure);
    let title = format!("{title} by {how}");
    let Some(place) = Place::find(source, &exposure.pointer) else {
        return renderer.render(&[level.primary_title(title).element(
            Level::NOTE
                .message(format!("{} is not in the text", terminal(&exposure.pointer.as_str().into()))),
        )]);
    };
    let (text, ranges) = terminal_source(&place.text);
    let annotations = place.marks.iter().enumerate().map(|(index, mark)| {
        let kind = if index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        kind.span(ranges.map(mark.range.clone())).label(mark.label)
    });
    let snippet = Snippet::source(text).line_start(place.line).fold(false).annotations(annotations);
    let name = terminal(&source.name.into());
    let group = level.primary_title(title);
    let group = match place.laid_out_from {
        None => group.element(snippet.path(name)),
        // A path would be followed by a line of the text as it is laid out, which is no line of the document.
        Some(from) => group.element(snippet).element(Level::NOTE.message(format!("{name}: {from}"))),
    };
    renderer.render(&[group])
}

#[cfg(test)]
mod tests;
