//! The scan: lists the account's buckets, reads of each the least that decides, and hands it to whoever records.

mod account;
mod collect;
mod dump;
mod flow;
mod looker;
mod progress;
mod recorder;
mod stop;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use bucketwatch_exposure::assess::assess;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;

pub use self::dump::SnapshotFolder;
pub use self::looker::{CloudLooker, Looker};
pub use self::progress::{Progress, Tally, Unwatched};
pub use self::recorder::{AccountSight, BucketSight, ObjectSight, Recorded, Recorder, Seen};
pub use self::stop::{Stop, Why};

use self::account::AccountFacts;
use self::collect::Collector;
use self::flow::Flow;
use crate::cloud::{Cloud, CloudError, Identity, ListedBucket};
use crate::judgement::Judge;
use crate::state::{Coverage, RunId, StateError};

/// How to scan.
#[derive(Clone)]
pub struct ScanOptions {
    /// How many buckets are worked on at once. As many as calls may be in flight keep those places filled.
    pub buckets_at_once: usize,
    /// When to stop, from the beginning.
    pub deadline: Option<Duration>,
    /// Where to write each snapshot.
    pub snapshots: Option<SnapshotFolder>,
    /// What judges what is read.
    pub judge: Judge,
    /// Who watches.
    pub progress: Arc<dyn Progress>,
    /// What ends the scan early.
    pub stop: Stop,
}

impl Default for ScanOptions {
    fn default() -> Self {
        Self {
            buckets_at_once: 64,
            deadline: None,
            snapshots: None,
            judge: assess,
            progress: Arc::new(Unwatched),
            stop: Stop::default(),
        }
    }
}

/// How a scan ended. What it found stands in the state.
#[derive(Clone, Debug, PartialEq)]
pub struct ScanOutcome {
    /// The run's id in the state.
    pub run: RunId,
    /// The account.
    pub identity: Identity,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
    /// What it covered.
    pub coverage: Coverage,
    /// The most calls that were in flight at once.
    pub most_in_flight: u64,
    /// Why it is partial; `None` = every bucket of the account was looked at.
    pub partial: Option<Why>,
}

/// Why a scan gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// The account cannot be asked at all.
    #[error("the account cannot be scanned{}", needs(.0))]
    Cloud(#[source] CloudError),
    /// The state cannot be read or written.
    #[error(transparent)]
    State(#[from] StateError),
    /// A snapshot could not be written.
    #[error("a snapshot cannot be written")]
    Snapshot(#[source] std::io::Error),
}

fn needs(error: &CloudError) -> String {
    let denied = error.cause == crate::cloud::Cause::Denied;
    let permission = error.operation.permission().filter(|_| denied);
    permission.map(|action| format!(": it needs {action}")).unwrap_or_default()
}

/// Scans the account that `cloud` opens and has `recorder` record it.
///
/// *Unknowns*: what could not be read is recorded as such; a scan that ends early is partial, and nothing that it did
/// not look at is closed or taken for deleted.
///
/// *Errors*: only where nothing was seen, or nothing more can be recorded.
pub async fn scan(
    cloud: Arc<dyn Cloud>,
    recorder: Arc<dyn Recorder>,
    options: ScanOptions,
) -> Result<ScanOutcome, ScanError> {
    let identity = cloud.identity().await.map_err(ScanError::Cloud)?;
    let account = AccountFacts::new(Arc::clone(&cloud), identity.clone());
    let (judge, stop) = (options.judge, options.stop.clone());
    let collector = Collector { cloud: Arc::clone(&cloud), account, judge, stop };
    let started_at = collector.now();
    let run = recorder.begin(&identity).await?;
    let flow =
        Flow { collector: Arc::new(collector), recorder: Arc::clone(&recorder), options: options.clone() };
    let ended = flow.run().await;
    let (coverage, partial) = match ended {
        Ok((coverage, broken_off)) => (coverage, options.stop.why().or(broken_off)),
        Err(error) => {
            // The run is closed as far as the state still allows; the first error is the one to tell.
            let _ = recorder.finish(Some(error.to_string()), with_effort(Coverage::default(), &*cloud)).await;
            return Err(error);
        }
    };
    let coverage = with_effort(coverage, &*cloud);
    recorder.finish(partial.as_ref().map(ToString::to_string), coverage).await?;
    Ok(ScanOutcome {
        run,
        identity,
        started_at,
        finished_at: Timestamp::now(),
        coverage,
        most_in_flight: cloud.effort().most_in_flight,
        partial,
    })
}

/// Looks at one bucket of the account that `cloud` opens, and records nothing.
///
/// *Errors*: where the account cannot be asked at all; what cannot be read of the bucket is `Unreadable` in the sight.
pub async fn look_at(cloud: Arc<dyn Cloud>, bucket: Untrusted) -> Result<BucketSight, ScanError> {
    let identity = cloud.identity().await.map_err(ScanError::Cloud)?;
    let account = AccountFacts::new(Arc::clone(&cloud), identity);
    let collector = Collector { cloud, account, judge: assess, stop: Stop::default() };
    Ok(collector.look_at(ListedBucket { name: bucket, region: None, created_at: None }, &[]).await)
}

fn with_effort(coverage: Coverage, cloud: &dyn Cloud) -> Coverage {
    let effort = cloud.effort();
    Coverage { calls: effort.calls, retries: effort.retries, ..coverage }
}
