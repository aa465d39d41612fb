//! Whether access points that nobody listed could matter.

use bucketwatch_policy::condition::{Condition, Quantifier, Test, Values};
use bucketwatch_policy::document::{Effect, Policy, Statement};
use bucketwatch_policy::reach::{AttachedTo, Callers, Endpoint};

use crate::assessment::Path;
use crate::attached::{Attached, silenced};
use crate::block::Hold;
use crate::door::{Door, Found, Lock};
use crate::path::bucket_policy::restricted;
use crate::world::World;

const ARN: &str = "s3:dataaccesspointarn";
const ACCOUNT: &str = "s3:dataaccesspointaccount";
const KEYS: [&str; 3] = [ARN, ACCOUNT, "s3:accesspointnetworkorigin"];

/// Tells whether the policy speaks of access points at all. If it does not, they let in nobody whom the bucket
/// does not let in itself.
pub(super) fn is_spoken_of(policy: &Policy) -> bool {
    policy.statements.iter().any(speaks_of_points)
}

/// Tells whether unlisted access points of the owner could let in somebody whom the bucket itself does not.
///
/// An upper bound: the bucket's policy is asked as if every request came through the access point that suits it best.
pub(crate) fn could_matter(world: &World<'_>, direct: &Found, multi_region: bool) -> bool {
    let Some(attached) = world.policy.there() else { return false };
    if !is_spoken_of(&attached.policy) {
        return false;
    }
    let account = world.snapshot.account.as_ref().map(|account| account.as_str());
    let fits = |statement: &Statement| {
        statement.conditions.iter().all(|entry| !excludes(entry, account, multi_region))
    };
    let mut best = silenced(&attached.policy, |index, effect| {
        let statement = attached.policy.statements.get(index);
        match effect {
            Effect::Allow => !statement.is_some_and(fits),
            Effect::Deny => statement.is_some_and(speaks_of_points),
        }
    });
    for statement in &mut best.statements {
        statement.conditions.retain(|entry| !KEYS.contains(&entry.key.as_str()));
    }
    let best = Attached::new(best, "/policy");
    let door = Door {
        world,
        path: Path::AccessPoint,
        via: None,
        endpoint: Endpoint::Bucket,
        locks: vec![Lock::Policy(&best, AttachedTo::Bucket)],
        denies: Vec::new(),
    };
    super::adds(&door.find(Callers::Signed), direct, &|_, audience| {
        restricted(world, audience).into_iter().filter(|hold| matches!(hold, Hold::Shut(_))).collect()
    })
}

fn speaks_of_points(statement: &Statement) -> bool {
    statement.conditions.iter().any(|entry| KEYS.contains(&entry.key.as_str()))
}

/// Tells whether an entry certainly excludes every access point of the owner, or every one of the wanted kind.
fn excludes(entry: &Condition, account: Option<&str>, multi_region: bool) -> bool {
    let positive = matches!(
        entry.operator.test,
        Test::StringEquals | Test::StringLike | Test::ArnEquals | Test::ArnLike
    );
    let Values::Text(values) = &entry.values else { return false };
    if !positive || entry.operator.if_exists || entry.operator.quantifier == Some(Quantifier::ForAllValues) {
        return false;
    }
    let plain = |text: &str| !text.contains(['*', '?', '$']);
    let mut texts = values.iter().map(|value| value.text.as_raw());
    match entry.key.as_str() {
        ACCOUNT => texts.all(|text| plain(text) && account.is_some_and(|account| account != text)),
        ARN => texts.all(|text| {
            let field = |index| text.split(':').nth(index).filter(|field| plain(field));
            let foreign = field(4).is_some_and(|owner| account.is_some_and(|account| account != owner));
            let other_kind = field(3).is_some_and(|region| region.is_empty() != multi_region);
            foreign || text.split(':').count() >= 6 && other_kind
        }),
        _ => false,
    }
}
