//! The text of a statement or grant, and what in it opens the way.

use std::ops::Range;

use bucketwatch_policy::position::{line_column, position};

use super::Source;

/// A line longer than this is laid out anew.
const WIDE: usize = 120;

/// The text of one statement or grant.
pub(super) struct Place {
    /// The text, whole lines.
    pub(super) text: String,
    /// The number of its first line.
    pub(super) line: usize,
    /// Where it begins in what is stored, in words, if it was laid out anew and its lines count from 1.
    pub(super) laid_out_from: Option<String>,
    /// What to point at, the most telling first.
    pub(super) marks: Vec<Mark>,
}

/// A part of the text and what it does.
pub(super) struct Mark {
    pub(super) range: Range<usize>,
    pub(super) label: &'static str,
}

/// The elements that open a way, and what each does.
const TELLING: [(&str, &str); 8] = [
    ("Principal", "lets them in"),
    ("NotPrincipal", "lets in everybody else"),
    ("grantee", "lets them in"),
    ("Action", "lets them do this"),
    ("NotAction", "lets them do everything else"),
    ("permission", "lets them do this"),
    ("NotResource", "to everything else"),
    ("Condition", "the request below meets this"),
];

impl Place {
    /// Finds what `pointer` names. A policy may stand in its document as an object or as text.
    pub(super) fn find(source: Source<'_>, pointer: &str) -> Option<Self> {
        let (text, pointer) = holder(source, pointer)?;
        let range = position(&text, &pointer)?;
        let start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
        let end = text[range.end..].find('\n').map_or(text.len(), |at| range.end + at);
        let lines = &text[start..end];
        if lines.lines().all(|line| line.chars().count() <= WIDE) {
            let line = line_column(&text, start).line;
            let marks = marks(&text, &pointer, start);
            return Some(Self { text: lines.to_owned(), line, laid_out_from: None, marks });
        }
        let at = line_column(&text, range.start);
        let from = format!(
            "laid out for reading; as stored it begins at line {}, column {} (byte {})",
            at.line, at.column, range.start
        );
        let alone = laid_out(&text[range]);
        let marks = marks(&alone, "", 0);
        Some(Self { text: alone, line: 1, laid_out_from: Some(from), marks })
    }
}

/// Gives the text that holds `pointer` as JSON, and the pointer in it.
fn holder(source: Source<'_>, pointer: &str) -> Option<(String, String)> {
    let whole = format!("{}{pointer}", source.base);
    if position(source.text, &whole).is_some() {
        return Some((source.text.to_owned(), whole));
    }
    let at = whole.rfind("/policy/").map(|at| at + "/policy".len())?;
    let quoted = &source.text[position(source.text, &whole[..at])?];
    let text: String = serde_json::from_str(quoted).ok()?;
    Some((text, whole[at..].to_owned()))
}

fn marks(text: &str, pointer: &str, start: usize) -> Vec<Mark> {
    let mark = |(key, label): &(&str, &'static str)| {
        let range = position(text, &format!("{pointer}/{key}"))?;
        Some(Mark { range: range.start - start..range.end - start, label })
    };
    TELLING.iter().filter_map(mark).collect()
}

/// Lays JSON out with one member a line; texts and the order of members stay as they are.
fn laid_out(json: &str) -> String {
    let (mut out, mut depth, mut in_text, mut escaped) = (String::new(), 0usize, false, false);
    for c in json.chars() {
        if in_text {
            in_text = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            out.push(c);
            continue;
        }
        match c {
            '{' | '[' => {
                depth += 1;
                out.push(c);
                new_line(&mut out, depth);
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                new_line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                new_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c if c.is_whitespace() => {}
            _ => {
                in_text = c == '"';
                out.push(c);
            }
        }
    }
    out
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.push_str(&"  ".repeat(depth.min(20)));
}
