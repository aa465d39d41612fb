//! The history: transitions on their own, newest first.

use std::io::{self, Write};

use super::json::ArrayJson;
use super::jsonl::Jsonl;
use super::sentence::change;
use super::wire::TransitionDocument;
use super::{Format, Report as _};

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
                writeln!(out, "{at}  {kind:<14}  {bucket}  {meaning}")
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

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
