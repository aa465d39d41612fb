//! Which resources an opening reaches: what the Allows name, and what the Denies cut out of it.

use crate::action::ResourceKind;
use crate::document::Resources;
use crate::pattern::Pattern;
use crate::reach::domain::text::{Search, find};
use crate::reach::glob::{Glob, Reading, Substitute};
use crate::reach::inquiry::{Case, Inquiry};
use crate::reach::meter::Meter;
use crate::reach::{Document, Layer};

/// What is reached of one kind of resource.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Extent {
    /// Patterns over the object keys that are reached; empty for the bucket itself.
    pub(super) keys: Vec<Glob>,
    /// What NotResource leaves out of them, for everybody.
    pub(super) unnamed: Vec<Glob>,
    /// What Denies cut out of them.
    pub(super) except: Vec<Glob>,
    /// Patterns that the Allows name and that are not reached.
    pub(super) missed: Vec<Glob>,
    /// For each Deny that spares some keys only, those keys: nothing else is reached.
    pub(super) spared: Vec<Vec<Glob>>,
}

/// The keys that a wider audience leaves to lesser ones.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Left {
    /// Only keys that match one of these; `None` = any.
    pub(super) within: Option<Vec<Glob>>,
    /// No key that matches one of these.
    pub(super) outside: Vec<Glob>,
}

impl Left {
    /// Keeps `case` to these keys.
    pub(super) fn narrow<'l>(&'l self, case: Case<'l>) -> Case<'l> {
        Case { within: self.within.as_deref(), outside: Some(&self.outside), ..case }
    }

    /// Gives what is left once everything but the gaps of `extent` is reached; `None` = nothing.
    ///
    /// An upper bound: where gaps of several kinds come together, it is all that was left before.
    pub(super) fn after(&self, extent: &Extent) -> Option<Self> {
        let gaps: Vec<Glob> = extent.missed.iter().chain(&extent.except).cloned().collect();
        match extent.spared.as_slice() {
            [] if gaps.is_empty() => None,
            [] => Some(Self { within: Some(gaps), outside: self.outside.clone() }),
            [spared] if gaps.is_empty() => {
                let outside = self.outside.iter().chain(spared).cloned().collect();
                Some(Self { within: self.within.clone(), outside })
            }
            _ => Some(self.clone()),
        }
    }
}

impl<'a> Inquiry<'a> {
    /// Gives the keys that the choice of sources names, and what their NotResource leaves out.
    pub(super) fn named_keys(&self, case: Case<'_>) -> Extent {
        let mut extent = Extent::default();
        if case.action.kind() != ResourceKind::Object {
            return extent;
        }
        let mut keys = vec![Glob::wild("*")];
        for (layer, source) in self.question.layers.iter().zip(case.sources) {
            match layer {
                Layer::Policy(document) => {
                    let Some(statement) = document.policy.statements.get(*source) else { continue };
                    let negated = statement.resources.negated;
                    let bound = if negated { Bound::Lower } else { Bound::Upper };
                    let named = self.keys_of(case, document, &statement.resources, bound);
                    if negated {
                        extent.unnamed.extend(named);
                    } else {
                        keys = meet(&keys, &named, &self.meter);
                    }
                }
                Layer::Grants(grants) => {
                    let of_grant = grants.get(*source).and_then(|grant| grant.keys.as_ref());
                    if let Some(patterns) = of_grant {
                        let named: Vec<Glob> = patterns
                            .iter()
                            .filter_map(|pattern| Glob::compile(pattern, Reading::Wild, &anything))
                            .collect();
                        keys = meet(&keys, &named, &self.meter);
                    }
                }
            }
        }
        extent.keys = keys;
        extent
    }

    /// Gives the keys that a `Resource` or `NotResource` element lists.
    fn keys_of(
        &self,
        case: Case<'_>,
        document: &Document<'_>,
        resources: &Resources,
        bound: Bound,
    ) -> Vec<Glob> {
        let prefix = case.names.object_prefix(document.attached_to);
        let certain = |pattern: &&Pattern| bound == Bound::Upper || !pattern.has_variable();
        let listed = resources.patterns.iter().filter(certain);
        let mut keys: Vec<Glob> = Vec::new();
        for key in listed.flat_map(|pattern| Glob::beyond(pattern, prefix, &anything)) {
            if !key.0.is_empty() && !keys.contains(&key) {
                keys.push(key);
            }
        }
        keys
    }

    /// Gives, for each Deny that speaks of some of the keys only, the keys that it speaks of, and whether it spares
    /// them instead.
    pub(super) fn cuts(&self, case: Case<'_>) -> Vec<(Vec<Glob>, bool)> {
        let mut found = Vec::new();
        for (document, statement) in &self.denies {
            if !statement.actions.set.contains(case.action) {
                continue;
            }
            let bound = if statement.resources.negated { Bound::Upper } else { Bound::Lower };
            let keys = self.keys_of(case, document, &statement.resources, bound);
            let everything = keys.iter().any(Glob::is_everything);
            let cut = (keys, statement.resources.negated);
            if !everything && !cut.0.is_empty() && !found.contains(&cut) {
                found.push(cut);
            }
        }
        found
    }
}

/// How to take a pattern with a policy variable, which each caller reads differently.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bound {
    /// As whatever it could name.
    Upper,
    /// As nothing.
    Lower,
}

fn anything(_: &str, _: Option<&str>) -> Substitute {
    Substitute::Anything
}

/// Tells whether some key matches both; where it cannot be said, yes.
pub(super) fn overlaps(a: &Glob, b: &Glob, meter: &Meter) -> bool {
    let (a, b) = (std::slice::from_ref(a), std::slice::from_ref(b));
    find(&[a, b], &[], meter) != Search::Empty
}

fn is_within(a: &Glob, b: &Glob, meter: &Meter) -> bool {
    find(&[std::slice::from_ref(a)], &[b], meter) == Search::Empty
}

/// Gives patterns for what both lists name: the narrower of two where one holds the other, else an upper bound.
pub(super) fn meet(a: &[Glob], b: &[Glob], meter: &Meter) -> Vec<Glob> {
    let mut found: Vec<Glob> = Vec::new();
    for left in a {
        for right in b {
            let narrower = if left.is_everything() || is_within(right, left, meter) {
                right
            } else if overlaps(left, right, meter) {
                left
            } else {
                continue;
            };
            if !found.contains(narrower) {
                found.push(narrower.clone());
            }
        }
    }
    found
}
