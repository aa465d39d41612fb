//! What the state holds, page by page, into a report.

use std::io;

use anyhow::{Context, Result};
use bucketwatch_engine::config::Config;
use bucketwatch_engine::exception::{mark, tags_of};
use bucketwatch_engine::late;
use bucketwatch_engine::report::Report;
use bucketwatch_engine::report::threshold::Tally;
use bucketwatch_engine::report::wire::{AssessmentDocument, DeedDocument, TransitionDocument};
use bucketwatch_engine::state::{HistoryQuery, StateStore, StatusQuery, StatusRow};
use bucketwatch_exposure::assessment::Verdict;
use bucketwatch_exposure::exception::{Exception, Subject};
use bucketwatch_exposure::words;
use jiff::Timestamp;
use serde::Deserialize;

use crate::cli::ReportArguments;
use crate::settings;

/// Gives every exception that there is: of the configuration, and of the state.
pub(crate) async fn exceptions(store: &dyn StateStore, config: &Config) -> Result<Vec<Exception>> {
    let mut exceptions = settings::exceptions(config, Timestamp::now())?;
    exceptions.extend(store.exceptions().await?);
    Ok(exceptions)
}

/// Reports the buckets that `query` asks for and that are shown, and counts all that it asks for.
///
/// Those that are not shown are counted by the state alone, whose documents nobody needs for that; only of public ones
/// they say whether somebody accepted them. What `exceptions` cover now is marked.
pub(crate) async fn assessments(
    store: &dyn StateStore,
    mut query: StatusQuery,
    arguments: &ReportArguments,
    exceptions: &[Exception],
    report: &mut dyn Report,
) -> Result<Tally> {
    let now = Timestamp::now();
    let all = [Verdict::Public, Verdict::Undetermined, Verdict::NotPublic];
    let is_read = |verdict: &Verdict| *verdict == Verdict::Public || arguments.shows((*verdict).into());
    let (read, counted): (Vec<_>, Vec<_>) = all.into_iter().partition(is_read);
    let mut tally = Tally::default();
    if !counted.is_empty() {
        tally = store.summary(&StatusQuery { verdicts: counted, ..query.clone() }).await?.into();
    }
    query.verdicts = read;
    loop {
        let page = store.status(&query).await?;
        for row in &page.rows {
            let assessment = document(row, exceptions, now)?;
            tally.add(&assessment);
            if arguments.shows(assessment.verdict) {
                report.assessment(&assessment)?;
            }
        }
        let Some(next) = page.next else { return Ok(tally) };
        query.after = Some(next);
    }
}

/// Gives at most `limit` transitions that `query` asks for to `take`, newest first, each with what came to be known of it
/// afterwards.
pub(crate) async fn history(
    store: &dyn StateStore,
    mut query: HistoryQuery,
    limit: usize,
    mut take: impl FnMut(&TransitionDocument) -> io::Result<()>,
) -> Result<()> {
    let mut count = 0;
    loop {
        let page = store.history(&query).await?;
        for record in page.rows.iter().take(limit - count) {
            let learned = late::behind(store, record).await?;
            let learned = learned.iter().map(DeedDocument::from).collect();
            take(&TransitionDocument { learned, ..record.into() })?;
            count += 1;
        }
        match page.next {
            Some(next) if count < limit => query.after = Some(next),
            _ => return Ok(()),
        }
    }
}

/// Gives at most `limit` transitions that `query` asks for to `take`, newest first, and how many there were.
pub(crate) async fn transitions(
    store: &dyn StateStore,
    mut query: HistoryQuery,
    limit: usize,
    mut take: impl FnMut(&TransitionDocument) -> io::Result<()>,
) -> Result<usize> {
    let mut count = 0;
    loop {
        let page = store.history(&query).await?;
        for record in page.rows.iter().take(limit - count) {
            take(&record.into())?;
            count += 1;
        }
        match page.next {
            Some(next) if count < limit => query.after = Some(next),
            _ => return Ok(count),
        }
    }
}

fn document(row: &StatusRow, exceptions: &[Exception], now: Timestamp) -> Result<AssessmentDocument> {
    let read = AssessmentDocument::deserialize(&row.assessment.document);
    let mut document =
        read.with_context(|| format!("the stored assessment of {:?} cannot be read", row.key.name))?;
    let since =
        row.last_determined.filter(|(verdict, _)| words::verdict(*verdict) == document.verdict.as_str());
    document.since = since.map(|(_, since)| since).or(row.sight_lost_at);
    let tags = tags_of(&row.tags);
    let subject = Subject {
        account: Some(&row.key.account),
        bucket: Some(&row.key.name),
        incarnation: Some(row.incarnation),
        tags: &tags,
    };
    mark(&mut document.exposures, exceptions, &subject, now);
    Ok(document)
}
