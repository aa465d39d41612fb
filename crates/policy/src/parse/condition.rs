//! `Condition`: operators, keys and values.

use std::borrow::Cow;

use super::error::Refusal;
use super::path::Path;
use super::pattern::{Place, Variables, pattern};
use super::reader::{Entry, Reader, Reading, object, refuse, wrong_type};
use super::scalar;
use super::value::Value;
use crate::catalogue;
use crate::condition::{Condition, Operator, Quantifier, Test, Values};
use crate::diagnostic::Oddity;
use crate::document::Version;

impl Reader {
    /// Reads every operator × key entry of a `Condition` element.
    pub(super) fn conditions(&mut self, value: &Value<'_>, path: &Path<'_>) -> Reading<Vec<Condition>> {
        let mut conditions = Vec::new();
        for (name, keys) in self.distinct(object(value, "Condition", path)?, path) {
            let path = path.key(name);
            let Some(operator) = Operator::parse(name) else {
                return refuse(&path, Refusal::Operator(name.as_ref().into()));
            };
            for entry in self.distinct(object(keys, "Condition", &path)?, &path) {
                conditions.push(self.condition(operator, entry, &path)?);
            }
        }
        Ok(conditions)
    }

    fn condition(
        &mut self,
        operator: Operator,
        (key, value): &Entry<'_>,
        path: &Path<'_>,
    ) -> Reading<Condition> {
        let path = path.key(key);
        if catalogue::key(key).is_none() {
            self.odd(&path, Oddity::UnknownKey(key.as_ref().into()));
        }
        Ok(Condition {
            operator,
            key: key.to_ascii_lowercase(),
            key_text: key.as_ref().into(),
            values: self.values(operator.test, value, &path)?,
        })
    }

    fn values(&mut self, test: Test, value: &Value<'_>, path: &Path<'_>) -> Reading<Values> {
        use scalar::{binary, cidr, number, time};
        Ok(match test.kind() {
            ValueKind::Text { wildcards } => {
                let place = Place { wildcards, variables: self.variables(Variables::Everywhere) };
                Values::Text(self.patterns(value, place, path)?)
            }
            ValueKind::Arn => {
                let place = Place { wildcards: true, variables: self.variables(Variables::InResourcePart) };
                Values::Text(self.arns(value, place, path)?)
            }
            ValueKind::Number => Values::Number(self.scalars(value, path, number)?),
            ValueKind::Time => Values::Time(self.scalars(value, path, time)?),
            ValueKind::Bool => Values::Bool(self.booleans(test, value, path)?),
            ValueKind::Binary => Values::Binary(self.scalars(value, path, binary)?),
            ValueKind::Network => Values::Network(self.scalars(value, path, cidr)?),
        })
    }

    /// Gives `place` if this version of the language has variables.
    pub(super) fn variables(&self, place: Variables) -> Variables {
        if self.version == Version::V2012 { place } else { Variables::Nowhere }
    }

    fn patterns(
        &mut self,
        value: &Value<'_>,
        place: Place,
        path: &Path<'_>,
    ) -> Reading<Vec<crate::pattern::Pattern>> {
        each(value, path, |text, path| {
            self.note_literal_variable(text, path);
            Ok(pattern(text, place))
        })
    }

    fn arns(
        &mut self,
        value: &Value<'_>,
        place: Place,
        path: &Path<'_>,
    ) -> Reading<Vec<crate::pattern::Pattern>> {
        each(value, path, |text, path| {
            self.note_literal_variable(text, path);
            if !crate::pattern::is_arn(text) {
                self.odd(path, Oddity::MalformedArn(text.into()));
            }
            Ok(pattern(text, place))
        })
    }

    /// Notes a `${` that this version of the language does not read.
    pub(super) fn note_literal_variable(&mut self, text: &str, path: &Path<'_>) {
        if self.version == Version::V2008 && text.contains("${") {
            self.odd(path, Oddity::LiteralVariable);
        }
    }

    fn booleans(&mut self, test: Test, value: &Value<'_>, path: &Path<'_>) -> Reading<Vec<Option<bool>>> {
        each(value, path, |text, path| {
            let read = scalar::boolean(text);
            if read.is_none() {
                if test == Test::Bool && self.version == Version::V2012 && text.contains("${") {
                    return refuse(path, Refusal::BoolVariable(text.into()));
                }
                self.odd(path, Oddity::UnreadableValue(text.into()));
            }
            Ok(read)
        })
    }

    fn scalars<T>(
        &mut self,
        value: &Value<'_>,
        path: &Path<'_>,
        read: fn(&str) -> Option<T>,
    ) -> Reading<Vec<Option<T>>> {
        each(value, path, |text, path| {
            let read = read(text);
            if read.is_none() {
                self.odd(path, Oddity::UnreadableValue(text.into()));
            }
            Ok(read)
        })
    }
}

/// Reads a condition's value or values, each by `read`.
fn each<T>(
    value: &Value<'_>,
    path: &Path<'_>,
    mut read: impl FnMut(&str, &Path<'_>) -> Reading<T>,
) -> Reading<Vec<T>> {
    match value {
        Value::List(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| {
                let path = path.index(index);
                read(&scalar_text(item, &path)?, &path)
            })
            .collect(),
        only => Ok(vec![read(&scalar_text(only, path)?, path)?]),
    }
}

/// Gives a condition value as text: AWS takes `true` for `"true"` and `10` for `"10"`.
fn scalar_text<'v>(value: &'v Value<'_>, path: &Path<'_>) -> Reading<Cow<'v, str>> {
    match value {
        Value::Text(text) => Ok(Cow::Borrowed(text)),
        Value::Number(text) => Ok(Cow::Borrowed(text)),
        Value::Bool(true) => Ok(Cow::Borrowed("true")),
        Value::Bool(false) => Ok(Cow::Borrowed("false")),
        other => wrong_type("Condition", "a text, a number, a boolean or a list of them", other, path),
    }
}

impl Operator {
    /// Reads the name of an operator with its qualifiers; case does not count. `Null` takes none: AWS documents
    /// no meaning for `NullIfExists` or `ForAllValues:Null`.
    fn parse(text: &str) -> Option<Self> {
        let (quantifier, rest) = match text.split_once(':') {
            None => (None, text),
            Some((set, rest)) if set.eq_ignore_ascii_case("ForAllValues") => {
                (Some(Quantifier::ForAllValues), rest)
            }
            Some((set, rest)) if set.eq_ignore_ascii_case("ForAnyValue") => {
                (Some(Quantifier::ForAnyValue), rest)
            }
            Some(_) => return None,
        };
        let stem = rest.len().checked_sub("IfExists".len()).and_then(|at| rest.split_at_checked(at));
        let (name, if_exists) = match stem {
            Some((name, suffix)) if suffix.eq_ignore_ascii_case("IfExists") => (name, true),
            _ => (rest, false),
        };
        let (_, test) = TESTS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        let plain = !if_exists && quantifier.is_none();
        (*test != Test::Null || plain).then_some(Self { test: *test, if_exists, quantifier })
    }
}

/// What the values of a test are.
enum ValueKind {
    Text { wildcards: bool },
    Arn,
    Number,
    Time,
    Bool,
    Binary,
    Network,
}

impl Test {
    fn kind(self) -> ValueKind {
        match self {
            Self::StringEquals
            | Self::StringNotEquals
            | Self::StringEqualsIgnoreCase
            | Self::StringNotEqualsIgnoreCase => ValueKind::Text { wildcards: false },
            Self::StringLike | Self::StringNotLike => ValueKind::Text { wildcards: true },
            Self::ArnEquals | Self::ArnNotEquals | Self::ArnLike | Self::ArnNotLike => ValueKind::Arn,
            Self::NumericEquals
            | Self::NumericNotEquals
            | Self::NumericLessThan
            | Self::NumericLessThanEquals
            | Self::NumericGreaterThan
            | Self::NumericGreaterThanEquals => ValueKind::Number,
            Self::DateEquals
            | Self::DateNotEquals
            | Self::DateLessThan
            | Self::DateLessThanEquals
            | Self::DateGreaterThan
            | Self::DateGreaterThanEquals => ValueKind::Time,
            Self::Bool | Self::Null => ValueKind::Bool,
            Self::BinaryEquals => ValueKind::Binary,
            Self::IpAddress | Self::NotIpAddress => ValueKind::Network,
        }
    }
}

const TESTS: [(&str, Test); 27] = [
    ("StringEquals", Test::StringEquals),
    ("StringNotEquals", Test::StringNotEquals),
    ("StringEqualsIgnoreCase", Test::StringEqualsIgnoreCase),
    ("StringNotEqualsIgnoreCase", Test::StringNotEqualsIgnoreCase),
    ("StringLike", Test::StringLike),
    ("StringNotLike", Test::StringNotLike),
    ("ArnEquals", Test::ArnEquals),
    ("ArnNotEquals", Test::ArnNotEquals),
    ("ArnLike", Test::ArnLike),
    ("ArnNotLike", Test::ArnNotLike),
    ("NumericEquals", Test::NumericEquals),
    ("NumericNotEquals", Test::NumericNotEquals),
    ("NumericLessThan", Test::NumericLessThan),
    ("NumericLessThanEquals", Test::NumericLessThanEquals),
    ("NumericGreaterThan", Test::NumericGreaterThan),
    ("NumericGreaterThanEquals", Test::NumericGreaterThanEquals),
    ("DateEquals", Test::DateEquals),
    ("DateNotEquals", Test::DateNotEquals),
    ("DateLessThan", Test::DateLessThan),
    ("DateLessThanEquals", Test::DateLessThanEquals),
    ("DateGreaterThan", Test::DateGreaterThan),
    ("DateGreaterThanEquals", Test::DateGreaterThanEquals),
    ("Bool", Test::Bool),
    ("BinaryEquals", Test::BinaryEquals),
    ("IpAddress", Test::IpAddress),
    ("NotIpAddress", Test::NotIpAddress),
    ("Null", Test::Null),
];
