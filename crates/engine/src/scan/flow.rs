//! How buckets flow through a scan: listed ahead, many in work, recorded in batches; nowhere more than a few at rest.

use std::convert::Infallible;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use futures::join;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::{JoinError, JoinSet, spawn};
use tokio::time::{Instant, sleep, timeout_at};

use super::collect::Collector;
use super::progress::Tally;
use super::recorder::{AccountSight, BucketSight, Recorder, Seen};
use super::stop::Why;
use super::{ScanError, ScanOptions};
use crate::cloud::ListedBucket;
use crate::state::Coverage;

/// Sights that wait to be recorded; a full queue holds the scan up.
const QUEUE: usize = 64;

/// Buckets are recorded in batches of at most this many …
const BATCH: usize = 64;

/// … and at most this long after they were seen: what a killed scan loses.
const LINGER: Duration = Duration::from_millis(250);

/// How often a bucket is read at most when another process records it at the same time.
const READINGS: usize = 3;

/// One scan under way.
pub(super) struct Flow {
    pub(super) collector: Arc<Collector>,
    pub(super) recorder: Arc<dyn Recorder>,
    pub(super) options: ScanOptions,
}

impl Flow {
    /// Runs to the end or until it is stopped. Gives what was covered, and why the listing broke off if it did.
    ///
    /// Recording is a task of its own, so that it holds up neither the listing nor the next bucket. Each part ends when
    /// the one before or behind it does.
    pub(super) async fn run(self) -> Result<(Coverage, Option<Why>), ScanError> {
        let flow = Arc::new(self);
        let (pages, listed) = channel(1);
        let (sights, seen) = channel(QUEUE);
        let recording = spawn(Arc::clone(&flow).record(seen));
        let reading = async { join!(flow.list(pages), flow.work(listed, sights)) };
        let (broken_off, ()) = tokio::select! {
            read = reading => read,
            never = flow.watch_deadline() => match never {},
        };
        let broken_off = broken_off.inspect_err(|_| recording.abort())?;
        Ok((finished(recording.await)?, broken_off))
    }

    async fn watch_deadline(&self) -> Infallible {
        if let Some(deadline) = self.options.deadline {
            sleep(deadline).await;
            self.options.stop.now(Why::Deadline);
        }
        pending().await
    }

    /// Lists the buckets one page ahead of the work. A page that fails ends the listing; without the first one there is
    /// nothing to scan.
    async fn list(&self, pages: Sender<Vec<ListedBucket>>) -> Result<Option<Why>, ScanError> {
        let mut continuation: Option<String> = None;
        loop {
            let page = tokio::select! {
                page = self.collector.cloud.list_buckets(continuation.as_deref()) => page,
                () = self.options.stop.stopped() => return Ok(None),
            };
            let page = match page {
                Ok(page) => page,
                Err(error) if continuation.is_none() => return Err(ScanError::Cloud(error)),
                Err(error) => return Ok(Some(Why::Listing(error.code))),
            };
            if pages.send(page.buckets).await.is_err() {
                return Ok(None);
            }
            match page.continuation {
                None => return Ok(None),
                next if next == continuation => {
                    return Ok(Some(Why::Listing("RepeatedContinuationToken".to_owned())));
                }
                next => continuation = next,
            }
        }
    }

    /// Keeps as many buckets in work as the options allow, across the pages of the listing.
    async fn work(&self, mut listed: Receiver<Vec<ListedBucket>>, sights: Sender<BucketSight>) {
        let at_once = self.options.buckets_at_once.max(1);
        let mut at_work = JoinSet::new();
        let mut page = Vec::new().into_iter();
        let mut ahead: Option<Vec<ListedBucket>> = None;
        let mut tally = Tally::default();
        loop {
            while at_work.len() < at_once
                && let Some(bucket) = page.next().or_else(|| {
                    page = ahead.take()?.into_iter();
                    page.next()
                })
            {
                let collector = Arc::clone(&self.collector);
                at_work.spawn(async move { collector.look_at(bucket, &[]).await });
            }
            if tally.listing_done && at_work.is_empty() {
                return;
            }
            tokio::select! {
                biased;
                () = self.options.stop.stopped() => {
                    at_work.shutdown().await;
                    return;
                }
                Some(sight) = at_work.join_next() => {
                    tally.looked_at += 1;
                    if sights.send(finished(sight)).await.is_err() {
                        return;
                    }
                }
                next = listed.recv(), if ahead.is_none() && !tally.listing_done => {
                    tally.listing_done = next.is_none();
                    tally.listed += next.as_ref().map_or(0, |page| page.len() as u64);
                    ahead = next;
                }
            }
            tally.effort = self.collector.cloud.effort();
            self.options.progress.update(tally);
        }
    }

    async fn record(self: Arc<Self>, mut seen: Receiver<BucketSight>) -> Result<Coverage, ScanError> {
        let observed_at = self.collector.now();
        tokio::select! {
            block = self.collector.account.block() => {
                self.recorder.account(AccountSight { observed_at, block }).await?;
            }
            () = self.options.stop.stopped() => {}
        }
        let mut coverage = Coverage::default();
        loop {
            let batch = next_batch(&mut seen).await;
            if batch.is_empty() {
                return Ok(coverage);
            }
            self.dump(&batch)?;
            coverage.buckets += batch.iter().filter(|sight| sight.seen != Seen::Gone).count() as u64;
            self.record_batch(batch, &mut coverage).await?;
        }
    }

    /// Records a batch and reads again, a few times, what ties with another record.
    async fn record_batch(
        &self,
        mut batch: Vec<BucketSight>,
        coverage: &mut Coverage,
    ) -> Result<(), ScanError> {
        for _ in 0..READINGS {
            let recorded = self.recorder.buckets(batch).await?;
            coverage.undetermined += recorded.undetermined;
            coverage.objects_unchecked += recorded.objects_unchecked;
            if recorded.read_again.is_empty() {
                break;
            }
            let listed = |name| ListedBucket { name, region: None, created_at: None };
            let again = recorded.read_again.into_iter().map(|name| self.collector.look_at(listed(name), &[]));
            batch = join_all(again).await;
        }
        Ok(())
    }

    fn dump(&self, batch: &[BucketSight]) -> Result<(), ScanError> {
        let Some(folder) = &self.options.snapshots else { return Ok(()) };
        for sight in batch {
            if let Seen::There(judged) = &sight.seen {
                folder.write(&judged.snapshot, sight.observed_at).map_err(ScanError::Snapshot)?;
            }
        }
        Ok(())
    }
}

/// Waits for one sight and then a little for more; empty = there will be none.
async fn next_batch(seen: &mut Receiver<BucketSight>) -> Vec<BucketSight> {
    let mut batch = Vec::new();
    batch.extend(seen.recv().await);
    let until = Instant::now() + LINGER;
    while !batch.is_empty() && batch.len() < BATCH {
        match timeout_at(until, seen.recv()).await {
            Ok(Some(sight)) => batch.push(sight),
            Ok(None) | Err(_) => break,
        }
    }
    batch
}

/// Gives what a task gave. Tasks are aborted only when nobody waits for them any more, so an error is a panic.
fn finished<T>(ended: Result<T, JoinError>) -> T {
    match ended {
        Ok(result) => result,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
