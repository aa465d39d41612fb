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
    bug(
        "reach/atom.rs",
        "Value::Absent => self.absent,",
        "Value::Absent => self.negated,",
        "IfExists and Null are forgotten",
    ),
    bug(
        "reach/atom.rs",
        "self.check.accepts(text) != self.negated",
        "self.check.accepts(text)",
        "a negated operator is read as what it negates",
    ),
    bug(
        "reach/atom.rs",
        "Self::LessEqual => left <= right",
        "Self::LessEqual => left < right",
        "less-than-or-equal leaves the equal out",
    ),
    bug(
        "reach/compile/entry.rs",
        "(_, Some(Quantifier::ForAllValues), _) => true,",
        "(_, Some(Quantifier::ForAllValues), _) => false,",
        "ForAllValues wants the key",
    ),
    bug(
        "reach/compile.rs",
        "self.closed |= ways.is_empty();",
        "ways.truncate(1);\n            self.closed |= ways.is_empty();",
        "a Deny is escaped by its first condition only",
    ),
    bug(
        "reach/compile/resource.rs",
        "self.key_matches(globs, resources.negated)",
        "self.key_matches(globs, false)",
        "NotResource is read as Resource",
    ),
    bug(
        "reach/domain/network.rs",
        "    (v4(10, 0), 8),\n",
        "    (v4(127, 0), 8),\n",
        "private addresses come from the Internet",
    ),
    bug(
        "reach/breadth.rs",
        "v4 > WIDEST_V4 || v6 > WIDEST_V6",
        "v4 > WIDEST_V4 && v6 > WIDEST_V6",
        "a range is too wide only in both families",
    ),
    bug(
        "reach/principal.rs",
        "_ if lists(list, outsider) => Spoken::No,",
        "_ if lists(list, outsider) => Spoken::Yes,",
        "NotPrincipal speaks of those that it lists",
    ),
    bug(
        "reach/scene/caller.rs",
        "Kind::Anonymous => fixed(\"anonymous\"),",
        "Kind::Anonymous => absent(),",
        "an unsigned caller has no account",
    ),
    bug(
        "reach/scene.rs",
        "if !self.action.defines(key) {",
        "if key.is_empty() {",
        "every action carries every key",
    ),
    bug(
        "reach/solve.rs",
        "learned.push(asserting);",
        "learned.clear();\n        learned.push(asserting);",
        "what is learned from a contradiction is too much",
    ),
];
