//! Runs and the scan lease.

use bucketwatch_engine::state::{Run, RunEnd, RunId, RunRequest, StateError};
use jiff::Timestamp;

use super::Memory;

/// A run, and until when nobody else may begin one unless it ends.
#[derive(Debug)]
pub(super) struct LeasedRun {
    pub(super) run: Run,
    pub(super) leased_until: Timestamp,
}

impl Memory {
    /// Opens a run, unless one is open whose lease has not run out.
    pub(super) fn begin_run(&mut self, request: &RunRequest) -> Result<Run, StateError> {
        for open in self.runs.iter_mut().filter(|leased| leased.run.end.is_none()) {
            if open.leased_until > request.at {
                let Run { holder, started_at: since, .. } = open.run.clone();
                return Err(StateError::RunInProgress { holder, since });
            }
            open.run.end = Some(RunEnd::interrupted(request.at));
        }
        let RunRequest { id, holder, at, until } = request.clone();
        let run = Run { id, holder, started_at: at, end: None };
        self.runs.push(LeasedRun { run: run.clone(), leased_until: until });
        Ok(run)
    }

    /// Gives the run `id` if it holds the lease.
    pub(super) fn open_run(&mut self, id: &RunId) -> Result<&mut LeasedRun, StateError> {
        let held = |leased: &&mut LeasedRun| leased.run.id == *id && leased.run.end.is_none();
        self.runs.iter_mut().find(held).ok_or(StateError::LeaseLost)
    }

    /// Gives the latest runs, newest first.
    pub(super) fn latest_runs(&self, limit: usize) -> Vec<Run> {
        let mut runs: Vec<Run> = self.runs.iter().map(|leased| leased.run.clone()).collect();
        runs.sort_by(|one, other| (other.started_at, &other.id).cmp(&(one.started_at, &one.id)));
        runs.truncate(limit);
        runs
    }
}
