//! Condition entries: what a scene settles of them, what it leaves open, and what nobody documents.

use super::{Compiler, Mood, Term, variable_doubt};
use crate::condition::{Condition, Quantifier, Test, Values};
use crate::pattern::{Part, Pattern};
use crate::reach::Why;
use crate::reach::atom::{Atom, Check, Relation, Value, View, is_negated};
use crate::reach::domain::Space;
use crate::reach::formula::Literal;
use crate::reach::fresh::partly_wild;
use crate::reach::glob::Reading;
use crate::reach::mention::textual_range;
use crate::reach::organization::fixes_an_id;
use crate::reach::outsider::tells_services_apart;
use crate::reach::scene::Fact;

impl Compiler<'_, '_> {
    pub(super) fn entry(&mut self, entry: &Condition) -> Term {
        let read = self.scene.is_read(&entry.key);
        let fact = match self.mood {
            Mood::Strict if read => self.scene.pinned(&entry.key),
            _ => self.scene.fact(&entry.key),
        };
        if let Some(doubt) = self.doubt(entry, &fact) {
            return Term::Unknown(doubt);
        }
        // What is pinned in one mood may be anything in the other.
        if read && self.mood == Mood::Lenient && self.is_chosen(&entry.key) {
            self.whys.push(variable_doubt(&entry.key));
        }
        match fact {
            Fact::Unknown(why) => Term::Unknown(why),
            Fact::Fixed(value) => match self.atom(entry) {
                _ if matches!(&value, Value::Many(values) if values.len() > 1)
                    && entry.operator.quantifier.is_none() =>
                {
                    Term::Unknown(SEVERAL)
                }
                atom => atom.holds(&value).into(),
            },
            Fact::Free(universe) => {
                if universe.space == Space::Set
                    && entry.operator.quantifier.is_none()
                    && entry.operator.test != Test::Null
                {
                    return Term::Unknown(SEVERAL);
                }
                let atom = self.atom(entry);
                let variable = self.formula.variable(&entry.key, || universe, self.meter, atom);
                Term::Open(Literal { variable, holds: true })
            }
            Fact::NameAfter(before) => {
                let Fact::Free(universe) = self.scene.fact(ARN) else { return Term::Unknown(NAMELESS) };
                let atom = Atom { view: View::Name(before), ..self.atom(entry) };
                let variable = self.formula.variable(ARN, || universe, self.meter, atom);
                Term::Open(Literal { variable, holds: true })
            }
        }
    }

    /// Gives why an entry cannot be taken at its word in this scene.
    fn doubt(&self, entry: &Condition, fact: &Fact) -> Option<Why> {
        let patterns: &[Pattern] = if let Values::Text(patterns) = &entry.values { patterns } else { &[] };
        if entry.key == "aws:sourceip" && *fact != Fact::Fixed(Value::Absent) {
            let readable = |pattern: &Pattern| !pattern.has_wildcard() || textual_range(pattern).is_some();
            if !patterns.iter().all(readable) && patterns.iter().any(|pattern| pattern.text.as_raw() != "*") {
                return Some(Why::NoRule("a pattern over the text of addresses cannot be taken as ranges"));
            }
        }
        if let Some(why) = self.unknown_variable(patterns) {
            return Some(why);
        }
        let bare = |pattern: &Pattern| pattern.parts == [Part::AnyRun];
        if reading(entry.operator.test) == Reading::Arn
            && *fact != Fact::Fixed(Value::Absent)
            && patterns.iter().any(bare)
        {
            return Some(Why::NoRule(
                "whether an Arn operator takes a bare `*` for an ARN is not documented",
            ));
        }
        // What is pinned in one mood may be anything in the other.
        if self.mood == Mood::Strict {
            return None;
        }
        if let Some(key) = patterns.iter().find_map(|pattern| self.chosen_variable(pattern)) {
            return Some(variable_doubt(key));
        }
        if tells_services_apart(&entry.key) && self.scene.outsider.signed().is_some() {
            return Some(VIA_A_SERVICE);
        }
        let luck = match entry.key.as_str() {
            "aws:principalaccount" | "aws:principalorgid" => {
                self.scene.outsider.stranger
                    && patterns.iter().any(|pattern| partly_wild(pattern.text.as_raw()))
            }
            "aws:principalorgpaths" | "aws:vpceorgpaths"
                if self.scene.outsider.stranger && *fact != Fact::Fixed(Value::Absent) =>
            {
                let open = |pattern: &Pattern| fixes_an_id(pattern.text.as_raw());
                return patterns.iter().any(open).then_some(LUCK);
            }
            "aws:sourcevpc" | "aws:sourcevpce" => patterns.iter().any(|pattern| {
                pattern.has_wildcard() && pattern.text.as_raw().contains(|c: char| c.is_ascii_digit())
            }),
            _ => false,
        };
        let handed_out = match fact {
            Fact::Fixed(Value::One(id)) => !self.scene.mentions.literals(&entry.key).contains(&id.as_str()),
            _ => false,
        };
        (luck && handed_out).then_some(LUCK)
    }

    fn atom(&self, entry: &Condition) -> Atom {
        let test = entry.operator.test;
        let relation = Relation::of(test).unwrap_or(Relation::Equal);
        let check = match &entry.values {
            Values::Text(patterns) => {
                self.meter.spend(8 * patterns.len());
                Check::Text(self.globs(patterns, reading(test)))
            }
            Values::Number(numbers) => Check::Number(relation, readable(numbers)),
            Values::Time(instants) => Check::Time(relation, readable(instants)),
            Values::Bool(wanted) if test == Test::Null => Check::Presence(wanted.contains(&Some(false))),
            Values::Bool(wanted) => Check::Bool(readable(wanted)),
            Values::Binary(wanted) => Check::Binary(readable(wanted)),
            Values::Network(ranges) => Check::Network(readable(ranges)),
        };
        let negated = is_negated(test);
        let absent = match (test, entry.operator.quantifier, &entry.values) {
            (Test::Null, _, Values::Bool(wanted)) => wanted.contains(&Some(true)),
            (_, Some(Quantifier::ForAllValues), _) => true,
            (_, Some(Quantifier::ForAnyValue), _) => entry.operator.if_exists,
            _ => negated || entry.operator.if_exists,
        };
        Atom { view: View::Whole, check, negated, absent, quantifier: entry.operator.quantifier }
    }
}

/// The key that callers' names stand in.
const ARN: &str = "aws:principalarn";

const NAMELESS: Why = Why::NoRule("the name of a caller without an ARN is not known");

const LUCK: Why = Why::NoRule("whether a stranger can have an id that fits the pattern is luck");

/// A stranger may have Athena, say, ask for it (forward access sessions): nothing that can be proven by a plain request.
const VIA_A_SERVICE: Why = Why::NoRule(
    "a service may ask on behalf of a stranger, which is not tried (aws:ViaAWSService, aws:CalledVia)",
);

const SEVERAL: Why = Why::NoRule(
    "what an operator without ForAllValues or ForAnyValue makes of several values is not documented",
);

fn readable<T: Clone>(values: &[Option<T>]) -> Vec<T> {
    values.iter().flatten().cloned().collect()
}

fn reading(test: Test) -> Reading {
    match test {
        Test::StringLike | Test::StringNotLike => Reading::Wild,
        Test::ArnEquals | Test::ArnNotEquals | Test::ArnLike | Test::ArnNotLike => Reading::Arn,
        Test::StringEqualsIgnoreCase | Test::StringNotEqualsIgnoreCase => Reading::Folded,
        _ => Reading::Plain,
    }
}
