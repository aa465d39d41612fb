//! Text → [`Pattern`]: wildcards, escapes and policy variables.
//!
//! *Source*: IAM user guide, "IAM policy elements: Variables and tags".

use crate::pattern::{Part, Pattern};

/// What is special in a text, by the place where it stands.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// Whether `*` and `?` are wildcards.
    pub(super) wildcards: bool,
    /// Where `${…}` is read.
    pub(super) variables: Variables,
}

/// Where in a text `${…}` is a policy variable.
#[derive(Clone, Copy)]
pub(super) enum Variables {
    /// Nowhere: it is literal text.
    Nowhere,
    /// In the last of an ARN's six fields.
    InResourcePart,
    /// Everywhere.
    Everywhere,
}

/// Reads a pattern; every text is one.
pub(super) fn pattern(text: &str, place: Place) -> Pattern {
    let variables_from = match place.variables {
        Variables::Nowhere => text.len(),
        Variables::InResourcePart => resource_part(text),
        Variables::Everywhere => 0,
    };
    let mut parts = Parts::default();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if at >= variables_from
            && let Some((part, length)) = variable(rest)
        {
            parts.push(part);
            at += length;
        } else {
            at += parts.push_text(rest, place.wildcards);
        }
    }
    Pattern { text: text.into(), parts: parts.finish() }
}

/// Gives where the sixth field of an ARN starts; the end where the text has fewer fields.
fn resource_part(text: &str) -> usize {
    text.match_indices(':').nth(4).map_or(text.len(), |(colon, _)| colon + 1)
}

/// Reads `${…}` at the start of `text`, and gives its length in bytes.
fn variable(text: &str) -> Option<(Part, usize)> {
    let inside = text.strip_prefix("${")?;
    let end = closing_brace(inside)?;
    let body = inside.get(..end)?;
    let part = match body {
        "*" | "?" | "$" => Part::Literal(body.to_owned()),
        _ => named(body),
    };
    Some((part, end + "${}".len()))
}

/// Gives the first `}` that stands outside quotes.
fn closing_brace(inside: &str) -> Option<usize> {
    let mut quoted = false;
    inside.bytes().position(|byte| {
        quoted ^= byte == b'\'';
        byte == b'}' && !quoted
    })
}

/// Reads `key` or `key, 'default'`. A default without quotes is none: it becomes part of a key that nobody has.
fn named(body: &str) -> Part {
    let unquoted = |text: &str| text.trim().strip_prefix('\'')?.strip_suffix('\'').map(str::to_owned);
    if let Some((key, rest)) = body.split_once(',')
        && let Some(default) = unquoted(rest)
    {
        return Part::Variable { key: key.trim().to_ascii_lowercase(), default: Some(default) };
    }
    Part::Variable { key: body.trim().to_ascii_lowercase(), default: None }
}

/// Parts under construction: literals grow, runs of `*` are one.
#[derive(Default)]
struct Parts {
    done: Vec<Part>,
    literal: String,
}

impl Parts {
    fn push(&mut self, part: Part) {
        if let Part::Literal(text) = part {
            self.literal.push_str(&text);
            return;
        }
        self.flush();
        if part != Part::AnyRun || self.done.last() != Some(&Part::AnyRun) {
            self.done.push(part);
        }
    }

    /// Takes one wildcard, or the text up to the next special character, and gives its length in bytes.
    fn push_text(&mut self, rest: &str, wildcards: bool) -> usize {
        match rest.as_bytes().first() {
            Some(b'*') if wildcards => self.push(Part::AnyRun),
            Some(b'?') if wildcards => self.push(Part::AnyOne),
            _ => {
                let special = |byte: &u8| *byte == b'$' || wildcards && matches!(byte, b'*' | b'?');
                let end =
                    rest.bytes().skip(1).position(|byte| special(&byte)).map_or(rest.len(), |at| at + 1);
                self.literal.push_str(rest.get(..end).unwrap_or_default());
                return end;
            }
        }
        1
    }

    fn flush(&mut self) {
        if !self.literal.is_empty() {
            self.done.push(Part::Literal(std::mem::take(&mut self.literal)));
        }
    }

    fn finish(mut self) -> Vec<Part> {
        self.flush();
        self.done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str, wildcards: bool, variables: Variables) -> Vec<Part> {
        pattern(text, Place { wildcards, variables }).parts
    }

    fn literal(text: &str) -> Part {
        Part::Literal(text.into())
    }

    fn named(key: &str, default: Option<&str>) -> Part {
        Part::Variable { key: key.into(), default: default.map(Into::into) }
    }

    #[test]
    fn wildcards_count_only_in_their_place() {
        use Variables::Nowhere;
        assert_eq!(parts("a**b?", true, Nowhere), [literal("a"), Part::AnyRun, literal("b"), Part::AnyOne]);
        assert_eq!(parts("a**b?", false, Nowhere), [literal("a**b?")]);
        assert_eq!(parts("", true, Nowhere), []);
        assert_eq!(parts("ü*", true, Nowhere), [literal("ü"), Part::AnyRun]);
    }

    #[test]
    fn variables_have_defaults_and_escapes() {
        use Variables::Everywhere;
        assert_eq!(
            parts("x/${aws:UserName}", true, Everywhere),
            [literal("x/"), named("aws:username", None)]
        );
        assert_eq!(parts("${a:b, 'c}, d'}e", true, Everywhere), [named("a:b", Some("c}, d")), literal("e")]);
        assert_eq!(
            parts("${*}*${?}${$}{x}", true, Everywhere),
            [literal("*"), Part::AnyRun, literal("?${x}")]
        );
        assert_eq!(parts("${open", true, Everywhere), [literal("${open")]);
        assert_eq!(parts("$$x", true, Everywhere), [literal("$$x")]);
    }

    #[test]
    fn variables_are_read_in_the_resource_part_only() {
        use Variables::{InResourcePart, Nowhere};
        let arn = "arn:aws:${a}:::b/${a}";
        assert_eq!(parts(arn, true, InResourcePart), [literal("arn:aws:${a}:::b/"), named("a", None)]);
        assert_eq!(parts("${a}", true, InResourcePart), [literal("${a}")]);
        assert_eq!(parts(arn, true, Nowhere), [literal(arn)]);
    }
}
