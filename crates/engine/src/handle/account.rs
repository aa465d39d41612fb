//! A change of the account: every bucket is judged anew by what is known of it, in parts, and told as one.

use bucketwatch_exposure::observed::{Observed, Unreadable};
use bucketwatch_exposure::snapshot::BlockPublicAccess;
use bucketwatch_ingest::cloudtrail::{Change, Content};
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::{HandleError, Handler, attribution, later};
use crate::notice::{Notice, NoticeBody, TransitionRecord};
use crate::observe::{AccountLook, Occasion, id_of};
use crate::state::{Commit, HistoryQuery, Revisit, StateError};

/// How many transitions a notice holds; the rest is counted.
const TOLD: usize = 50;

/// How often the account is looked at while its answer is older than the event.
const ATTEMPTS: u32 = 4;

impl Handler {
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
        if let Some(unfinished) = self.store.revisit(&account, None).await?
            && !unfinished.last
        {
            self.account_look(unfinished, None, now, deadline).await?;
        }
        let revisit = Revisit {
            account: account.clone(),
            bucket: None,
            region: None,
            due_at: now,
            since: now,
            attempts: 0,
            last: false,
            cause: attribution::deed(latest, &account).into(),
        };
        self.write(Commit { revisits: vec![revisit.clone()], ..Commit::default() }).await?;
        self.account_look(revisit, Some(latest), now, deadline).await
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
        commit.notices.extend(self.group(&revisit, now).await?.map(|notice| self.observer.to_all(notice)));
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

    /// Gives the one notice of everything that `revisit` brought to light.
    async fn group(&self, revisit: &Revisit, now: Timestamp) -> Result<Option<Notice>, StateError> {
        let cause = &revisit.cause;
        let Some(event) = cause.event() else { return Ok(None) };
        let mut worst: Vec<TransitionRecord> = Vec::new();
        let mut buckets = 0;
        let mut query = HistoryQuery {
            account: Some(revisit.account.clone()),
            group_key: Some(event.to_owned()),
            ..HistoryQuery::default()
        };
        loop {
            let page = self.store.history(&query).await?;
            let told = |transition: &TransitionRecord| {
                transition.at >= revisit.since && !self.observer.told_to(transition).is_empty()
            };
            let found: Vec<_> = page.rows.into_iter().filter(told).collect();
            buckets += found.len() as u64;
            worst.extend(found);
            worst.sort_by_key(|transition| (transition.severity(), transition.bucket.clone()));
            worst.truncate(TOLD);
            match page.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
        if worst.is_empty() {
            return Ok(None);
        }
        let stage = if revisit.last { "last" } else { "first" };
        Ok(Some(Notice {
            id: id_of(&["group", revisit.account.as_str(), event, stage]),
            at: now,
            body: NoticeBody::Group {
                account: revisit.account.clone(),
                cause: cause.clone(),
                buckets,
                transitions: worst,
            },
            group_key: event.to_owned(),
        }))
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
