//! What is open at first sight. The first run over an account alarms nobody and has no changes; who keeps a list of
//! findings is told of it all the same.

use std::collections::BTreeMap;

use bucketwatch_exposure::assessment::Verdict;

use super::decide::Decision;
use super::look::Occasion;
use crate::identity::id_of;
use crate::notice::{Acceptance, TransitionRecord};
use crate::state::{AccountRecord, BucketKey, BucketRecord};

/// Gives each bucket of `decisions` that is public and was never seen before, in a run before the account's baseline, as
/// the change that it would be later.
pub(super) fn at_first_sight(
    decisions: &[Decision],
    stored: &BTreeMap<BucketKey, BucketRecord>,
    account: Option<&AccountRecord>,
    occasion: &Occasion,
) -> Vec<TransitionRecord> {
    if occasion.run().is_none() || account.is_some_and(|account| account.baseline.is_some()) {
        return Vec::new();
    }
    let is_new = |decision: &&Decision| {
        let known = stored.get(&decision.record.key);
        decision.transition.is_none() && known.is_none_or(|record| record.deleted_at.is_some())
    };
    decisions.iter().filter(is_new).filter_map(|decision| opened(&decision.record, occasion)).collect()
}

fn opened(record: &BucketRecord, occasion: &Occasion) -> Option<TransitionRecord> {
    let standing = record.standing.as_ref().filter(|standing| standing.verdict == Verdict::Public)?;
    let (account, name) = (record.key.account.as_str(), record.key.name.as_raw());
    Some(TransitionRecord {
        id: id_of(&["found", account, name, occasion.group_key()]),
        at: occasion.at,
        bucket: record.key.name.clone(),
        account: record.key.account.clone(),
        region: record.region.clone(),
        kind: "opened".to_owned(),
        inner: None,
        before: None,
        after: Some(standing.side.clone()),
        cause: occasion.cause.clone(),
        group_key: occasion.group_key().to_owned(),
        acceptance: Acceptance::default(),
    })
}
