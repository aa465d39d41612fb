//! Accepting what is open of a bucket, and taking that back.

use bucketwatch_exposure::assessment::Verdict;
use bucketwatch_exposure::exception::{Accepted, Act, Exception, Tag};
use bucketwatch_exposure::standing::{Entry, Standing};
use bucketwatch_exposure::transition::TransitionKind;
use bucketwatch_policy::name::Partition;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;
use serde::Deserialize as _;
use serde_json::Value;

use super::decide::{Decision, transition};
use super::{ATTEMPTS, Observer, Occasion};
use crate::exception::{Choice, ChoiceError, ExceptionNote, ExceptionWord, short_id, tags_in};
use crate::notice::{Acceptance, TransitionCause};
use crate::report::wire::Exposure;
use crate::state::{BucketKey, BucketRecord, Commit, StateError};

/// What somebody accepts, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acceptable {
    /// Of which bucket.
    pub key: BucketKey,
    /// What of it.
    pub choice: Choice,
    /// Who answers for it; `None` = whom the bucket's tag `owner` names, else whoever accepts it.
    pub owner: Option<Untrusted>,
    /// Why.
    pub reason: Untrusted,
    /// The first instant at which it counts no longer.
    pub until: Timestamp,
    /// The key of a tag: only as long as that has the value that it has now.
    pub while_tag: Option<Untrusted>,
    /// Who accepts it, and when.
    pub act: Act,
}

/// What came of accepting.
#[derive(Clone, Debug, PartialEq)]
pub struct NewException {
    /// The exception.
    pub exception: Exception,
    /// What is open to strangers and nobody accepts: how many ways in.
    pub left: usize,
    /// When the facts were read that this rests on.
    pub observed_at: Option<Timestamp>,
}

/// Why something was not accepted or taken back.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// Nothing is known of the bucket.
    #[error("nothing is known of bucket `{}` in account {}; `bucketwatch scan` looks at it", .0.name.escaped(), .0.account)]
    Unknown(BucketKey),
    /// It could not be judged at the last look.
    #[error("bucket `{}` could not be judged at the last look: what nobody knows cannot be accepted", .0.name.escaped())]
    Undetermined(BucketKey),
    /// The bucket bears no such tag, as far as anybody knows.
    #[error("bucket `{}` has no tag `{}` that could be read", .key.name.escaped(), .tag.escaped())]
    NoTag {
        /// The bucket.
        key: BucketKey,
        /// The tag's key.
        tag: Untrusted,
    },
    /// The choice cannot be accepted.
    #[error("bucket `{}`: {source}", .key.name.escaped())]
    Choice {
        /// The bucket.
        key: BucketKey,
        /// Why.
        source: ChoiceError,
    },
    /// There is no such exception.
    #[error("no exception of the state is called `{}`; `bucketwatch accept --list` shows them", .0.escaped())]
    NoSuch(Untrusted),
    /// It is taken back already.
    #[error("the exception `{}` was taken back already", .0.escaped())]
    Revoked(Untrusted),
    /// The state cannot be read or written.
    #[error(transparent)]
    State(#[from] StateError),
}

impl Observer {
    /// Accepts what is wanted of a bucket, in one transaction with the record of it. It takes no lease: a scan that is
    /// under way decides anew.
    ///
    /// *Errors*: nothing is known of the bucket, it could not be judged, or more would be accepted than what is open.
    pub async fn accept(&self, wanted: &Acceptable) -> Result<NewException, AcceptError> {
        for _ in 0..ATTEMPTS {
            let record = self.record(&wanted.key).await?;
            let record = record.ok_or_else(|| AcceptError::Unknown(wanted.key.clone()))?;
            let account = self.store.account(&wanted.key.account).await?;
            let partition = account.map_or(Partition::Aws, |account| account.partition);
            let observed_at = record.assessment.as_ref().map(|shown| shown.observed_at);
            let exception = exception(&record, wanted, partition)?;
            let occasion = operator(&exception.id, &wanted.act, "accepted");
            let decision = accepted(record, &exception, &occasion);
            let left = decision.record.standing.as_ref().map_or(0, |standing| open(&standing.standing));
            let commit = self.commit_of(&occasion, vec![decision]);
            if self.committed(Commit { exceptions: vec![exception.clone()], ..commit }).await? {
                return Ok(NewException { exception, left, observed_at });
            }
        }
        Err(StateError::Conflict { subject: wanted.key.name.clone() }.into())
    }

    /// Takes the exception `id` back. What it covered lapses, and alerts, at the next look at the bucket.
    ///
    /// *Errors*: there is none of that name in the state, or it is taken back already.
    pub async fn revoke(&self, id: &str, act: &Act) -> Result<Exception, AcceptError> {
        let stored = self.store.exceptions().await?.into_iter().find(|exception| exception.id == id);
        let exception = stored.ok_or_else(|| AcceptError::NoSuch(id.into()))?;
        if exception.revoked.is_some() {
            return Err(AcceptError::Revoked(id.into()));
        }
        let exception = Exception { revoked: Some(act.clone()), ..exception };
        let key = BucketKey { account: exception.account.clone(), name: exception.bucket.clone() };
        let occasion = operator(id, act, "revoked");
        let mut commit = Commit { exceptions: vec![exception.clone()], ..Commit::default() };
        if let Some(record) = self.record(&key).await? {
            let side = record.standing.as_ref().map(|standing| standing.side.clone());
            let note = ExceptionNote::of(&exception, ExceptionWord::Revoked, Some(act.by.clone()));
            let turn = (TransitionKind::Revoked, Acceptance { alerts_as: None, exceptions: vec![note] });
            commit.transitions.push(transition(
                &record,
                turn,
                (side.clone(), side),
                occasion.cause.clone(),
                &occasion,
            ));
        }
        self.store.commit(commit).await?;
        Ok(exception)
    }

    /// Gives what is known of a bucket that is there.
    async fn record(&self, key: &BucketKey) -> Result<Option<BucketRecord>, StateError> {
        let found = self.store.load(std::slice::from_ref(key)).await?;
        Ok(found.into_iter().find(|record| record.deleted_at.is_none()))
    }
}

/// Gives the occasion of an act of somebody at the command line.
fn operator(id: &str, act: &Act, what: &str) -> Occasion {
    let cause = TransitionCause::Operator { id: format!("{id}-{what}"), by: act.by.clone() };
    Occasion { cause, at: act.at, hands: Vec::new() }
}

/// Gives the exception that is wanted of the bucket as it stands.
fn exception(
    record: &BucketRecord,
    wanted: &Acceptable,
    partition: Partition,
) -> Result<Exception, AcceptError> {
    let key = || record.key.clone();
    let shut = Standing::shut();
    let known = record.assessment.as_ref().is_some_and(|shown| shown.verdict != Verdict::Undetermined);
    let standing = match &record.standing {
        Some(standing) if known => &standing.standing,
        _ if wanted.choice.ahead => &shut,
        _ => return Err(AcceptError::Undetermined(key())),
    };
    let accepted = wanted.choice.of(standing, partition, &record.key.name);
    let accepted = accepted.map_err(|source| AcceptError::Choice { key: key(), source })?;
    let tags = tags_in(&record.facets);
    let bound = |name: &Untrusted| {
        let found = tags.iter().find(|tag| tag.key == *name).cloned();
        found.ok_or_else(|| AcceptError::NoTag { key: key(), tag: name.clone() })
    };
    let while_tag: Option<Tag> = wanted.while_tag.as_ref().map(bound).transpose()?;
    let named = tags.iter().find(|tag| tag.key.as_raw().eq_ignore_ascii_case("owner"));
    let named = named.map(|tag| tag.value.clone()).filter(|value| !value.as_raw().trim().is_empty());
    Ok(Exception {
        id: id_of(&record.key, &accepted, wanted),
        account: record.key.account.clone(),
        bucket: record.key.name.clone(),
        accepted,
        owner: wanted.owner.clone().or(named).unwrap_or_else(|| wanted.act.by.clone()),
        reason: wanted.reason.clone(),
        until: wanted.until,
        incarnation: Some(record.incarnation),
        while_tag,
        made: Some(wanted.act.clone()),
        revoked: None,
    })
}

fn id_of(key: &BucketKey, accepted: &[Accepted], wanted: &Acceptable) -> String {
    let meaning = serde_json::to_string(accepted).unwrap_or_default();
    let (at, until) = (wanted.act.at.to_string(), wanted.until.to_string());
    short_id(&["state", key.account.as_str(), key.name.as_raw(), &meaning, &at, &until])
}

/// Gives the record with what `new` covers marked, and says so. Other marks stay: what they make of the next look is for
/// that to tell.
fn accepted(mut record: BucketRecord, new: &Exception, occasion: &Occasion) -> Decision {
    let before = record.standing.as_ref().map(|standing| standing.side.clone());
    if let Some(standing) = &mut record.standing {
        for entry in standing.standing.entries.iter_mut().filter(|entry| new.covers(entry)) {
            entry.accepted_by = Some(new.id.clone());
        }
        mark_covered(&mut standing.side, new);
    }
    if let Some(shown) = &mut record.assessment {
        mark_covered(&mut shown.document, new);
    }
    let after = record.standing.as_ref().map(|standing| standing.side.clone());
    let by = new.made.as_ref().map(|act| act.by.clone());
    let note = ExceptionNote::of(new, ExceptionWord::Accepted, by);
    let turn = (TransitionKind::Accepted, Acceptance { alerts_as: None, exceptions: vec![note] });
    let said = transition(&record, turn, (before, after), occasion.cause.clone(), occasion);
    Decision { record, transition: Some(said), read_again: false, left_out: Vec::new() }
}

/// Marks those exposures of a document that `new` covers.
fn mark_covered(document: &mut Value, new: &Exception) {
    for written in document.get_mut("exposures").and_then(Value::as_array_mut).into_iter().flatten() {
        let entry = Exposure::deserialize(&*written).ok().and_then(|exposure| exposure.entry());
        if entry.is_some_and(|entry| new.covers(&entry)) {
            written["accepted_by"] = new.id.as_str().into();
        }
    }
}

/// Counts the ways in of strangers that nobody accepts.
fn open(standing: &Standing) -> usize {
    let is_open = |entry: &&Entry| entry.is_to_strangers() && entry.accepted_by.is_none();
    standing.entries.iter().filter(is_open).count()
}
