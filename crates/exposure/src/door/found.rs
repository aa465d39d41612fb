//! What a door lets in, and what it would let in without its Denies.

use bucketwatch_policy::action::{Action, ActionSet};
use bucketwatch_policy::catalogue;
use bucketwatch_policy::reach::{Audience, Callers, Ineffective, Opening, Reach, Undecided};
use bucketwatch_policy::request::Caller;
use bucketwatch_policy::witness::Witness;

use super::{Denies, Door};
use crate::containment::covers_audience;
use crate::glob;
use crate::proof::{accesses, narrowed};

/// The answer of a door to one kind of callers.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Who gets in past every Deny.
    pub(crate) open: Vec<Opening>,
    /// Who gets in only if the Denies are lifted.
    pub(crate) lifted: Vec<Opening>,
    /// What could not be decided.
    pub(crate) undecided: Vec<Undecided>,
    /// Grants without effect.
    pub(crate) ineffective: Vec<Ineffective>,
}

impl Door<'_> {
    /// Gives what the door lets in when `callers` knock.
    pub(crate) fn find(&self, callers: Callers) -> Found {
        if self.policies().any(|(attached, _)| !attached.has_allows()) {
            return Found::default();
        }
        let Reach { openings, undecided, ineffective, .. } = self.ask(callers, Denies::Count);
        let open = self.as_stored(merged(openings), callers, Denies::Count);
        let mut lifted = Vec::new();
        if self.has_denies() {
            let without = self.ask(callers, Denies::Lifted);
            for opening in self.as_stored(merged(without.openings), callers, Denies::Lifted) {
                let rest = uncovered(&opening, &open);
                if !rest.is_empty() {
                    lifted.push(self.part(&opening, rest, Denies::Lifted));
                }
            }
        }
        Found { open, lifted, undecided, ineffective }
    }

    /// Gives the part of `opening` that the actions of `keep` make up.
    pub(crate) fn part(&self, opening: &Opening, keep: ActionSet, denies: Denies) -> Opening {
        narrowed(opening, keep, |witness| self.accepts(witness, &opening.sources, denies))
    }

    /// Takes from unsigned callers what the default encryption refuses them: to store objects under a KMS key.
    /// Signed callers keep it.
    ///
    /// *Source*: Amazon S3 user guide, "Protecting data with AWS KMS keys", docs/semantics.md B12.
    fn as_stored(&self, openings: Vec<Opening>, callers: Callers, denies: Denies) -> Vec<Opening> {
        let stores: ActionSet = catalogue::find("s3:PutObject").into_iter().collect();
        let unsigned = |opening: &Opening| {
            matches!(opening.audience, Audience::Anyone { .. } | Audience::Network { .. })
                && !opening.actions.and(stores).is_empty()
        };
        if callers == Callers::Signed || !self.world.encrypts_with_kms() || !openings.iter().any(unsigned) {
            return openings;
        }
        let signed = merged(self.ask(Callers::Signed, denies).openings);
        let mut out = Vec::new();
        for opening in openings {
            if !unsigned(&opening) {
                out.push(opening);
                continue;
            }
            let within = signed.iter().filter(|other| {
                other.sources == opening.sources
                    && !other.actions.and(stores).is_empty()
                    && covers_audience(&[&opening.audience], &other.audience)
            });
            for other in within {
                let part = self.part(other, stores, denies);
                if !out.contains(&part) {
                    out.push(part);
                }
            }
            let rest = opening.actions.minus(stores);
            if !rest.is_empty() {
                out.push(self.part(&opening, rest, denies));
            }
        }
        out
    }
}

/// Tells whether another opening of `all` says as much to a reader: to a wider audience, by the same statements, the
/// same accesses to the same resources, and what is left apart are single actions that S3 takes signed only. Callers who
/// sign say nothing of those who do not, wherever these come from.
pub(super) fn is_said_by_another(opening: &Opening, all: &[Opening]) -> bool {
    let access = accesses(opening.actions);
    let unsigned =
        |opening: &Opening| opening.witnesses.iter().any(|(_, witness)| witness.caller == Caller::Anonymous);
    all.iter().any(|other| {
        other.sources == opening.sources
            && (unsigned(other) || !unsigned(opening))
            && other.audience != opening.audience
            && other.validity == opening.validity
            && other.resources_except == opening.resources_except
            && covers_audience(&[&other.audience], &opening.audience)
            && accesses(other.actions).iter().filter(|class| access.contains(class)).count() == access.len()
            && opening.actions.minus(other.actions).iter().all(Action::signed_only)
            && opening.resources.iter().all(|resource| {
                other.resources.iter().any(|pattern| glob::contains(pattern.as_raw(), resource.as_raw()))
            })
    })
}

/// Gives the actions of `opening` that no opening of `by` gives to the same audience by the same statements.
pub(crate) fn uncovered(opening: &Opening, by: &[Opening]) -> ActionSet {
    by.iter()
        .filter(|other| {
            other.sources == opening.sources && covers_audience(&[&other.audience], &opening.audience)
        })
        .fold(opening.actions, |rest, other| rest.minus(other.actions))
}

/// Joins what one source gives to one audience: the engine answers by groups of actions.
fn merged(openings: Vec<Opening>) -> Vec<Opening> {
    let mut out: Vec<Opening> = Vec::with_capacity(openings.len());
    for opening in openings {
        let same = out.iter_mut().find(|other| {
            other.sources == opening.sources
                && other.audience == opening.audience
                && other.validity == opening.validity
        });
        match same {
            Some(other) => join(other, opening),
            None => out.push(opening),
        }
    }
    out
}

fn join(into: &mut Opening, other: Opening) {
    into.actions = into.actions.or(other.actions);
    into.notes.extend(other.notes);
    for resource in other.resources {
        if !into.resources.contains(&resource) {
            into.resources.push(resource);
        }
    }
    for cut in other.resources_except {
        if !into.resources_except.contains(&cut) {
            into.resources_except.push(cut);
        }
    }
    for (access, witness) in other.witnesses {
        match into.witnesses.iter_mut().find(|(known, _)| *known == access) {
            None => into.witnesses.push((access, witness)),
            Some((_, known)) if is_more_telling(&witness, known) => *known = witness,
            Some(_) => {}
        }
    }
}

fn is_more_telling(one: &Witness, other: &Witness) -> bool {
    let telling = catalogue::telling();
    telling.contains(one.action) && !telling.contains(other.action)
}

/// Gives the actions that write ACLs, which BucketOwnerEnforced refuses to everybody.
///
/// *Source*: Amazon S3 API reference, PutBucketAcl and PutObjectAcl, docs/semantics.md B11.
pub(super) fn acl_writes() -> ActionSet {
    let names = ["s3:PutBucketAcl", "s3:PutObjectAcl", "s3:PutObjectVersionAcl"];
    names.iter().filter_map(|name| catalogue::find(name)).collect::<Vec<Action>>().into_iter().collect()
}
