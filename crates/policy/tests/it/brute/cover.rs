//! What a run of random policies covers.

use std::collections::BTreeMap;
use std::fmt;

use bucketwatch_policy::reach::Reach;
use serde_json::Value;

use super::expect::{Expected, From};

/// Counts of a run.
#[derive(Debug, Default)]
pub(crate) struct Cover {
    policies: u64,
    both_effects: u64,
    undecided: BTreeMap<String, u64>,
    operators: BTreeMap<String, u64>,
    keys: BTreeMap<String, u64>,
    too_large: u64,
    actions: u64,
    anyone: u64,
    any_account: u64,
    ranges: u64,
    named: u64,
    nobody: u64,
    nobody_because_of_denies: u64,
}

impl Cover {
    /// Counts a policy and what the search left undecided.
    pub(crate) fn policy(&mut self, document: &Value, answer: &Reach) {
        let statements = document["Statement"].as_array().expect("a list");
        self.policies += 1;
        let denies = statements.iter().any(|statement| statement["Effect"] == "Deny");
        self.both_effects += u64::from(denies);
        if let Some(first) = answer.undecided.first() {
            *self.undecided.entry(first.why.to_string()).or_default() += 1;
        }
        for conditions in statements.iter().filter_map(|statement| statement["Condition"].as_object()) {
            for (operator, keys) in conditions {
                *self.operators.entry(operator.clone()).or_default() += 1;
                for key in keys.as_object().expect("keys").keys() {
                    *self.keys.entry(key.clone()).or_default() += 1;
                }
            }
        }
    }

    /// Counts a policy and action with too many requests.
    pub(crate) fn too_large(&mut self) {
        self.too_large += 1;
    }

    /// Counts what trying said of an action.
    pub(crate) fn action(&mut self, expected: &Expected) {
        self.actions += 1;
        let some = |wanted: fn(&super::expect::Tried) -> bool| expected.statements.iter().any(wanted);
        self.anyone += u64::from(some(|tried| tried.anonymous == From::Anywhere));
        self.any_account += u64::from(
            some(|tried| tried.stranger == From::Anywhere)
                && !some(|tried| tried.anonymous == From::Anywhere),
        );
        self.ranges += u64::from(some(|tried| tried.anonymous == From::Ranges));
        self.named += u64::from(
            some(|tried| tried.named)
                && !some(|tried| tried.anonymous != From::Nowhere || tried.stranger != From::Nowhere),
        );
        let nobody = !some(super::expect::Tried::anybody);
        self.nobody += u64::from(nobody);
        self.nobody_because_of_denies += u64::from(nobody && expected.cut);
    }

    /// Fails where the generator has become too narrow to prove anything.
    pub(crate) fn assert_broad(&self) {
        let share = |count: u64| count * 100 / self.actions.max(1);
        assert!(self.operators.len() >= 60, "only {} operators", self.operators.len());
        assert!(self.both_effects * 2 > self.policies, "too few policies both allow and deny");
        assert!(self.too_large * 20 < self.actions, "too many policies were passed over");
        assert!(self.undecided.values().sum::<u64>() * 10 < self.policies, "too much is undecided");
        assert!(share(self.anyone) >= 10 && share(self.any_account) >= 1 && self.ranges > 0, "{self}");
        assert!(share(self.named) >= 2 && share(self.nobody_because_of_denies) >= 5, "{self}");
    }
}

impl fmt::Display for Cover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} policies, {} with both Allow and Deny; {} operators on {} keys",
            self.policies,
            self.both_effects,
            self.operators.len(),
            self.keys.len()
        )?;
        writeln!(
            f,
            "{} questions of one action: anyone {}, any account only {}, from ranges {}, named only {}, nobody {} (by \
             a Deny {}); {} too large to try",
            self.actions,
            self.anyone,
            self.any_account,
            self.ranges,
            self.named,
            self.nobody,
            self.nobody_because_of_denies,
            self.too_large
        )?;
        writeln!(f, "undecided: {:?}", self.undecided)?;
        write!(f, "operators: {:?}", self.operators)
    }
}
