//! The history: transitions on their own, newest first.

use std::io::{self, Write};

use super::json::ArrayJson;
use super::jsonl::Jsonl;
use super::sentence::change;
use super::wire::{CauseDocument, DeedDocument, TransitionDocument};
use super::{Format, Report as _};
use crate::escape::terminal_cell;

/// Writes transitions as they come.
pub struct History<W: Write>(Form<W>);

enum Form<W: Write> {
    Lines { out: W, any: bool },
    Array(ArrayJson<W>),
    Jsonl(Jsonl<W>),
}

impl<W: Write> History<W> {
    /// Starts on `out`; [`Format::Csv`] gives lines for people too.
    pub fn new(out: W, format: Format) -> Self {
        Self(match format {
            Format::Table | Format::Csv => Form::Lines { out, any: false },
            Format::Json => Form::Array(ArrayJson::new(out)),
            Format::Jsonl => Form::Jsonl(Jsonl::new(out)),
        })
    }

    /// Takes a transition.
    ///
    /// # Errors
    /// What the output gives.
    pub fn transition(&mut self, transition: &TransitionDocument) -> io::Result<()> {
        match &mut self.0 {
            Form::Array(array) => array.transition(transition),
            Form::Jsonl(lines) => lines.transition(transition),
            Form::Lines { out, any } => {
                *any = true;
                let [kind, bucket, meaning] = change(transition);
                let at = transition.at.strftime("%Y-%m-%d %H:%M:%S");
                let who = who(transition);
                writeln!(out, "{at}  {kind:<14}  {bucket}  {meaning}{who}")
            }
        }
    }

    /// Takes the end.
    ///
    /// # Errors
    /// What the output gives.
    pub fn finish(self) -> io::Result<()> {
        match self.0 {
            Form::Array(array) => array.end(),
            Form::Jsonl(_) => Ok(()),
            Form::Lines { mut out, any } => {
                if !any {
                    writeln!(out, "Nothing changed yet.")?;
                }
                out.flush()
            }
        }
    }
}

/// Gives who did it: as its event says, or as events said that came after the scan that found it.
fn who(transition: &TransitionDocument) -> String {
    let shown = |text: &Option<_>| text.as_ref().map(terminal_cell).unwrap_or_default();
    match (&transition.cause, &transition.learned[..]) {
        (CauseDocument::Event { actor: Some(actor), agent, .. }, _) => {
            let agent = shown(agent);
            let with = if agent.is_empty() { agent } else { format!(" with {agent}") };
            format!("; by {}{with}", terminal_cell(actor))
        }
        (CauseDocument::Operator { by, .. }, _) => format!("; by {}", terminal_cell(by)),
        (_, [DeedDocument { actor, name, at, .. }, ..]) => {
            let (actor, name) = (shown(actor), terminal_cell(name));
            let at = at.strftime("%Y-%m-%d %H:%M:%S");
            format!("; by {actor} ({name} at {at}), as an event told later")
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn who_did_it_is_said_also_where_the_event_came_after_the_scan() {
        let deed = || DeedDocument {
            event: "e-1".to_owned(),
            name: "PutBucketPolicy".into(),
            at: "2026-11-22T05:00:00Z".parse().unwrap(),
            actor: Some("IAM user ann".into()),
            agent: None,
            address: None,
        };
        let cause = CauseDocument::Scan { run: "r".to_owned() };
        let found = TransitionDocument { cause, learned: vec![deed()], ..sample::opened() };
        assert_eq!(
            who(&found),
            "; by IAM user ann (PutBucketPolicy at 2026-11-22 05:00:00), as an event told later"
        );
        assert_eq!(who(&TransitionDocument { learned: Vec::new(), ..found }), "");
    }

    fn written(format: Format, transitions: usize) -> String {
        let mut out = Vec::new();
        let mut history = History::new(&mut out, format);
        (0..transitions).for_each(|_| history.transition(&sample::opened()).unwrap());
        history.finish().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_transition_is_a_line_whatever_its_names_hold() {
        let text = written(Format::Table, 2);
        assert_eq!(text.lines().count(), 2);
        assert!(text.starts_with("2026-11-22 06:00:00  opened  "), "{text}");
        assert_eq!(written(Format::Table, 0), "Nothing changed yet.\n");
    }

    #[test]
    fn the_array_is_whole() {
        for count in [0, 1, 2] {
            let array: Vec<serde_json::Value> = serde_json::from_str(&written(Format::Json, count)).unwrap();
            assert_eq!(array.len(), count);
        }
    }
}
