//! Questions, answered page by page.

use std::cmp::Reverse;

use bucketwatch_engine::notice::TransitionRecord;
use bucketwatch_engine::state::{
    AssessmentRecord, BucketKey, BucketRecord, Cursor, HistoryQuery, Page, RunId, StateError, StatusQuery,
    StatusRow, Summary,
};
use bucketwatch_exposure::assessment::{Severity, Verdict};
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;

use super::Memory;

/// The place of a bucket in the order of a status.
type Position<'m> = (Verdict, Reverse<Option<Severity>>, &'m BucketKey);

impl Memory {
    /// Gives buckets that were assessed with another revision of the account's facts.
    pub(super) fn outdated(
        &self,
        account: &AccountId,
        revision: u64,
        after: Option<&Untrusted>,
        limit: usize,
    ) -> Vec<BucketRecord> {
        self.living(account, after, limit, |bucket| bucket.account_revision != revision)
    }

    /// Gives buckets that `run` did not look at and nobody else has since it began.
    pub(super) fn unseen(
        &self,
        run: &RunId,
        account: &AccountId,
        after: Option<&Untrusted>,
        limit: usize,
    ) -> Vec<BucketRecord> {
        let Some(leased) = self.runs.iter().find(|leased| leased.run.id == *run) else { return Vec::new() };
        self.living(account, after, limit, |bucket| {
            bucket.last_look.run.as_ref() != Some(run) && bucket.last_look.at < leased.run.started_at
        })
    }

    fn living(
        &self,
        account: &AccountId,
        after: Option<&Untrusted>,
        limit: usize,
        wanted: impl Fn(&BucketRecord) -> bool,
    ) -> Vec<BucketRecord> {
        let first = BucketKey { account: account.clone(), name: after.cloned().unwrap_or_default() };
        let of_account = self.buckets.range(first..).map(|(_, bucket)| bucket);
        of_account
            .take_while(|bucket| bucket.key.account == *account)
            .filter(|bucket| after.is_none_or(|after| bucket.key.name > *after))
            .filter(|bucket| bucket.deleted_at.is_none() && wanted(bucket))
            .take(limit)
            .cloned()
            .collect()
    }

    /// Gives one page of buckets as they stand, the worst first. A cursor is the number of rows before it.
    pub(super) fn status(&self, query: &StatusQuery) -> Result<Page<StatusRow>, StateError> {
        let mut shown: Vec<(Position<'_>, &BucketRecord)> =
            self.shown(query).map(|(assessment, bucket)| (position(assessment, bucket), bucket)).collect();
        shown.sort_by_key(|(position, _)| *position);
        let rows = shown.into_iter().filter_map(|(_, bucket)| StatusRow::of(bucket.clone()));
        page(rows, query.after.as_ref(), query.limit)
    }

    /// Counts by verdict.
    pub(super) fn summary(&self, query: &StatusQuery) -> Summary {
        let mut summary = Summary::default();
        for (assessment, _) in self.shown(query) {
            summary.add(assessment.verdict, assessment.objects);
        }
        summary
    }

    fn shown<'m>(
        &'m self,
        query: &'m StatusQuery,
    ) -> impl Iterator<Item = (&'m AssessmentRecord, &'m BucketRecord)> {
        self.buckets.values().filter_map(move |bucket| {
            let assessment = bucket.assessment.as_ref()?;
            let run = bucket.last_look.run.as_ref();
            query.shows(&bucket.key.account, assessment.verdict, run).then_some((assessment, bucket))
        })
    }

    /// Gives one page of transitions, newest first. A cursor is the number of rows before it.
    pub(super) fn history(&self, query: &HistoryQuery) -> Result<Page<TransitionRecord>, StateError> {
        let rows = self.transitions.iter().rev().filter(|transition| query.shows(transition)).cloned();
        page(rows, query.after.as_ref(), query.limit)
    }
}

fn position<'m>(assessment: &AssessmentRecord, bucket: &'m BucketRecord) -> Position<'m> {
    (assessment.verdict, Reverse(assessment.severity), &bucket.key)
}

fn page<T>(
    rows: impl Iterator<Item = T>,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Page<T>, StateError> {
    let skipped = match after.map(|cursor| cursor.as_str().parse::<usize>()) {
        None => 0,
        Some(Ok(skipped)) => skipped,
        Some(Err(error)) => {
            return Err(StateError::BadRecord { what: "a cursor".to_owned(), source: error.into() });
        }
    };
    let limit = limit.max(1);
    let mut rows = rows.skip(skipped);
    let page: Vec<T> = rows.by_ref().take(limit).collect();
    let next = rows.next().map(|_| Cursor::new((skipped + limit).to_string()));
    Ok(Page { rows: page, next })
}
