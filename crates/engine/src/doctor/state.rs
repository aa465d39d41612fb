//! Is the state fresh: when did the last scan end, when did the last event come?

use std::time::Duration;

use jiff::Timestamp;

use super::{Check, Condition, Part};
use crate::state::{Run, StateError, StateStore};

/// How many runs are read to find the last one that ended: the newest may still be open.
const RUNS: usize = 2;

/// Gives when the last scan ended and how, which shall be so often (`None`: nobody scans on a schedule), and when the last
/// event came.
pub(super) async fn state(
    store: &dyn StateStore,
    scan_every: Option<Duration>,
    now: Timestamp,
) -> [Check; 2] {
    [
        last_scan(store.runs(RUNS).await, scan_every, now).about("last scan"),
        last_event(store.last_event().await).about("last event"),
    ]
}

/// Gives when the last event came. Where none has, nothing shows that any would.
pub(super) fn last_event(last: Result<Option<Timestamp>, StateError>) -> Check {
    let (condition, text) = match last {
        Ok(Some(at)) => (Condition::Well, format!("the last event came at {at:.0}")),
        Ok(None) => {
            let text = "no event has come yet, so nothing shows that one would: change a bucket to see";
            (Condition::Unknown, text.to_owned())
        }
        Err(error) => (Condition::Wrong, format!("the state cannot be read: {error}")),
    };
    Check::new(Part::State, condition, text)
}

pub(super) fn last_scan(
    runs: Result<Vec<Run>, StateError>,
    every: Option<Duration>,
    now: Timestamp,
) -> Check {
    let of = |condition, text: String| Check::new(Part::State, condition, text);
    let end = match runs {
        Ok(runs) => runs.into_iter().find_map(|run| run.end),
        Err(error) => return of(Condition::Wrong, format!("the state cannot be read: {error}")),
    };
    let Some(end) = end else {
        return of(
            Condition::Wrong,
            "no scan has ended yet: nothing is known of buckets that no event touched".to_owned(),
        );
    };
    let (at, buckets) = (end.at, end.coverage.buckets);
    if let Some(why) = end.partial {
        return of(Condition::Wrong, format!("the last scan, at {at:.0}, is partial: {why}"));
    }
    let age = Duration::try_from(now.duration_since(at)).unwrap_or_default();
    if every.is_some_and(|every| age > every * 2) {
        return of(Condition::Wrong, format!("the last scan ended at {at:.0}: one was due long since"));
    }
    of(Condition::Well, format!("the last scan ended at {at:.0} and looked at {buckets} buckets"))
}
