//! Reading JSON values so that every complaint knows its place.

use bucketwatch_exposure::observed::{Observed, Unreadable};
use bucketwatch_policy::untrusted::Untrusted;
use jsonc_parser::ast::{Object, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use crate::document::Problem;

/// A complaint and the byte where it arises.
#[derive(Debug)]
pub(crate) struct Complaint {
    pub(crate) offset: usize,
    pub(crate) problem: Problem,
}

/// What a reader gives.
pub(crate) type Reading<T> = Result<T, Box<Complaint>>;

/// Gives the value that `text` spells, by the letter of RFC 8259: no comments, no trailing commas.
pub(crate) fn parse(text: &str) -> Reading<Value<'_>> {
    let strict = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed = parse_to_ast(text, &CollectOptions::default(), &strict).map_err(|error| {
        let problem = Problem::Syntax(error.kind().to_string().to_lowercase());
        Box::new(Complaint { offset: error.range().start, problem })
    })?;
    parsed.value.ok_or_else(|| Box::new(Complaint { offset: 0, problem: Problem::Empty }))
}

/// Gives the complaint `problem` about `place`.
pub(crate) fn complain<T>(place: &impl Ranged, problem: Problem) -> Reading<T> {
    Err(Box::new(Complaint { offset: place.start(), problem }))
}

/// Gives an object of which every key is one of `keys` and stands once.
pub(crate) fn object<'v, 't>(value: &'v Value<'t>, keys: &[&'static str]) -> Reading<&'v Object<'t>> {
    let Value::Object(object) = value else { return complain(value, Problem::Expected("an object")) };
    for (index, property) in object.properties.iter().enumerate() {
        let name = property.name.as_str();
        if !keys.contains(&name) {
            let nearest = nearest(name, keys);
            return complain(property, Problem::UnknownKey { key: name.into(), nearest });
        }
        if object.properties.iter().take(index).any(|earlier| earlier.name.as_str() == name) {
            return complain(property, Problem::DuplicateKey(name.into()));
        }
    }
    Ok(object)
}

/// Gives the value under `key`, if any.
pub(crate) fn member<'v, 't>(object: &'v Object<'t>, key: &str) -> Option<&'v Value<'t>> {
    object.properties.iter().find(|property| property.name.as_str() == key).map(|property| &property.value)
}

/// Gives the value under `key`, which must be there.
pub(crate) fn required<'v, 't>(object: &'v Object<'t>, key: &'static str) -> Reading<&'v Value<'t>> {
    member(object, key).map_or_else(|| complain(object, Problem::Missing(key)), Ok)
}

/// Gives a string.
pub(crate) fn string<'v>(value: &'v Value<'_>) -> Reading<&'v str> {
    match value {
        Value::StringLit(text) => Ok(text.value.as_ref()),
        _ => complain(value, Problem::Expected("a string")),
    }
}

/// Gives a string that a stranger may have chosen.
pub(crate) fn untrusted(value: &Value<'_>) -> Reading<Untrusted> {
    string(value).map(Untrusted::new)
}

/// Gives `true` or `false`.
pub(crate) fn boolean(value: &Value<'_>) -> Reading<bool> {
    match value {
        Value::BooleanLit(literal) => Ok(literal.value),
        _ => complain(value, Problem::Expected("true or false")),
    }
}

/// Gives every element of an array, read by `read`.
pub(crate) fn list<'t, T>(value: &Value<'t>, read: impl Fn(&Value<'t>) -> Reading<T>) -> Reading<Vec<T>> {
    match value {
        Value::Array(array) => array.elements.iter().map(read).collect(),
        _ => complain(value, Problem::Expected("an array")),
    }
}

/// Gives `None` for a missing value and for `null`.
pub(crate) fn optional<'t, T>(
    value: Option<&Value<'t>>,
    read: impl FnOnce(&Value<'t>) -> Reading<T>,
) -> Reading<Option<T>> {
    match value {
        None | Some(Value::NullKeyword(_)) => Ok(None),
        Some(value) => read(value).map(Some),
    }
}

/// Gives a fact: a key left out = nobody looked, `null` = there is none, `{"unreadable": …}` = refused.
pub(crate) fn observed<'t, T>(
    value: Option<&Value<'t>>,
    read: impl FnOnce(&Value<'t>) -> Reading<T>,
) -> Reading<Observed<T>> {
    match value {
        None => Ok(Observed::NotAsked),
        Some(Value::NullKeyword(_)) => Ok(Observed::Absent),
        Some(value) => match refusal(value)? {
            Some(why) => Ok(Observed::Unreadable(why)),
            None => read(value).map(Observed::Present),
        },
    }
}

/// Gives the refusal that `{"unreadable": CODE}` speaks of.
pub(crate) fn refusal(value: &Value<'_>) -> Reading<Option<Unreadable>> {
    let Value::Object(fields) = value else { return Ok(None) };
    if member(fields, "unreadable").is_none() {
        return Ok(None);
    }
    let code = string(required(object(value, &["unreadable"])?, "unreadable")?)?;
    Ok(Some(Unreadable { code: code.to_owned(), passing: false }))
}

/// Gives the key that was probably meant, if any is near enough.
fn nearest(wrong: &str, keys: &[&'static str]) -> Option<&'static str> {
    if wrong.len() > 64 {
        return None;
    }
    let wrong = wrong.to_lowercase();
    let best = keys.iter().map(|key| (distance(&wrong, &key.to_lowercase()), *key)).min()?;
    (best.0 <= 1 + best.1.len() / 4).then_some(best.1)
}

/// Counts the letters to insert, delete or replace until `a` is `b`.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (index, own) in a.chars().enumerate() {
        let mut next = vec![index + 1];
        for ((diagonal, above), other) in row.iter().zip(row.iter().skip(1)).zip(&b) {
            let left = next.last().copied().unwrap_or(0);
            let replaced = diagonal + usize::from(own != *other);
            next.push(replaced.min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_key_is_named_only_where_it_is_near() {
        let keys = ["policy", "policy_status", "ownership", "Statement"];
        assert_eq!(nearest("polcy", &keys), Some("policy"));
        assert_eq!(nearest("statement", &keys), Some("Statement"));
        assert_eq!(nearest("policyStatus", &keys), Some("policy_status"));
        assert_eq!(nearest("x", &keys), None);
        assert_eq!(nearest(&"p".repeat(100), &keys), None);
    }
}
