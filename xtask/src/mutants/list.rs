//! The bugs.

use super::Mutant;

const fn bug(file: &'static str, text: &'static str, instead: &'static str, breaks: &'static str) -> Mutant {
    Mutant { file, text, instead, breaks }
}

/// Every bug, those of the evaluator first.
pub(super) const ALL: &[Mutant] = &[
    bug(
        "evaluate.rs",
        "if !deny.certain.is_empty() {",
        "if !deny.certain.is_empty() && tally(policy, request, Effect::Allow).certain.is_empty() {",
        "an Allow outweighs a Deny",
    ),
    bug("evaluate.rs", "named != resources.negated", "named", "NotResource is read as Resource"),
    bug(
        "evaluate/condition.rs",
        "(Some(Quantifier::ForAllValues), values) => values.iter().all(passes).into(),",
        "(Some(Quantifier::ForAllValues), values) => (!values.is_empty() && values.iter().all(passes)).into(),",
        "ForAllValues wants a value",
    ),
    bug(
        "evaluate/condition.rs",
        "values.iter().any(passes).into()",
        "values.iter().all(passes).into()",
        "ForAnyValue wants every value to match",
    ),
    bug(
        "evaluate/condition.rs",
        "(None, []) => (if_exists || is_negated(test)).into(),",
        "(None, []) => if_exists.into(),",
        "a negated operator wants the key",
    ),
    bug("evaluate/condition.rs", "found.is_le()", "found.is_lt()", "less-than-or-equal leaves the equal out"),
    bug(
        "evaluate/condition.rs",
        "matches_arn(&pattern, value)",
        "matches(&pattern, value)",
        "the wildcards of an Arn operator cross colons",
    ),
    bug(
        "evaluate/text.rs",
        "single(key, context).or(default.as_deref())?",
        "single(key, context).or(default.as_deref()).unwrap_or_default()",
        "a variable without a value is the empty text",
    ),
    bug(
        "evaluate/ip.rs",
        "address.to_bits()), 32) >= u32::from(range.prefix)",
        "address.to_bits()), 32) > u32::from(range.prefix)",
        "a range has only half of its addresses",
    ),
    bug(
        "evaluate/principal.rs",
        "(Match::Yes, ..) => Match::No,",
        "(Match::Yes, ..) => Match::Yes,",
        "NotPrincipal speaks of those that it lists",
    ),
];
