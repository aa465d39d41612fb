//! The decision: what is stored and what was seen become what is to be stored and told. Pure.

use std::collections::BTreeMap;

use bucketwatch_exposure::assessment::Assessment;
use bucketwatch_exposure::exception::Exception;
use bucketwatch_exposure::snapshot::{BucketSnapshot, ObjectAcl};
use bucketwatch_exposure::standing::Standing;
use bucketwatch_exposure::transition::{ReachChange, Sight, TransitionKind, diff};
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::acceptance::{Exceptions, regarded, subject};
use super::facets::{account_block, account_document, failed, join, passing, split};
use super::look::{AccountLook, BucketLook, Occasion};
use super::objects;
use crate::exception::{mark, tags_in};
use crate::identity::id_of;
use crate::judgement::{Judge, assess_with};
use crate::notice::{Acceptance, TransitionCause, TransitionRecord};
use crate::report::wire::{AssessmentDocument, Origin};
use crate::state::{
    AccountRecord, AssessmentRecord, BucketKey, BucketRecord, Facet, FacetKind, Look, Merge, StandingRecord,
    StateError,
};

/// After so many runs in a row that failed to read it for passing reasons, a bucket is out of sight.
const FAILED_RUNS: u32 = 2;

/// What is to be written about a bucket.
pub(super) struct Decision {
    /// Its record, with the version that was loaded.
    pub(super) record: BucketRecord,
    /// What changed.
    pub(super) transition: Option<TransitionRecord>,
    /// The look ties with a differing one: its facts are not written.
    pub(super) read_again: bool,
    /// Objects that let strangers in and find no room.
    pub(super) left_out: Vec<ObjectAcl>,
}

/// On what a decision rests, beside what is stored and what was seen.
#[derive(Clone, Copy)]
pub(super) struct Grounds<'a> {
    /// Why and when somebody looked.
    pub(super) occasion: &'a Occasion,
    /// What judges.
    pub(super) judge: Judge,
    /// The exceptions, those that count no longer too.
    pub(super) exceptions: &'a [Exception],
}

/// Decides on a look at an account. One that ties with a differing one changes nothing; the next run settles it.
pub(super) fn account(
    stored: Option<&AccountRecord>,
    look: &AccountLook,
    occasion: &Occasion,
) -> AccountRecord {
    let arrival = Facet { observed_at: look.observed_at, document: account_document(&look.block) };
    let last_look = Look { at: occasion.at, run: occasion.run() };
    let failing = passing(&look.block);
    let Some(stored) = stored else {
        return AccountRecord {
            account: look.account.clone(),
            version: 0,
            partition: look.partition,
            block: Some(arrival),
            revision: 1,
            failed_runs: u32::from(failing),
            last_look,
            baseline: None,
        };
    };
    let mut record = AccountRecord { last_look: last_look.clone(), ..stored.clone() };
    record.failed_runs = failed_runs(failing, stored.failed_runs, &stored.last_look, &last_look);
    match stored.block.as_ref().map_or(Merge::Replace, |block| block.merge(&arrival)) {
        Merge::Keep | Merge::Tie => return record,
        Merge::Replace => {}
    }
    if failing && stored.block.is_some() && record.failed_runs < FAILED_RUNS {
        return record;
    }
    if record.block.as_ref().is_none_or(|block| block.document != arrival.document) {
        record.revision += 1;
    }
    record.block = Some(arrival);
    record
}

/// Counts runs in a row that failed; looks of the same run count once.
fn failed_runs(failing: bool, so_far: u32, before: &Look, now: &Look) -> u32 {
    match failing {
        false => 0,
        true if so_far > 0 && before.run.is_some() && before.run == now.run => so_far,
        true => so_far + 1,
    }
}

/// Decides on a look at a bucket.
pub(super) fn bucket(
    key: &BucketKey,
    stored: Option<&BucketRecord>,
    account: Option<&AccountRecord>,
    look: &BucketLook,
    grounds: Grounds<'_>,
) -> Result<Decision, StateError> {
    let Grounds { occasion, judge: judge_by, exceptions } = grounds;
    let first = stored.is_none_or(|record| record.deleted_at.is_some());
    let mut record = begin(key, stored, occasion);
    let now = Look { at: occasion.at, run: occasion.run() };
    let seen = match &look.assessment {
        Some(assessment) => assessment.clone(),
        None => assess_with(judge_by, &look.snapshot, occasion.at),
    };
    let failing = !seen.undetermined.is_empty() && fails(&look.snapshot);
    record.failed_runs = failed_runs(failing, record.failed_runs, &record.last_look, &now);
    record.last_look = now;
    record.region = look.snapshot.region.clone().or(record.region);
    let arrivals = split(look);
    let ties = |(kind, arrival): (&FacetKind, &Facet)| {
        record.facets.get(kind).is_some_and(|stored| stored.merge(arrival) == Merge::Tie)
    };
    if arrivals.iter().any(ties) {
        return Ok(Decision { record, transition: None, read_again: true, left_out: Vec::new() });
    }
    let patient = failing && record.failed_runs < FAILED_RUNS;
    merge(&mut record.facets, &arrivals, |kind| patient && failed(kind, &look.snapshot));
    let objects_at = look.configuration_at.unwrap_or(occasion.at);
    let left_out = objects::merge(&mut record.facets, &look.objects, objects_at);
    let known = known(&record.key, &record.facets, account, Some((look, &arrivals)))?;
    // An event is about a change, so what it shows for the first time is no baseline.
    let no_baseline = account.is_none_or(|account| account.baseline.is_none());
    let before_baseline = first && no_baseline && occasion.run().is_some();
    let anew = (known != look.snapshot).then(|| assess_with(judge_by, &known, occasion.at));
    let transition = judge(&mut record, anew.as_ref().unwrap_or(&seen), (first, before_baseline), grounds);
    if failing {
        let observed_at = look.configuration_at.unwrap_or(occasion.at);
        record.assessment =
            Some(shown(&record, &seen, observed_at, Exceptions { all: exceptions, at: occasion.at }));
    }
    record.account_revision = account.map_or(0, |account| account.revision);
    Ok(Decision { record, transition, read_again: false, left_out })
}

/// Tells whether anything in `snapshot` was refused for a passing reason.
fn fails(snapshot: &BucketSnapshot) -> bool {
    passing(&snapshot.account_block) || FacetKind::ALL.into_iter().any(|kind| failed(kind, snapshot))
}

/// Puts newer facets in the place of older ones, except those that `held_back` keeps from replacing what is known.
fn merge(
    stored: &mut BTreeMap<FacetKind, Facet>,
    arrivals: &BTreeMap<FacetKind, Facet>,
    held_back: impl Fn(FacetKind) -> bool,
) {
    for (&kind, arrival) in arrivals {
        let newer = match stored.get(&kind) {
            None => true,
            Some(facet) => facet.merge(arrival) == Merge::Replace && !held_back(kind),
        };
        if newer {
            stored.insert(kind, arrival.clone());
        }
    }
}

/// Decides on a bucket that nobody looked at, after the facts of its account changed.
pub(super) fn anew(
    mut record: BucketRecord,
    account: &AccountRecord,
    grounds: Grounds<'_>,
) -> Result<Decision, StateError> {
    let known = known(&record.key, &record.facets, Some(account), None)?;
    let assessment = assess_with(grounds.judge, &known, grounds.occasion.at);
    let transition = judge(&mut record, &assessment, (false, false), grounds);
    record.account_revision = account.revision;
    Ok(Decision { record, transition, read_again: false, left_out: Vec::new() })
}

/// Decides on a bucket that does not exist; `None` = that is known.
pub(super) fn gone(mut record: BucketRecord, occasion: &Occasion) -> Option<Decision> {
    if record.deleted_at.is_some() {
        return None;
    }
    let before = record.standing.take().map(|standing| standing.side);
    let cause = occasion.cause_of(TransitionKind::Deleted, None);
    let turn = (TransitionKind::Deleted, Acceptance::default());
    let transition = transition(&record, turn, (before, None), cause, occasion);
    record.last_look = Look { at: occasion.at, run: occasion.run() };
    record.deleted_at = Some(occasion.at);
    record.facets = BTreeMap::new();
    record.assessment = None;
    record.sight_lost_at = None;
    record.failed_runs = 0;
    Some(Decision { record, transition: Some(transition), read_again: false, left_out: Vec::new() })
}

/// Gives the record to continue: the stored one, or that of a new bucket or incarnation.
fn begin(key: &BucketKey, stored: Option<&BucketRecord>, occasion: &Occasion) -> BucketRecord {
    match stored {
        Some(record) if record.deleted_at.is_none() => record.clone(),
        _ => BucketRecord {
            key: key.clone(),
            version: stored.map_or(0, |record| record.version),
            region: None,
            incarnation: stored.map_or(1, |record| record.incarnation + 1),
            first_seen_at: occasion.at,
            last_look: Look { at: occasion.at, run: None },
            failed_runs: 0,
            facets: BTreeMap::new(),
            assessment: None,
            standing: None,
            sight_lost_at: None,
            deleted_at: None,
            account_revision: 0,
        },
    }
}

/// Gives what is known of a bucket and its account.
pub(super) fn stored(
    record: &BucketRecord,
    account: Option<&AccountRecord>,
) -> Result<BucketSnapshot, StateError> {
    known(&record.key, &record.facets, account, None)
}

/// Gives the join of what is known of a bucket, and of its account where that was recorded.
fn known(
    key: &BucketKey,
    facets: &BTreeMap<FacetKind, Facet>,
    account: Option<&AccountRecord>,
    seen: Option<(&BucketLook, &BTreeMap<FacetKind, Facet>)>,
) -> Result<BucketSnapshot, StateError> {
    let mut known = match seen {
        Some((look, arrivals)) if arrivals == facets => look.snapshot.clone(),
        _ => join(key, facets)?,
    };
    let block = account.and_then(|account| account.block.as_ref());
    match (block, seen) {
        (Some(block), Some((look, _)))
            if block.document == account_document(&look.snapshot.account_block) =>
        {
            known.account_block = look.snapshot.account_block.clone();
        }
        (Some(block), _) => known.account_block = account_block(block),
        (None, Some((look, _))) => known.account_block = look.snapshot.account_block.clone(),
        (None, None) => {}
    }
    Ok(known)
}

/// Compares `assessment` with the last determined one, moves the record on, and gives what changed, in what is open or in
/// what exceptions cover of it.
///
/// At first sight only what is open or cannot be seen is a change; in the first run over an account, nothing is.
fn judge(
    record: &mut BucketRecord,
    assessment: &Assessment,
    (first, before_baseline): (bool, bool),
    grounds: Grounds<'_>,
) -> Option<TransitionRecord> {
    let occasion = grounds.occasion;
    let exceptions = Exceptions { all: grounds.exceptions, at: occasion.at };
    let before = (!first).then(|| Sight {
        determined: record.standing.as_ref().map(|standing| standing.standing.clone()),
        lost: record.sight_lost_at.is_some(),
    });
    let after = Standing::of(assessment);
    let seen = diff(before.as_ref(), &after).filter(|kind| {
        !before_baseline
            && (!first
                || matches!(kind, TransitionKind::LostSight | TransitionKind::Reach(ReachChange::Opened)))
    });
    let sight = Sight::after(before.as_ref(), &after);
    let earlier = record.standing.clone();
    let observed_at =
        record.facets.get(&FacetKind::Configuration).map_or(occasion.at, |facet| facet.observed_at);
    let own_tags = tags_in(&record.facets);
    let mut turn = seen.map(|kind| (kind, Acceptance::default()));
    if sight.lost {
        record.sight_lost_at.get_or_insert(occasion.at);
    } else {
        record.sight_lost_at = None;
        let subject = subject(record, &own_tags);
        let mark = |standing: Standing| standing.marked(exceptions.all, &subject, exceptions.at);
        let now = sight.determined.map(mark);
        if let Some(now) = now.as_ref().filter(|_| seen.is_some() || !first) {
            let shut = Standing::shut();
            let known = earlier.as_ref().map_or(&shut, |earlier| &earlier.standing);
            turn = regarded(seen, (known, now), &subject, exceptions);
        }
        record.standing = now.map(|standing| StandingRecord {
            verdict: assessment.verdict,
            since: match &earlier {
                Some(earlier) if earlier.verdict == assessment.verdict => earlier.since,
                _ => occasion.at,
            },
            standing,
            side: Value::Null,
        });
    }
    let shown = shown(record, assessment, observed_at, exceptions);
    let side = side(&shown.document, &record.facets);
    if let (false, Some(standing)) = (sight.lost, &mut record.standing) {
        standing.side = side.clone();
    }
    record.assessment = Some(shown);
    let before = earlier.map(|earlier| earlier.side);
    turn.map(|turn| {
        let cause = occasion.cause_of(turn.0, Some(assessment));
        transition(record, turn, (before, Some(side)), cause, occasion)
    })
}

/// Gives what a transition keeps of an assessment's document, and the tags by which people know whose bucket it is.
fn side(document: &Value, facets: &BTreeMap<FacetKind, Facet>) -> Value {
    let gap = |gap: &Value| json!({"what": gap["what"], "permission": gap["permission"], "why": gap["why"]});
    let gaps = document["undetermined"].as_array().map(|gaps| gaps.iter().map(gap).collect::<Vec<_>>());
    let mut side = json!({
        "verdict": document["verdict"],
        "exposures": document["exposures"],
        "aws_public": document["aws_public"],
        "undetermined": gaps.unwrap_or_default(),
    });
    if let Some(tags) = tags(facets) {
        side["tags"] = tags;
    }
    side
}

/// Gives the bucket's tags; `None` where they were not read.
fn tags(facets: &BTreeMap<FacetKind, Facet>) -> Option<Value> {
    match facets.get(&FacetKind::Configuration)?.document.get("tags")? {
        Value::Null => Some(json!({})),
        tags if tags.is_object() && tags.get("unreadable").is_none() => Some(tags.clone()),
        _ => None,
    }
}

fn shown(
    record: &BucketRecord,
    assessment: &Assessment,
    observed_at: Timestamp,
    exceptions: Exceptions<'_>,
) -> AssessmentRecord {
    let origin =
        Origin { source: Untrusted::new(record.key.account.as_str()), observed_at: Some(observed_at) };
    let mut document = AssessmentDocument::new(origin, assessment);
    document.since = record
        .standing
        .as_ref()
        .filter(|standing| standing.verdict == assessment.verdict)
        .map(|standing| standing.since);
    let tags = tags_in(&record.facets);
    mark(&mut document.exposures, exceptions.all, &subject(record, &tags), exceptions.at);
    AssessmentRecord {
        verdict: assessment.verdict,
        severity: assessment.exposures.iter().map(|exposure| exposure.severity).max(),
        objects: assessment.objects,
        observed_at,
        document: serde_json::to_value(document).unwrap_or(Value::Null),
    }
}

pub(super) fn transition(
    record: &BucketRecord,
    (kind, acceptance): (TransitionKind, Acceptance),
    (before, after): (Option<Value>, Option<Value>),
    cause: TransitionCause,
    occasion: &Occasion,
) -> TransitionRecord {
    let key = &record.key;
    let version = (record.version + 1).to_string();
    TransitionRecord {
        id: id_of(&["transition", key.account.as_str(), key.name.as_raw(), &version, occasion.group_key()]),
        at: occasion.at,
        bucket: key.name.clone(),
        account: key.account.clone(),
        region: record.region.clone(),
        kind: kind.as_str().to_owned(),
        inner: kind.inner().map(|inner| inner.as_str().to_owned()),
        before,
        after,
        cause,
        group_key: occasion.group_key().to_owned(),
        acceptance,
    }
}
