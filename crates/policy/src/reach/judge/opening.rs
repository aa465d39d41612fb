//! What is entered of a sighting: its proofs, and how far it reaches.

use std::collections::BTreeSet;

use super::{Judge, Rest, Sighting};
use crate::action::{Access, ActionSet, ResourceKind};
use crate::catalogue;
use crate::reach::extent::{Extent, meet, overlaps};
use crate::reach::glob::Glob;
use crate::reach::inquiry::plain::{is_object_tag, is_text_of_the_caller};
use crate::reach::inquiry::{Attempt, Case, Solution};
use crate::reach::ledger::Entry;
use crate::reach::outsider::Outsider;
use crate::reach::proof::REFUSED;
use crate::reach::scene::Place;
use crate::reach::{AttachedTo, Audience, Note, Why};
use crate::witness::Witness;

impl Judge<'_, '_> {
    /// Enters what was sighted, with its proofs; `true` = it reaches all that the sources name.
    pub(super) fn enter(
        &mut self,
        rest: &mut Rest,
        case: Case<'_>,
        actions: ActionSet,
        cell: usize,
        sighting: Sighting,
        (callers, audience, note): (&[Outsider], Audience, Option<Note>),
    ) -> bool {
        let Some(solution) = &sighting.first else { return false };
        if case.action.owner_account_only() {
            self.ledger.refuse(
                self.sources,
                actions,
                "S3 takes this action only from the bucket owner's account",
            );
            return true;
        }
        let case = rest.keys.narrow(case);
        let plainest = self.inquiry.plainest(case, solution);
        let solution = plainest.as_ref().unwrap_or(solution);
        let mut proven = ActionSet::EMPTY;
        let mut witnesses: Vec<(Access, Witness)> = Vec::new();
        let carried = self.inquiry.carried(solution);
        let telling = catalogue::telling();
        for action in actions.and(telling).iter().chain(actions.minus(telling).iter()) {
            if witnesses.iter().any(|(access, _)| *access == action.access()) {
                proven.insert(action);
                continue;
            }
            if let Some(witness) = self.inquiry.prove(case, solution, action, &carried) {
                witnesses.push((action.access(), witness));
                proven.insert(action);
            }
        }
        if proven != actions {
            let why = Why::NoRule(REFUSED);
            self.ledger.doubt(self.sources, &audience, &why);
        }
        if proven.is_empty() {
            return false;
        }
        let extent = self.extent(rest, case, callers, &sighting.places);
        let mut notes: BTreeSet<Note> = note.into_iter().collect();
        self.annotate(case, solution, &mut notes);
        let left = rest.keys.after(&extent);
        let complete = left.is_none() && proven == actions;
        let except = match [extent.unnamed.as_slice(), &extent.except].concat() {
            none if none.is_empty() => Vec::new(),
            keys => self.arns(case, &keys),
        };
        let everywhere = matches!(
            &audience,
            Audience::Anyone { ranges } | Audience::AnyAwsAccount { ranges } if ranges.is_empty()
        );
        self.ledger.enter(Entry {
            sources: self.sources.to_vec(),
            audience,
            actions: proven,
            resources: self.arns(case, &extent.keys),
            except,
            witnesses,
            cells: vec![cell],
            notes,
        });
        match left {
            Some(left) => rest.keys = left,
            None if !everywhere => rest.covered.extend(sighting.places),
            None => {}
        }
        complete && everywhere
    }

    /// Gives the keys that are reached: each pattern that is, without what a Deny takes out of it for good.
    fn extent(&mut self, rest: &Rest, case: Case<'_>, callers: &[Outsider], places: &[Place]) -> Extent {
        let mut extent = self.inquiry.named_keys(case);
        if case.action.kind() != ResourceKind::Object {
            return extent;
        }
        if let Some(within) = &rest.keys.within {
            extent.keys = meet(&extent.keys, within, &self.inquiry.meter);
        }
        let cuts = self.inquiry.cuts(case);
        if cuts.is_empty() {
            return extent;
        }
        if extent.keys.len() > 1 {
            let mut reached = Vec::new();
            for key in std::mem::take(&mut extent.keys) {
                if self.reaches(rest, case, callers, places, std::slice::from_ref(&key), None) {
                    reached.push(key);
                } else {
                    extent.missed.push(key);
                }
            }
            extent.keys = reached;
        }
        for (keys, spares) in cuts {
            if spares {
                if !self.reaches(rest, case, callers, places, &extent.keys.clone(), Some(&keys)) {
                    extent.keys = meet(&extent.keys, &keys, &self.inquiry.meter);
                    extent.spared.push(keys);
                }
            } else {
                let meter = &self.inquiry.meter;
                let touching = |cut: &Glob| extent.keys.iter().any(|key| overlaps(key, cut, meter));
                let touching: Vec<Glob> = keys.into_iter().filter(touching).collect();
                if !touching.is_empty() && !self.reaches(rest, case, callers, places, &touching, None) {
                    let known = &mut extent.except;
                    let new = |cut: &Glob| !known.contains(cut) && !extent.unnamed.contains(cut);
                    let new: Vec<Glob> = touching.into_iter().filter(new).collect();
                    known.extend(new);
                }
            }
        }
        extent
    }

    /// Tells whether somebody reaches, or might reach, a key within `keys` and outside `not`.
    fn reaches(
        &mut self,
        rest: &Rest,
        case: Case<'_>,
        callers: &[Outsider],
        places: &[Place],
        keys: &[Glob],
        not: Option<&[Glob]>,
    ) -> bool {
        let outside: Vec<Glob> = rest.keys.outside.iter().chain(not.unwrap_or_default()).cloned().collect();
        let case = Case { within: Some(keys), outside: Some(&outside), ..case };
        places.iter().any(|place| {
            callers.iter().any(|caller| !matches!(self.inquiry.attempt(case, caller, place), Attempt::Out))
        })
    }

    fn arns(&self, case: Case<'_>, keys: &[Glob]) -> Vec<String> {
        if case.action.kind() == ResourceKind::Object {
            let prefix = case.names.object_prefix(AttachedTo::Bucket);
            keys.iter().map(|key| key.spelled_after(prefix)).collect()
        } else {
            vec![case.names.bucket(AttachedTo::Bucket, ResourceKind::Bucket).to_owned()]
        }
    }

    fn annotate(&self, case: Case<'_>, solution: &Solution, notes: &mut BTreeSet<Note>) {
        use crate::reach::atom::Value;
        for (key, value) in &solution.model {
            let Value::One(_) = value else { continue };
            if is_object_tag(key) {
                notes.insert(Note::OnlyTaggedObjects);
            }
            let freely = key == "aws:useragent" || is_text_of_the_caller(key);
            let allows = self.inquiry.allows(case.sources);
            let mut entries = allows.iter().flat_map(|allow| &allow.conditions);
            if let Some(entry) = entries.find(|entry| freely && entry.key == *key) {
                notes.insert(Note::CallerChosenKey(entry.key_text.as_raw().to_owned()));
            }
        }
    }
}
