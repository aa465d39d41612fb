//! What two answers are compared by.

use std::collections::{BTreeMap, BTreeSet};

use bucketwatch_policy::document::Policy;
use bucketwatch_policy::evaluate::{Decision, evaluate};
use bucketwatch_policy::reach::{Audience, Reach};
use bucketwatch_policy::untrusted::Untrusted;

use super::subject::Subject;
use crate::search;

/// How wide an audience is; a wider one takes in the narrower ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// Nobody.
    #[default]
    Nobody,
    /// Whom the policy names: accounts, organizations, services, VPCs and endpoints.
    Named,
    /// Strangers from certain addresses.
    Ranges,
    /// Every signed stranger.
    AnyAwsAccount,
    /// Everybody.
    Anyone,
}

impl Rank {
    fn of(audience: &Audience) -> Self {
        match audience {
            Audience::Anyone { .. } => Self::Anyone,
            Audience::AnyAwsAccount { .. } => Self::AnyAwsAccount,
            Audience::Network { ranges, .. } if !ranges.is_empty() => Self::Ranges,
            _ => Self::Named,
        }
    }
}

/// What the search says of a policy.
#[derive(Debug)]
pub(super) struct Answer {
    policy: Policy,
    bucket: String,
    reach: Reach,
}

impl Answer {
    /// Asks the search; `None` where the document is refused.
    pub(super) fn to(subject: &Subject) -> Option<Self> {
        Self::to_text(&subject.document.to_string(), &subject.bucket)
    }

    /// Asks the search about a text.
    pub(super) fn to_text(text: &str, bucket: &str) -> Option<Self> {
        let policy = Policy::parse(text).ok()?;
        let reach = search::ask(&policy, &search::setting(bucket));
        Some(Self { policy, bucket: bucket.to_owned(), reach })
    }

    /// Tells whether nothing is open.
    pub(super) fn is_empty(&self) -> bool {
        self.reach.openings.is_empty()
    }

    /// Tells whether nothing was left undecided.
    pub(super) fn is_decided(&self) -> bool {
        self.reach.undecided.is_empty()
    }

    /// Gives for each action the widest audience that has it; for actions that S3 takes only signed, which are left out
    /// where they add nothing to what strangers have unsigned, only for their class together.
    pub(super) fn ranks(&self) -> BTreeMap<String, Rank> {
        let mut ranks: BTreeMap<String, Rank> = BTreeMap::new();
        for opening in &self.reach.openings {
            let own = Rank::of(&opening.audience);
            for action in opening.actions.iter() {
                let name = (!action.signed_only()).then(|| action.name().to_owned());
                for name in name.into_iter().chain([format!("{:?}", action.access())]) {
                    let rank = ranks.entry(name).or_default();
                    *rank = own.max(*rank);
                }
            }
        }
        ranks
    }

    /// Gives all that is said, in an order that does not depend on the text's.
    pub(super) fn details(&self) -> BTreeSet<String> {
        let sorted = |list: &[Untrusted]| {
            list.iter().map(|text| text.as_raw().to_owned()).collect::<BTreeSet<String>>()
        };
        let openings = self.reach.openings.iter().map(|opening| {
            let actions: Vec<&str> = opening.actions.iter().map(|action| action.name()).collect();
            format!(
                "{:?} {:?} {actions:?} {:?} except {:?} {:?} {:?}",
                opening.sources,
                opening.audience,
                sorted(&opening.resources),
                sorted(&opening.resources_except),
                opening.validity,
                opening.notes
            )
        });
        let undecided = self.reach.undecided.iter();
        openings.chain(undecided.map(|undecided| format!("{undecided:?}"))).collect()
    }

    /// Says what this answer lets in and `bound`, as far as it is decided, does not.
    pub(super) fn exceeds(&self, bound: &Self) -> Option<String> {
        let doubt = bound.reach.undecided.iter().map(|undecided| Rank::of(&undecided.audience)).max();
        let doubt = doubt.unwrap_or_default();
        let bounds = bound.ranks();
        for (action, rank) in self.ranks() {
            let allowed = bounds.get(&action).copied().unwrap_or_default();
            if rank > allowed.max(doubt) {
                return Some(format!("{action}: {rank:?} against {allowed:?}, in doubt {doubt:?}"));
            }
        }
        if self.bucket != bound.bucket {
            return None;
        }
        let setting = search::setting(&self.bucket);
        self.reach.openings.iter().flat_map(|opening| &opening.witnesses).find_map(|(_, witness)| {
            let request = witness.request(&setting);
            let refused = match evaluate(&bound.policy, &request) {
                Decision::Denied { .. } | Decision::NotAllowed => true,
                Decision::Allowed { .. } | Decision::Undetermined { .. } => false,
            };
            refused.then(|| format!("{}'s witness is refused: {request:?}", witness.action.name()))
        })
    }
}
