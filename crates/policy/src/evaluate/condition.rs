//! Whether a condition entry holds.
//!
//! *Source*: IAM user guide, "IAM JSON policy elements: Condition operators" and "Multivalued context keys";
//! docs/semantics.md D5 to D11.

use super::text::{self, Token, equal_folded, matches_arn};
use super::{Doubt, Match, ip};
use crate::condition::{Condition, Operator, Quantifier, Test, Values};
use crate::parse::{binary, boolean, number, time};
use crate::pattern::Pattern;
use crate::request::Context;

/// Tells whether `condition` holds for a request with `context`. A key without a value counts as missing.
pub(super) fn holds(condition: &Condition, context: &Context) -> Match {
    let Operator { test, if_exists, quantifier } = condition.operator;
    let values = context.get(&condition.key).unwrap_or_default();
    if test == Test::Null {
        return wants(&condition.values, values.is_empty()).into();
    }
    let passes = |value: &String| passes(condition, value, context);
    match (quantifier, values) {
        (Some(Quantifier::ForAllValues), values) => values.iter().all(passes).into(),
        (Some(Quantifier::ForAnyValue), []) => if_exists.into(),
        (Some(Quantifier::ForAnyValue), values) => values.iter().any(passes).into(),
        (None, []) => (if_exists || is_negated(test)).into(),
        (None, [only]) => passes(only).into(),
        (None, _) => Match::Doubtful(Doubt::SeveralValues),
    }
}

/// Tells whether one of the values of `Null` says what is so.
fn wants(values: &Values, missing: bool) -> bool {
    matches!(values, Values::Bool(wanted) if wanted.contains(&Some(missing)))
}

/// Tells whether one value of the request passes: some value of the policy matches it, or under a negated operator
/// none does.
fn passes(condition: &Condition, value: &str, context: &Context) -> bool {
    let test = condition.operator.test;
    let matched = match &condition.values {
        Values::Text(patterns) => patterns.iter().any(|pattern| text_matches(test, pattern, value, context)),
        Values::Number(wanted) => {
            any(wanted, number(value), |wanted, found| compare(test, found.partial_cmp(wanted)))
        }
        Values::Time(wanted) => {
            any(wanted, time(value), |wanted, found| compare(test, Some(found.cmp(wanted))))
        }
        Values::Bool(wanted) => any(wanted, boolean(value), |wanted, found| wanted == found),
        Values::Binary(wanted) => any(wanted, binary(value), |wanted, found| wanted == found),
        Values::Network(ranges) => {
            any(ranges, value.parse().ok(), |range, address| ip::contains(range, *address))
        }
    };
    matched != is_negated(test)
}

/// Tells whether `found` is readable and matches one of the readable `wanted`.
fn any<W, F>(wanted: &[Option<W>], found: Option<F>, matches: impl Fn(&W, &F) -> bool) -> bool {
    found.is_some_and(|found| wanted.iter().flatten().any(|wanted| matches(wanted, &found)))
}

fn text_matches(test: Test, pattern: &Pattern, value: &str, context: &Context) -> bool {
    let compare: fn(&[Token], &str) -> bool = match test {
        Test::StringEqualsIgnoreCase | Test::StringNotEqualsIgnoreCase => equal_folded,
        Test::ArnEquals | Test::ArnNotEquals | Test::ArnLike | Test::ArnNotLike => matches_arn,
        _ => return text::names(pattern, context, value),
    };
    text::resolve(pattern, context).is_some_and(|pattern| compare(&pattern, value))
}

/// Tells whether a comparison of the request's value with the policy's has the outcome that `test` asks for; for a
/// negated test, the outcome that it forbids.
fn compare(test: Test, found: Option<std::cmp::Ordering>) -> bool {
    let Some(found) = found else { return false };
    match test {
        Test::NumericLessThan | Test::DateLessThan => found.is_lt(),
        Test::NumericLessThanEquals | Test::DateLessThanEquals => found.is_le(),
        Test::NumericGreaterThan | Test::DateGreaterThan => found.is_gt(),
        Test::NumericGreaterThanEquals | Test::DateGreaterThanEquals => found.is_ge(),
        _ => found.is_eq(),
    }
}

/// Tells whether a test says what must not match; such a test is true of a missing key.
fn is_negated(test: Test) -> bool {
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
