//! No claim without a proof: what is said of strangers carries a request that the plain evaluator accepts.

use bucketwatch_policy::action::{Access, Action, ActionSet, ResourceKind};
use bucketwatch_policy::reach::{Audience, Opening};
use bucketwatch_policy::untrusted::Untrusted;
use bucketwatch_policy::witness::Witness;

use crate::severity;

/// An opening of which every access is proven, as far as it speaks of strangers.
///
/// INVARIANT: [`Proven::check`] is the only way to get one, and exposures are built from nothing else.
#[derive(Debug)]
pub(crate) struct Proven(Opening);

/// What a proof leaves over.
#[derive(Debug)]
pub(crate) struct Checked {
    /// What is proven.
    pub(crate) proven: Option<Proven>,
    /// Whether something remained without proof.
    pub(crate) unproven: bool,
}

impl Proven {
    /// Sorts an opening into what `accepts` proves and what nothing proves.
    ///
    /// Named audiences need no witness; a witness that is not accepted is dropped all the same.
    pub(crate) fn check(mut opening: Opening, accepts: impl Fn(&Witness) -> bool) -> Checked {
        opening.witnesses.retain(|(_, witness)| accepts(witness));
        opening.witnesses.sort_by_key(|(access, _)| severity::rank(*access));
        opening.witnesses.dedup_by_key(|(access, _)| *access);
        if !is_to_strangers(&opening.audience) {
            let proven = (!opening.actions.is_empty()).then_some(Self(opening));
            return Checked { proven, unproven: false };
        }
        let witnessed = |action: &Action| has_witness(&opening, action.access());
        let actions: ActionSet = opening.actions.iter().filter(witnessed).collect();
        let unproven = actions != opening.actions;
        opening.actions = actions;
        Checked { proven: (!actions.is_empty()).then_some(Self(opening)), unproven }
    }

    /// Gives the opening.
    pub(crate) fn into_opening(self) -> Opening {
        self.0
    }
}

fn has_witness(opening: &Opening, access: Access) -> bool {
    opening.witnesses.iter().any(|(proven, _)| *proven == access)
}

/// Tells whether `audience` makes a bucket public.
pub(crate) fn is_to_strangers(audience: &Audience) -> bool {
    matches!(audience, Audience::Anyone { .. } | Audience::AnyAwsAccount { .. })
}

/// Gives the access classes of `actions`, worst first.
pub(crate) fn accesses(actions: ActionSet) -> Vec<Access> {
    let mut classes: Vec<Access> = actions.iter().map(Action::access).collect();
    classes.sort_by_key(|access| severity::rank(*access));
    classes.dedup();
    classes
}

/// Gives the part of `opening` that the actions of `keep` make up, with witnesses moved to an action that is left.
pub(crate) fn narrowed(opening: &Opening, keep: ActionSet, accepts: impl Fn(&Witness) -> bool) -> Opening {
    let actions = opening.actions.and(keep);
    let mut part = Opening { actions, witnesses: Vec::new(), ..opening.clone() };
    if actions == opening.actions {
        return opening.clone();
    }
    part.resources.retain(|resource| is_reached_by(resource, actions));
    for access in accesses(actions) {
        let kept = opening
            .witnesses
            .iter()
            .find(|(_, witness)| actions.contains(witness.action) && witness.action.access() == access);
        let of_class = actions.iter().filter(|action| action.access() == access);
        let witness = kept
            .map(|(_, witness)| witness.clone())
            .or_else(|| of_class.flat_map(|action| moved(opening, action)).find(|witness| accepts(witness)));
        part.witnesses.extend(witness.map(|witness| (access, witness)));
    }
    part
}

/// Gives every witness of `opening` turned to another action on the same kind of resource.
fn moved(opening: &Opening, action: Action) -> impl Iterator<Item = Witness> {
    let fitting = opening.witnesses.iter().filter(move |(_, witness)| witness.action.kind() == action.kind());
    fitting.map(move |(_, witness)| {
        let mut witness = Witness { action, ..witness.clone() };
        let foreign: Vec<String> = witness
            .context
            .iter()
            .map(|(key, _)| key.to_owned())
            .filter(|key| !action.defines(key))
            .collect();
        for key in foreign {
            witness.context.remove(&key);
        }
        witness
    })
}

/// Tells whether a resource pattern can name what some action acts on.
fn is_reached_by(resource: &Untrusted, actions: ActionSet) -> bool {
    let text = resource.as_raw();
    let names_objects = text.contains('/') || text.ends_with('*');
    let names_bucket = !text.contains('/') || text.contains('*') && !text.contains(":::");
    actions.iter().any(|action| match action.kind() {
        ResourceKind::Object => names_objects,
        _ => names_bucket,
    })
}
