//! What is wrong with a configuration file, and where.

use std::fmt;

use crate::escape::terminal;

/// The least likeness at which a known key is taken for the one that was meant.
const ALIKE: f64 = 0.7;

/// What is wrong with a configuration file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// Line and column, from 1.
    pub place: Option<(usize, usize)>,
    /// What is wrong, safe to show.
    pub message: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((line, column)) = self.place {
            write!(f, "line {line}, column {column}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl ConfigError {
    /// Gives an error of the file as a whole.
    pub(super) fn named(message: impl Into<String>) -> Self {
        Self { place: None, message: message.into() }
    }

    /// Gives an error of what stands at the byte `offset` of `text`.
    pub(super) fn at(text: &str, offset: usize, message: impl Into<String>) -> Self {
        Self { place: Some(place(text, offset)), message: message.into() }
    }

    /// Gives the error that `name`, at `offset`, is none of `known`.
    pub(super) fn unknown_notifier(text: &str, offset: usize, name: &str, known: &[String]) -> Self {
        let shown = terminal(&name.into());
        let likeness = |candidate: &str| strsim::jaro_winkler(name, candidate);
        let nearest = known.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
        let hint = match nearest {
            Some(nearest) if likeness(nearest) >= ALIKE => {
                format!("did you mean `{}`?", terminal(&nearest.as_str().into()))
            }
            Some(_) => format!("the file has `{}`", terminal(&known.join("`, `").into())),
            None => "the file has none".to_owned(),
        };
        Self::at(text, offset, format!("no notifier is called `{shown}`; {hint}"))
    }

    /// Puts the parser's error into our words.
    pub(super) fn of(text: &str, error: &toml::de::Error) -> Self {
        let place = error.span().map(|span| place(text, span.start));
        let message = error.message().lines().collect::<Vec<_>>().join("; ");
        let message = unknown_key(&message).unwrap_or(message);
        Self { place, message: terminal(&message.into()) }
    }
}

pub(super) fn place(text: &str, offset: usize) -> (usize, usize) {
    let at = bucketwatch_policy::position::line_column(text, offset);
    (at.line, at.column)
}

/// Reads serde's words for an unknown key ("unknown field `a`, expected one of `b`, `c`").
fn unknown_key(message: &str) -> Option<String> {
    let rest = message.strip_prefix("unknown field `")?;
    let (key, rest) = rest.rsplit_once("`, expected")?;
    let known: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
    let likeness = |candidate: &str| strsim::jaro_winkler(key, candidate);
    let nearest = known.iter().copied().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    Some(if likeness(nearest) >= ALIKE {
        format!("unknown key `{key}`; did you mean `{nearest}`?")
    } else {
        format!("unknown key `{key}`; known are `{}`", known.join("`, `"))
    })
}
