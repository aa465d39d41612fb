//! Text against a pattern: variables put in, wildcards tried, ARNs field by field.

use crate::catalogue;
use crate::pattern::{Part, Pattern};
use crate::request::Context;

/// One character of a pattern whose variables are resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// This character.
    Char(char),
    /// Any one character.
    One,
    /// Any run of characters.
    Run,
}

/// Tells whether the pattern, with the values of a request put in, matches all of `text`.
pub(super) fn names(pattern: &Pattern, context: &Context, text: &str) -> bool {
    match pattern.parts.as_slice() {
        [Part::Literal(whole)] => text == whole,
        [Part::Literal(start), Part::AnyRun] => text.starts_with(start.as_str()),
        // Most patterns and texts part at the very beginning.
        [Part::Literal(start), ..] if !text.starts_with(start.as_str()) => false,
        _ => resolve(pattern, context).is_some_and(|pattern| matches(&pattern, text)),
    }
}

/// Puts the values of a request into a pattern; `None` where a variable has none and no default, since such a
/// pattern matches nothing. What is put in stands for itself, wildcards included.
pub(super) fn resolve(pattern: &Pattern, context: &Context) -> Option<Vec<Token>> {
    let mut tokens = Vec::with_capacity(pattern.text.as_raw().len());
    for part in &pattern.parts {
        match part {
            Part::Literal(text) => tokens.extend(text.chars().map(Token::Char)),
            Part::AnyOne => tokens.push(Token::One),
            Part::AnyRun => tokens.push(Token::Run),
            Part::Variable { key, default } => {
                let value = single(key, context).or(default.as_deref())?;
                tokens.extend(value.chars().map(Token::Char));
            }
        }
    }
    Some(tokens)
}

/// Gives the value of a key as a variable: multi-valued keys cannot be one.
fn single<'a>(key: &str, context: &'a Context) -> Option<&'a str> {
    if catalogue::key(key).is_some_and(|fact| fact.many) {
        return None;
    }
    match context.get(key)? {
        [only] => Some(only),
        _ => None,
    }
}

/// Tells whether the pattern matches all of `text`.
pub(super) fn matches(pattern: &[Token], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    matches_chars(pattern, &text)
}

/// Tells whether the pattern matches all of the text: fixed characters at both ends are compared in place.
fn matches_chars(mut pattern: &[Token], mut text: &[char]) -> bool {
    while let [Token::Char(wanted), rest @ ..] = pattern {
        let [found, others @ ..] = text else { return false };
        if wanted != found {
            return false;
        }
        (pattern, text) = (rest, others);
    }
    while let [rest @ .., Token::Char(wanted)] = pattern {
        let [others @ .., found] = text else { return false };
        if wanted != found {
            return false;
        }
        (pattern, text) = (rest, others);
    }
    match pattern {
        [] => text.is_empty(),
        [Token::Run] => true,
        _ => ends_reached(pattern, text),
    }
}

/// Tells which prefixes of the text the pattern so far can end at, token by token; whether the whole is one of them.
fn ends_reached(pattern: &[Token], text: &[char]) -> bool {
    let mut reachable = vec![false; text.len() + 1];
    if let Some(start) = reachable.first_mut() {
        *start = true;
    }
    for token in pattern {
        reachable = match token {
            Token::Run => {
                let mut open = false;
                reachable
                    .iter()
                    .map(|here| {
                        open |= here;
                        open
                    })
                    .collect()
            }
            one => {
                let fits = |found: &char| match one {
                    Token::Char(wanted) => wanted == found,
                    _ => true,
                };
                let moved = reachable.iter().zip(text).map(|(here, found)| *here && fits(found));
                std::iter::once(false).chain(moved).collect()
            }
        };
    }
    reachable.last().copied().unwrap_or(false)
}

/// Tells whether two texts are the same but for case.
pub(super) fn equal_folded(pattern: &[Token], text: &str) -> bool {
    let wanted = pattern.iter().filter_map(|token| match token {
        Token::Char(c) => Some(*c),
        Token::One | Token::Run => None,
    });
    wanted.flat_map(char::to_lowercase).eq(text.chars().flat_map(char::to_lowercase))
}

/// Tells whether an ARN pattern matches the ARN `text`: six fields, each for itself; in the last one a colon is an
/// ordinary character. What has fewer fields is no ARN and matches nothing.
pub(super) fn matches_arn(pattern: &[Token], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let wanted: Vec<_> = pattern.splitn(6, |token| *token == Token::Char(':')).collect();
    let found: Vec<_> = text.splitn(6, |c| *c == ':').collect();
    let six = wanted.len() == 6 && found.len() == 6;
    six && wanted.iter().zip(found).all(|(wanted, found)| matches_chars(wanted, found))
}
