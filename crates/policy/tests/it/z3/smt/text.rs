//! Texts and patterns: a value is a known beginning and an unknown rest.

use std::collections::BTreeSet;

use serde_json::Value;

/// A text of the request: what it is known to begin with, and the solver's name of the rest.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    known: String,
    rest: Option<String>,
}

impl Word {
    /// Gives a text of which everything is known.
    pub(crate) fn fixed(known: &str) -> Self {
        Self { known: known.to_owned(), rest: None }
    }

    /// Gives a text that begins with `known` and goes on as the solver likes.
    pub(crate) fn open(known: &str, rest: &str) -> Self {
        Self { known: known.to_owned(), rest: Some(rest.to_owned()) }
    }

    /// Gives what it is known to begin with.
    pub(crate) fn known(&self) -> &str {
        &self.known
    }

    /// Gives the text without the first `bytes` bytes of what is known.
    pub(crate) fn without_known(&self, bytes: usize) -> Self {
        Self { known: self.known[bytes..].to_owned(), rest: self.rest.clone() }
    }

    /// Says that it is `text`.
    pub(crate) fn equals(&self, text: &str) -> String {
        match (&self.rest, text.strip_prefix(&self.known)) {
            (None, tail) => (tail == Some("")).to_string(),
            (Some(_), None) => "false".to_owned(),
            (Some(rest), Some(tail)) => format!("(= {rest} {})", quoted(tail)),
        }
    }

    /// Says that it is `text` but for case.
    pub(crate) fn equals_folded(&self, text: &str) -> String {
        let (start, tail) = text.split_at_checked(self.known.len()).unwrap_or((text, ""));
        match &self.rest {
            _ if !self.known.eq_ignore_ascii_case(start) => "false".to_owned(),
            None => tail.is_empty().to_string(),
            Some(rest) => format!("(str.in_re {rest} {})", either_case(tail)),
        }
    }
}

/// A pattern of the policy in which the value of at most one policy variable stands.
#[derive(Clone, Debug)]
pub(crate) enum Pattern {
    /// No variable is left in it.
    Plain {
        /// The text.
        text: String,
        /// Whether `*` and `?` are wildcards in it.
        wildcards: bool,
    },
    /// Text around a variable.
    Around {
        /// The literal text before it.
        before: String,
        /// The solver's name of its value.
        variable: String,
        /// The literal text after it.
        after: String,
        /// Whether a `*` stands at the end.
        open: bool,
        /// Says that there is a value.
        present: String,
    },
    /// A variable that this caller has no value of.
    Nothing,
}

impl Pattern {
    /// Says that the pattern matches `found`.
    pub(crate) fn like(&self, found: &Word) -> String {
        match self {
            Self::Nothing => "false".to_owned(),
            Self::Plain { text, wildcards: false } => found.equals(text),
            Self::Plain { text, wildcards: true } => glob(text, found),
            Self::Around { before, variable, after, open, present } => {
                let whole = format!("(str.++ {} {variable} {})", quoted(before), quoted(after));
                let value = match &found.rest {
                    None => quoted(&found.known),
                    Some(rest) => format!("(str.++ {} {rest})", quoted(&found.known)),
                };
                let test = if *open {
                    format!("(str.prefixof {whole} {value})")
                } else {
                    format!("(= {whole} {value})")
                };
                format!("(and {present} {test})")
            }
        }
    }
}

/// Says that a pattern with wildcards matches, the known beginning taken off both.
pub(crate) fn glob(pattern: &str, found: &Word) -> String {
    let Some(rest) = &found.rest else { return glob_matches(pattern, &found.known).to_string() };
    let mut left = BTreeSet::from([pattern.to_owned()]);
    for c in found.known.chars() {
        left = left.iter().flat_map(|pattern| after(pattern, c)).collect();
    }
    let each: Vec<String> = left.iter().map(|pattern| simplest(pattern, rest)).collect();
    any(&each)
}

/// Gives what is left of a pattern once it has matched one character.
fn after(pattern: &str, c: char) -> Vec<String> {
    let mut chars = pattern.chars();
    match chars.next() {
        Some('*') => {
            let mut left = vec![pattern.to_owned()];
            left.extend(after(chars.as_str(), c));
            left
        }
        Some(wanted) if wanted == '?' || wanted == c => vec![chars.as_str().to_owned()],
        _ => Vec::new(),
    }
}

/// Gives the simplest test that says what the pattern says of `rest`.
fn simplest(pattern: &str, rest: &str) -> String {
    let inner = pattern.trim_start_matches('*').trim_end_matches('*');
    if inner.contains(['*', '?']) {
        return format!("(str.in_re {rest} {})", regular(pattern));
    }
    let text = quoted(inner);
    match (pattern.starts_with('*'), pattern.ends_with('*')) {
        (true, _) if inner.is_empty() => "true".to_owned(),
        (true, true) => format!("(str.contains {rest} {text})"),
        (true, false) => format!("(str.suffixof {text} {rest})"),
        (false, true) => format!("(str.prefixof {text} {rest})"),
        (false, false) => format!("(= {rest} {text})"),
    }
}

fn regular(pattern: &str) -> String {
    let mut pieces = vec!["(str.to_re \"\")".to_owned(); 2];
    let mut literal = String::new();
    for c in pattern.chars().chain(['\0']) {
        if !matches!(c, '*' | '?' | '\0') {
            literal.push(c);
            continue;
        }
        if !literal.is_empty() {
            pieces.push(format!("(str.to_re {})", quoted(&std::mem::take(&mut literal))));
        }
        match c {
            '*' => pieces.push("re.all".to_owned()),
            '?' => pieces.push("re.allchar".to_owned()),
            _ => {}
        }
    }
    format!("(re.++ {})", pieces.join(" "))
}

fn either_case(text: &str) -> String {
    let mut pieces = vec!["(str.to_re \"\")".to_owned(); 2];
    for c in text.chars() {
        let lower = quoted(&c.to_ascii_lowercase().to_string());
        let upper = quoted(&c.to_ascii_uppercase().to_string());
        pieces.push(format!("(re.union (str.to_re {lower}) (str.to_re {upper}))"));
    }
    format!("(re.++ {})", pieces.join(" "))
}

/// Tells whether a pattern matches a whole text.
pub(crate) fn glob_matches(pattern: &str, text: &str) -> bool {
    match (pattern.chars().next(), text.chars().next()) {
        (None, None) => true,
        (Some('*'), found) => {
            glob_matches(&pattern[1..], text) || (found.is_some() && glob_matches(pattern, &text[1..]))
        }
        (Some('?'), Some(_)) => glob_matches(&pattern[1..], &text[1..]),
        (Some(a), Some(b)) => a == b && glob_matches(&pattern[1..], &text[1..]),
        _ => false,
    }
}

/// Writes a text as SMT-LIB does.
pub(crate) fn quoted(text: &str) -> String {
    assert!(text.is_ascii() && !text.contains('\\'), "the generator writes plain ASCII");
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// Says that one of several holds.
pub(crate) fn any(terms: &[String]) -> String {
    format!("(or false {})", terms.join(" "))
}

/// Gives the strings of a value that is one or a list of them.
pub(crate) fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::Array(list) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Value::String(text) => vec![text.clone()],
        _ => Vec::new(),
    }
}
