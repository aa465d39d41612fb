//! Who did it.

use bucketwatch_exposure::snapshot::Ownership;
use bucketwatch_ingest::cloudtrail::{Change, Content, Kind, Scope};
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;

use crate::notice::{Deed, TransitionCause};
use crate::observe::Hand;
use crate::state::{ChangeRecord, Opened};

/// How many earlier events an alert names at most.
const HANDS: usize = 4;

/// Gives who did what in `change`, for those who look after `owner`.
pub(crate) fn deed(change: &Change, owner: &AccountId) -> Deed {
    Deed {
        event: change.id.clone(),
        name: change.event_name.clone(),
        at: change.at,
        actor: change.actor.describe(Some(owner)),
        agent: change.agent.describe(),
        address: change.address.clone(),
    }
}

/// Gives what is remembered of `change`, which is about `bucket`.
pub(super) fn record(
    change: &Change,
    bucket: Option<&Untrusted>,
    owner: &AccountId,
    now: Timestamp,
) -> ChangeRecord {
    let is_of_bucket = !matches!(change.kind.scope(), Scope::Object | Scope::Table);
    ChangeRecord {
        account: owner.clone(),
        bucket: bucket.cloned(),
        recorded_at: now,
        opened: opened(change).filter(|_| change.outcome.is_done() && is_of_bucket),
        deed: deed(change, owner),
    }
}

/// Gives what `change` can have opened, or would have.
pub(crate) fn opened(change: &Change) -> Option<Opened> {
    match &change.content {
        Content::Policy(Some(_)) if change.kind.scope() == Scope::AccessPoints => Some(Opened::AccessPoint),
        Content::Policy(Some(_)) => Some(Opened::Policy),
        Content::Acl(acl) if !acl.grants.is_empty() => Some(Opened::Acl),
        Content::Bucket { acl: Some(acl), .. } if !acl.grants.is_empty() => Some(Opened::Acl),
        Content::Ownership(rule) if *rule != Some(Ownership::BucketOwnerEnforced) => Some(Opened::Acl),
        Content::Block(None) => Some(Opened::Block),
        Content::Block(Some(flags)) => {
            let all = flags.ignore_public_acls && flags.restrict_public_buckets;
            (!all).then_some(Opened::Block)
        }
        Content::Unstated => match change.kind {
            Kind::BucketPolicy => Some(Opened::Policy),
            Kind::BucketAcl | Kind::Ownership => Some(Opened::Acl),
            Kind::BucketBlock
            | Kind::AccountBlock
            | Kind::OrganizationPolicy
            | Kind::OrganizationMembership => Some(Opened::Block),
            Kind::AccessPointPolicy | Kind::MultiRegionAccessPointPolicy => Some(Opened::AccessPoint),
            _ => None,
        },
        _ => None,
    }
}

/// Gives the change of `group` to name first: the latest one that is about who gets in, if any is.
pub(super) fn main_of(group: &[Change]) -> Option<&Change> {
    let beside = |kind| {
        matches!(
            kind,
            Kind::Website | Kind::Encryption | Kind::RequestPayment | Kind::Replication | Kind::Tagging
        )
    };
    group.iter().rev().find(|change| !beside(change.kind)).or(group.last())
}

/// Gives the events that can have had a hand in what the event of `cause` brought about: of those that opened the same
/// thing only the latest counts, and none that opened what that event did.
pub(super) fn hands(cause: &TransitionCause, mut events: Vec<ChangeRecord>) -> Vec<Hand> {
    let Some((at, id)) = cause.done_at() else { return Vec::new() };
    events.sort_by(|a, b| (b.deed.at, &b.deed.event).cmp(&(a.deed.at, &a.deed.event)));
    let main = events.iter().find(|event| event.deed.event == id);
    let mut taken: Vec<Opened> = main.and_then(|main| main.opened).into_iter().collect();
    let mut hands = Vec::new();
    for ChangeRecord { opened, deed, .. } in events {
        let Some(opened) = opened.filter(|_| deed.at <= at && deed.event != id) else { continue };
        if !taken.contains(&opened) && hands.len() < HANDS {
            taken.push(opened);
            hands.push(Hand { opened, deed });
        }
    }
    hands
}
