//! Patterns as token lists: what a symbolic search can walk through.

use crate::pattern::{Part, Pattern};
use crate::reach::shape::{is_of_name, is_of_path};

/// One step of a [`Glob`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// Exactly this character.
    Char(char),
    /// This character in either case.
    Fold(char),
    /// Any one character.
    One,
    /// Any run of characters.
    Run,
    /// Any one character but a colon.
    OneInField,
    /// Any run of characters without a colon.
    RunInField,
    /// Any one character that names in IAM may have.
    OneOfName,
    /// Any run of such characters.
    RunOfName,
    /// Any one character that paths in IAM may have.
    OneOfPath,
    /// Any run of such characters.
    RunOfPath,
}

impl Token {
    /// Tells whether the token can consume `c`.
    pub(super) fn takes(self, c: char) -> bool {
        match self {
            Self::Char(wanted) => wanted == c,
            Self::Fold(wanted) => fold(wanted) == fold(c),
            Self::One | Self::Run => true,
            Self::OneInField | Self::RunInField => c != ':',
            Self::OneOfName | Self::RunOfName => is_of_name(c),
            Self::OneOfPath | Self::RunOfPath => is_of_path(c),
        }
    }

    /// Gives the token as policies spell it.
    fn spelled(self) -> char {
        match self {
            Self::Char(c) | Self::Fold(c) => c,
            run if run.is_run() => '*',
            _ => '?',
        }
    }

    /// Tells whether the token is a run, which may also be empty.
    pub(super) fn is_run(self) -> bool {
        matches!(self, Self::Run | Self::RunInField | Self::RunOfName | Self::RunOfPath)
    }
}

/// How an operator reads its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// `*` and `?` stand for themselves.
    Plain,
    /// The same, and case does not count.
    Folded,
    /// `*` and `?` are wildcards.
    Wild,
    /// Wildcards that stay within one of the first five fields of an ARN.
    Arn,
}

/// What stands for a policy variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Substitute {
    /// This text.
    Text(String),
    /// Any text: for an upper bound.
    Anything,
    /// Nothing: the pattern matches no value.
    Null,
}

/// A pattern that can be matched, walked and printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Glob(pub(super) Vec<Token>);

impl Glob {
    /// Gives the pattern that matches exactly `text`.
    pub(super) fn literal(text: &str) -> Self {
        Self(text.chars().map(Token::Char).collect())
    }

    /// Reads `*` and `?` of `text` as wildcards.
    pub(super) fn wild(text: &str) -> Self {
        Self(
            text.chars()
                .map(|c| match c {
                    '*' => Token::Run,
                    '?' => Token::One,
                    c => Token::Char(c),
                })
                .collect(),
        )
    }

    /// Takes `pattern` as `reading` has it; `None` where it can match nothing.
    ///
    /// *Source*: IAM user guide, "IAM JSON policy elements: Condition operators", Arn operators: each of the six
    /// fields is checked on its own, so a pattern with fewer matches no ARN.
    pub(super) fn compile(
        pattern: &Pattern,
        reading: Reading,
        substitute: &dyn Fn(&str, Option<&str>) -> Substitute,
    ) -> Option<Self> {
        let (glob, colons) = Self::of_parts("", &pattern.parts, reading, substitute)?;
        (reading != Reading::Arn || colons >= 5).then_some(glob)
    }

    /// Gives `head` with `parts` after it, and how many colons there are.
    fn of_parts(
        head: &str,
        parts: &[Part],
        reading: Reading,
        substitute: &dyn Fn(&str, Option<&str>) -> Substitute,
    ) -> Option<(Self, u32)> {
        let length = |part: &Part| if let Part::Literal(text) = part { text.len() } else { 1 };
        let room = head.len() + parts.iter().map(length).sum::<usize>();
        let mut writer = Writer { tokens: Vec::with_capacity(room), reading, colons: 0 };
        writer.text(head);
        for part in parts {
            match part {
                Part::Literal(text) => writer.text(text),
                Part::AnyRun => writer.run(),
                Part::AnyOne => writer.one(),
                Part::Variable { key, default } => match substitute(key, default.as_deref()) {
                    Substitute::Text(text) => writer.text(&text),
                    Substitute::Anything => writer.tokens.push(Token::Run),
                    Substitute::Null => return None,
                },
            }
        }
        Some((Self(writer.tokens), writer.colons))
    }

    /// Tells whether the pattern matches all of `text`: greedy, going back to the last run only.
    ///
    /// INVARIANT: runs that stop at a colon come before all that do not, and the colons between them pin each
    /// field, so the last run is the only one worth another try. Runs of names and paths are only walked.
    pub(super) fn matches(&self, text: &str) -> bool {
        let mut rest = text.chars();
        let mut at = 0;
        while let Some(Token::Char(wanted)) = self.0.get(at) {
            if rest.next() != Some(*wanted) {
                return false;
            }
            at += 1;
        }
        let mut retry: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            match self.0.get(at) {
                Some(Token::Run) if at + 1 == self.0.len() => return true,
                Some(token) if token.is_run() => {
                    retry = Some((at, rest.clone()));
                    at += 1;
                    continue;
                }
                None if rest.as_str().is_empty() => return true,
                Some(token) => {
                    if let Some(c) = rest.clone().next()
                        && token.takes(c)
                    {
                        rest.next();
                        at += 1;
                        continue;
                    }
                }
                None => {}
            }
            let Some((run, from)) = &mut retry else { return false };
            let taken = from.next();
            if !taken.zip(self.0.get(*run)).is_some_and(|(c, token)| token.takes(c)) {
                return false;
            }
            at = *run + 1;
            rest = from.clone();
        }
    }

    /// Gives what is left of `pattern` once it has matched `prefix`; nothing where it cannot.
    pub(super) fn beyond(
        pattern: &Pattern,
        prefix: &str,
        substitute: &dyn Fn(&str, Option<&str>) -> Substitute,
    ) -> Vec<Self> {
        let of = |head: &str, tail: &[Part]| Self::of_parts(head, tail, Reading::Wild, substitute);
        let (tail, prefix) = match pattern.parts.split_first() {
            Some((Part::Literal(head), tail)) => {
                if let Some(rest) = head.strip_prefix(prefix) {
                    return of(rest, tail).map(|(rest, _)| rest).into_iter().collect();
                }
                match prefix.strip_prefix(head.as_str()) {
                    Some(rest) if !tail.is_empty() => (tail, rest),
                    _ => return Vec::new(),
                }
            }
            _ => (pattern.parts.as_slice(), prefix),
        };
        of("", tail).map_or_else(Vec::new, |(glob, _)| glob.after(prefix))
    }

    /// Gives what is left of the pattern once it has matched `prefix`: several ways where runs overlap it.
    pub(super) fn after(&self, prefix: &str) -> Vec<Self> {
        let mut here = self.closed([0]);
        for c in prefix.chars() {
            let next = here.iter().filter_map(|at| {
                let token = self.0.get(*at)?;
                token.takes(c).then_some(if token.is_run() { *at } else { *at + 1 })
            });
            here = self.closed(next);
        }
        // A run also matches what comes before it and, being empty, what comes right after.
        let last_run = here.iter().rev().copied().find(|at| self.0.get(*at) == Some(&Token::Run));
        if let Some(run) = last_run {
            here.retain(|at| *at == run || *at > run + 1);
        }
        here.into_iter().filter_map(|at| self.0.get(at..).map(|rest| Self(rest.to_vec()))).collect()
    }

    /// Gives the positions with those that empty runs lead to, ascending.
    fn closed(&self, from: impl IntoIterator<Item = usize>) -> Vec<usize> {
        let mut all: Vec<usize> = Vec::new();
        for start in from {
            let mut at = start;
            loop {
                if !all.contains(&at) {
                    all.push(at);
                }
                if !self.0.get(at).is_some_and(|token| token.is_run()) {
                    break;
                }
                at += 1;
            }
        }
        all.sort_unstable();
        all
    }

    /// Gives a text that the pattern matches, `run` standing for each of its runs.
    pub(super) fn instance(&self, run: &str) -> String {
        let mut text = String::with_capacity(self.0.len());
        for token in &self.0 {
            match token {
                Token::Char(c) | Token::Fold(c) => text.push(*c),
                token if token.is_run() => text.push_str(run),
                _ => text.push('a'),
            }
        }
        text
    }

    /// Gives the pattern as policies spell it, after `prefix`.
    pub(super) fn spelled_after(&self, prefix: &str) -> String {
        let mut text = String::with_capacity(prefix.len() + self.0.len());
        text.push_str(prefix);
        text.extend(self.0.iter().map(|token| token.spelled()));
        text
    }

    /// Tells whether exactly one text matches.
    pub(super) fn is_literal(&self) -> bool {
        self.0.iter().all(|token| matches!(token, Token::Char(_)))
    }

    /// Tells whether every text matches.
    pub(super) fn is_everything(&self) -> bool {
        !self.0.is_empty() && self.0.iter().all(|token| *token == Token::Run)
    }
}

impl std::fmt::Display for Glob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        use std::fmt::Write as _;
        self.0.iter().try_for_each(|token| f.write_char(token.spelled()))
    }
}

/// Folds the case of one character as `StringEqualsIgnoreCase` does.
fn fold(c: char) -> char {
    c.to_ascii_lowercase()
}

/// Collects tokens and counts the fields of an ARN.
struct Writer {
    tokens: Vec<Token>,
    reading: Reading,
    colons: u32,
}

impl Writer {
    fn text(&mut self, text: &str) {
        for c in text.chars() {
            self.colons += u32::from(c == ':');
            self.tokens.push(if self.reading == Reading::Folded { Token::Fold(c) } else { Token::Char(c) });
        }
    }

    fn run(&mut self) {
        match self.reading {
            Reading::Plain | Reading::Folded => self.text("*"),
            Reading::Arn if self.colons < 5 => self.tokens.push(Token::RunInField),
            Reading::Wild | Reading::Arn => {
                if self.tokens.last() != Some(&Token::Run) {
                    self.tokens.push(Token::Run);
                }
            }
        }
    }

    fn one(&mut self) {
        match self.reading {
            Reading::Plain | Reading::Folded => self.text("?"),
            Reading::Arn if self.colons < 5 => self.tokens.push(Token::OneInField),
            Reading::Wild | Reading::Arn => self.tokens.push(Token::One),
        }
    }
}
