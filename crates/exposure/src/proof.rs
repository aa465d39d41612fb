//! No claim without a proof: every exposure carries requests that the plain evaluator accepts.

use bucketwatch_policy::action::{Access, Action, ActionSet, ResourceKind};
use bucketwatch_policy::reach::{Audience, Opening};
use bucketwatch_policy::untrusted::Untrusted;
use bucketwatch_policy::witness::Witness;

use crate::severity;

/// An opening of which every access is proven.
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
    pub(crate) fn check(mut opening: Opening, accepts: impl Fn(&Witness) -> bool) -> Checked {
        opening.witnesses.retain(|(_, witness)| accepts(witness));
        opening.witnesses.sort_by_key(|(access, _)| severity::rank(*access));
        opening.witnesses.dedup_by_key(|(access, _)| *access);
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

/// Tells whether a resource pattern can name what some action acts on: the bucket's ARN has no slash, an object's has
/// one; an access point's object stands behind `/object/`.
fn is_reached_by(resource: &Untrusted, actions: ActionSet) -> bool {
    let text = resource.as_raw();
    let names_an_object =
        if text.contains(":accesspoint/") { text.contains("/object/") } else { text.contains('/') };
    actions.iter().any(|action| match action.kind() {
        ResourceKind::Object => names_an_object || text.contains(['*', '?']),
        _ => !names_an_object,
    })
}

#[cfg(test)]
mod tests {
    use bucketwatch_policy::catalogue;
    use bucketwatch_policy::request::{Caller, Context};

    use super::*;

    fn action(name: &str) -> Action {
        catalogue::find(name).unwrap()
    }

    fn witness(name: &str, resource: &str) -> (Access, Witness) {
        let action = action(name);
        let witness = Witness {
            caller: Caller::Anonymous,
            action,
            resource: resource.into(),
            context: Context::default(),
            absent: Vec::new(),
            endpoint: None,
        };
        (action.access(), witness)
    }

    fn opening(audience: Audience, actions: &[&str], witnesses: Vec<(Access, Witness)>) -> Opening {
        Opening {
            sources: vec![0],
            audience,
            actions: actions.iter().map(|name| action(name)).collect(),
            resources: vec!["arn:aws:s3:::b".into(), "arn:aws:s3:::b/*".into()],
            resources_except: Vec::new(),
            witnesses,
            validity: None,
            notes: Default::default(),
        }
    }

    fn anyone() -> Audience {
        Audience::Anyone { ranges: Vec::new() }
    }

    #[test]
    fn nothing_is_said_without_an_accepted_witness() {
        let both =
            || vec![witness("s3:ListBucket", "arn:aws:s3:::b"), witness("s3:GetObject", "arn:aws:s3:::b/k")];
        let whole = opening(anyone(), &["s3:ListBucket", "s3:GetObject"], both());
        let accepted = Proven::check(whole.clone(), |_| true);
        assert!(!accepted.unproven);
        let order: Vec<Access> =
            accepted.proven.unwrap().0.witnesses.iter().map(|(access, _)| *access).collect();
        assert_eq!(order, [Access::Read, Access::List]);

        let half = Proven::check(whole.clone(), |witness| witness.action == action("s3:GetObject"));
        assert!(half.unproven);
        assert_eq!(half.proven.unwrap().0.actions.len(), 1);

        let none = Proven::check(whole, |_| false);
        assert!(none.unproven && none.proven.is_none());
    }

    #[test]
    fn a_part_keeps_its_resources_and_finds_its_witness() {
        let reads = vec![witness("s3:GetObject", "arn:aws:s3:::b/k")];
        let whole = opening(anyone(), &["s3:ListBucket", "s3:GetObject", "s3:GetObjectVersion"], reads);
        let keep = [action("s3:GetObjectVersion")].into_iter().collect();
        let part = narrowed(&whole, keep, |_| true);
        assert_eq!(part.resources, ["arn:aws:s3:::b/*".into()]);
        assert_eq!(part.witnesses[0].1.action, action("s3:GetObjectVersion"));
        assert_eq!(narrowed(&whole, keep, |_| false).witnesses, []);
    }
}
