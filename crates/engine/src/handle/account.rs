//! A change of the account: every bucket is judged anew by what is known of it, in parts, and told as one.

use std::collections::BTreeMap;

use bucketwatch_exposure::observed::{Observed, Unreadable};
use bucketwatch_exposure::snapshot::BlockPublicAccess;
use bucketwatch_ingest::cloudtrail::{Change, Content};
use bucketwatch_policy::name::AccountId;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::desk::Desk;
use super::{HandleError, attribution, later};
use crate::identity::id_of;
use crate::notice::{Notice, NoticeBody, TransitionRecord};
use crate::observe::{AccountLook, Occasion};
use crate::state::{Commit, HistoryQuery, OutgoingNotice, Revisit, StateError};

/// How many transitions a notice holds; the rest is counted.
const TOLD: usize = 50;

/// How often the account is looked at while its answer is older than the event.
const ATTEMPTS: u32 = 4;

impl Desk {
    /// Begins what `changes` of the account ask for, and does as much of it as there is time for. The look that is
    /// planned first sees to it that the rest is done, whatever happens.
    pub(super) async fn account_changed(
        &self,
        changes: &[Change],
        now: Timestamp,
        deadline: Instant,
    ) -> Result<(), HandleError> {
        let Some(latest) = changes.last() else { return Ok(()) };
        let account = self.account().clone();
        if let Some(unfinished) = self.unfinished(&account).await? {
            self.account_look(unfinished, None, now, deadline).await?;
        }
        let revisit = self.plan_account_look(&account, latest, now).await?;
        self.account_look(revisit, Some(latest), now, deadline).await
    }

    /// Plans a look at `account` for `cause`. What the one that was planned before has brought to light is told as it is
    /// by now; what of it is left belongs to the new one.
    pub(super) async fn plan_account_look(
        &self,
        account: &AccountId,
        cause: &Change,
        now: Timestamp,
    ) -> Result<Revisit, HandleError> {
        let mut commit = Commit::default();
        if let Some(unfinished) = self.unfinished(account).await? {
            if unfinished.cause.event() == Some(cause.id.as_str()) {
                return Ok(unfinished);
            }
            commit.notices = self.groups(&unfinished, now).await?;
        }
        let revisit = Revisit {
            account: account.clone(),
            bucket: None,
            region: None,
            due_at: now,
            since: now,
            attempts: 0,
            last: false,
            cause: attribution::deed(cause, account).into(),
            objects: Vec::new(),
        };
        commit.revisits.push(revisit.clone());
        self.write(commit).await?;
        Ok(revisit)
    }

    async fn unfinished(&self, account: &AccountId) -> Result<Option<Revisit>, StateError> {
        let planned = self.store.revisit(account, None).await?;
        Ok(planned.filter(|planned| !planned.last))
    }

    /// Looks at the account for `revisit`, has every bucket judged anew, and tells what changed once that is done.
    pub(super) async fn account_look(
        &self,
        revisit: Revisit,
        latest: Option<&Change>,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<(), HandleError> {
        let sight = self.looker.account().await?;
        let failed = matches!(&sight.block, Observed::Unreadable(Unreadable { passing: true, .. }));
        let stale = latest.is_some_and(|change| is_stale(change, &sight.block));
        if failed && revisit.attempts < ATTEMPTS {
            return self.plan_again(revisit, now).await;
        }
        let occasion = Occasion { cause: revisit.cause.clone(), at: now, hands: Vec::new() };
        let identity = self.looker.identity();
        let look = AccountLook {
            account: identity.account.clone(),
            partition: identity.partition,
            block: sight.block,
            observed_at: sight.observed_at,
        };
        self.observer.account(&occasion, &look).await?;
        if !self.observer.reassess_together(&occasion, &revisit.account, deadline).await? {
            return Ok(());
        }
        if stale && revisit.attempts < ATTEMPTS {
            return self.plan_again(revisit, now).await;
        }
        let mut commit = Commit { revisited: vec![revisit.clone()], ..Commit::default() };
        commit.notices = self.groups(&revisit, now).await?;
        if !revisit.last {
            let since = now.checked_add(SignedDuration::from_nanos(1)).unwrap_or(now);
            let due_at = later(now, self.options.settle);
            commit.revisits.push(Revisit { due_at, since, attempts: 0, last: true, ..revisit });
        }
        self.write(commit).await
    }

    async fn plan_again(&self, revisit: Revisit, now: Timestamp) -> Result<(), HandleError> {
        let attempts = revisit.attempts + 1;
        let again = Revisit { attempts, due_at: later(now, self.pause(attempts)), ..revisit };
        self.write(Commit { revisits: vec![again], ..Commit::default() }).await
    }

    /// Gives the one notice, to each, of everything that `revisit` brought to light and that is told to it together.
    async fn groups(&self, revisit: &Revisit, now: Timestamp) -> Result<Vec<OutgoingNotice>, StateError> {
        let Some(event) = revisit.cause.event() else { return Ok(Vec::new()) };
        let mut shares: BTreeMap<String, Share> = BTreeMap::new();
        let mut query = HistoryQuery {
            account: Some(revisit.account.clone()),
            group_key: Some(event.to_owned()),
            ..HistoryQuery::default()
        };
        loop {
            let page = self.store.history(&query).await?;
            for transition in page.rows.iter().filter(|transition| transition.at >= revisit.since) {
                for name in self.observer.routing().together(transition) {
                    shares.entry(name).or_default().add(transition);
                }
            }
            match page.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
        let mut told: Vec<(Share, Vec<String>)> = Vec::new();
        for (name, mut share) in shares {
            share.cut();
            match told.iter_mut().find(|(known, _)| *known == share) {
                Some((_, names)) => names.push(name),
                None => told.push((share, vec![name])),
            }
        }
        let notices = told.into_iter().map(|(share, notifiers)| {
            let stage = if revisit.last { "last" } else { "first" };
            let first = notifiers.first().map_or("", String::as_str);
            let body = NoticeBody::Group {
                account: revisit.account.clone(),
                cause: revisit.cause.clone(),
                buckets: share.buckets,
                transitions: share.worst,
            };
            let id = id_of(&["group", revisit.account.as_str(), event, stage, first]);
            let notice = Notice { id, at: now, body, group_key: event.to_owned() };
            OutgoingNotice { notice, notifiers }
        });
        Ok(notices.collect())
    }
}

/// What one notifier is told of a change of the account.
#[derive(Default, PartialEq)]
struct Share {
    buckets: u64,
    worst: Vec<TransitionRecord>,
}

impl Share {
    fn add(&mut self, transition: &TransitionRecord) {
        self.buckets += 1;
        self.worst.push(transition.clone());
        if self.worst.len() > 2 * TOLD {
            self.cut();
        }
    }

    fn cut(&mut self) {
        self.worst.sort_by_key(|transition| (transition.severity(), transition.bucket.clone()));
        self.worst.truncate(TOLD);
    }
}

/// Tells whether the answer is older than the event.
fn is_stale(change: &Change, block: &Observed<BlockPublicAccess>) -> bool {
    let Content::Block(asked) = &change.content else { return false };
    match block {
        Observed::Present(flags) => asked.as_ref() != Some(flags),
        Observed::Absent => asked.is_some_and(|asked| asked != Default::default()),
        Observed::NotAsked | Observed::Unreadable(_) => false,
    }
}
