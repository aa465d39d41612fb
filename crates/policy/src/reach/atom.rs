//! One condition entry as a yes-or-no question about the value of its key.

use jiff::Timestamp;

use crate::condition::{Cidr, Quantifier, Test};
use crate::reach::domain::network::Span;
use crate::reach::glob::Glob;
use crate::reach::shape::name_of;

/// What a request carries under one key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Value {
    /// The key is absent.
    Absent,
    /// The key has one value.
    One(String),
    /// The key has several values.
    Many(Vec<String>),
}

impl Value {
    /// Gives one value.
    pub(super) fn one(text: impl Into<String>) -> Self {
        Self::One(text.into())
    }
}

/// What of a value a question is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// All of it.
    Whole,
    /// The name that an ARN ends in, put after this text: `aws:username` and the like follow from `aws:PrincipalArn`.
    Name(String),
}

/// A question about the value of one key, normalised: its negation is again one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Atom {
    /// What it is about.
    pub(super) view: View,
    /// What one value must satisfy for the operator without its negation.
    pub(super) check: Check,
    /// Whether the operator is a negated one: no value may satisfy the check.
    pub(super) negated: bool,
    /// Whether the entry holds where the key is absent.
    pub(super) absent: bool,
    /// How a multi-valued key is read.
    pub(super) quantifier: Option<Quantifier>,
}

/// What one value must satisfy: any of several.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Check {
    /// Match one of these patterns.
    Text(Vec<Glob>),
    /// Stand in this relation to one of these numbers.
    Number(Relation, Vec<f64>),
    /// Stand in this relation to one of these instants.
    Time(Relation, Vec<Timestamp>),
    /// Be one of these.
    Bool(Vec<bool>),
    /// Decode to one of these.
    Binary(Vec<Vec<u8>>),
    /// Lie in one of these ranges.
    Network(Vec<Cidr>),
    /// Be there at all, if this says so.
    Presence(bool),
}

/// An order relation: the value on the left, the policy's on the right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// Equal.
    Equal,
    /// Less.
    Less,
    /// Less or equal.
    LessEqual,
    /// Greater.
    Greater,
    /// Greater or equal.
    GreaterEqual,
}

impl Relation {
    /// Gives the relation of `test`, negations taken as what they negate; `None` for tests without order.
    pub(super) fn of(test: Test) -> Option<Self> {
        Some(match test {
            Test::NumericEquals | Test::NumericNotEquals | Test::DateEquals | Test::DateNotEquals => {
                Self::Equal
            }
            Test::NumericLessThan | Test::DateLessThan => Self::Less,
            Test::NumericLessThanEquals | Test::DateLessThanEquals => Self::LessEqual,
            Test::NumericGreaterThan | Test::DateGreaterThan => Self::Greater,
            Test::NumericGreaterThanEquals | Test::DateGreaterThanEquals => Self::GreaterEqual,
            _ => return None,
        })
    }

    fn holds<T: PartialOrd>(self, left: &T, right: &T) -> bool {
        match self {
            Self::Equal => left == right,
            Self::Less => left < right,
            Self::LessEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterEqual => left >= right,
        }
    }
}

/// Tells whether `test` is one of the negated operators.
pub(super) fn is_negated(test: Test) -> bool {
    matches!(
        test,
        Test::StringNotEquals
            | Test::StringNotEqualsIgnoreCase
            | Test::StringNotLike
            | Test::ArnNotEquals
            | Test::ArnNotLike
            | Test::NumericNotEquals
            | Test::DateNotEquals
            | Test::NotIpAddress
    )
}

impl Atom {
    /// Gives the question "does the value match one of `globs`?".
    pub(super) fn text(globs: Vec<Glob>) -> Self {
        let check = Check::Text(globs);
        Self { view: View::Whole, check, negated: false, absent: false, quantifier: None }
    }

    /// Gives the question "is there a value?".
    pub(super) fn presence() -> Self {
        let check = Check::Presence(true);
        Self { view: View::Whole, check, negated: false, absent: false, quantifier: None }
    }

    /// Tells whether `value` satisfies the entry.
    pub(super) fn holds(&self, value: &Value) -> bool {
        match value {
            Value::Absent => self.absent,
            Value::One(text) => match &self.view {
                View::Whole => self.holds_for(text),
                View::Name(before) => self.holds_for(&format!("{before}{}", name_of(text))),
            },
            Value::Many(values) => match self.quantifier {
                Some(Quantifier::ForAllValues) => values.iter().all(|text| self.holds_for(text)),
                Some(Quantifier::ForAnyValue) => values.iter().any(|text| self.holds_for(text)),
                None if self.negated => values.iter().all(|text| self.holds_for(text)),
                None => values.iter().any(|text| self.holds_for(text)),
            },
        }
    }

    fn holds_for(&self, text: &str) -> bool {
        self.check.accepts(text) != self.negated
    }
}

impl Check {
    fn accepts(&self, text: &str) -> bool {
        match self {
            Self::Text(globs) => globs.iter().any(|glob| glob.matches(text)),
            Self::Number(relation, numbers) => {
                let value: Option<f64> = text.trim().parse().ok();
                value.is_some_and(|value| numbers.iter().any(|number| relation.holds(&value, number)))
            }
            Self::Time(relation, instants) => {
                let value = instant(text);
                value.is_some_and(|value| instants.iter().any(|other| relation.holds(&value, other)))
            }
            Self::Bool(wanted) => {
                wanted.iter().any(|wanted| text.eq_ignore_ascii_case(if *wanted { "true" } else { "false" }))
            }
            Self::Binary(_) => false,
            Self::Network(ranges) => {
                let address = text.parse().ok();
                address.is_some_and(|address| ranges.iter().any(|cidr| Span::of(*cidr).contains(address)))
            }
            Self::Presence(wanted) => *wanted,
        }
    }

    /// Gives what it costs to put the check to one value, in comparisons.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Text(globs) => globs.iter().map(|glob| 1 + glob.0.len() / 4).sum(),
            Self::Number(_, numbers) => numbers.len(),
            Self::Time(_, instants) => instants.len(),
            Self::Binary(values) => values.len(),
            Self::Network(ranges) => ranges.len(),
            Self::Bool(_) | Self::Presence(_) => 1,
        }
    }

    /// Gives the patterns, where the check is one of text.
    pub(super) fn globs(&self) -> Option<&[Glob]> {
        if let Self::Text(globs) = self { Some(globs) } else { None }
    }
}

/// Reads an instant as requests carry it: ISO 8601 or seconds since 1970.
fn instant(text: &str) -> Option<Timestamp> {
    match text.parse::<i64>() {
        Ok(seconds) => Timestamp::from_second(seconds).ok(),
        Err(_) => text.parse().ok(),
    }
}
