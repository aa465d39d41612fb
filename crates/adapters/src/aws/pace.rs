//! How many calls may be in flight: a limit shared by all clients that gives way when AWS says to slow down.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

/// The limit never falls below this, or a single throttled region would stop the scan of all others.
const FLOOR: f64 = 4.0;

/// One burst of refusals counts once: the calls already under way say nothing about the new limit.
const CUT_AT_MOST_EVERY: Duration = Duration::from_millis(500);

/// A limit on calls in flight: halved by a refusal for too many calls, raised by one after as many good answers
/// as it has places.
#[derive(Debug)]
pub(super) struct Pace {
    places: Semaphore,
    most: f64,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    limit: f64,
    /// Places that are taken and vanish when they are given back.
    to_remove: usize,
    last_cut: Option<Instant>,
    in_flight: u64,
    most_in_flight: u64,
}

/// A place among the calls in flight, given back when dropped.
#[derive(Debug)]
pub(super) struct Place<'a>(&'a Pace);

impl Pace {
    /// Starts with `most` places (one at least).
    pub(super) fn new(most: usize) -> Self {
        let most = most.clamp(1, Semaphore::MAX_PERMITS);
        let state =
            State { limit: most as f64, to_remove: 0, last_cut: None, in_flight: 0, most_in_flight: 0 };
        Self { places: Semaphore::new(most), most: most as f64, state: Mutex::new(state) }
    }

    /// Waits for a place, first come first served.
    pub(super) async fn enter(&self) -> Place<'_> {
        if let Ok(permit) = self.places.acquire().await {
            permit.forget();
        }
        let mut state = self.state();
        state.in_flight += 1;
        state.most_in_flight = state.most_in_flight.max(state.in_flight);
        Place(self)
    }

    /// Lowers the limit: AWS refused a call for there being too many.
    pub(super) fn slow_down(&self, now: Instant) {
        let mut state = self.state();
        let just_cut = |last| now.saturating_duration_since(last) < CUT_AT_MOST_EVERY;
        if state.last_cut.is_some_and(just_cut) {
            return;
        }
        let lower = (state.limit / 2.0).max(FLOOR).min(state.limit);
        let surplus = state.limit as usize - lower as usize;
        let removed = self.places.forget_permits(surplus);
        state.to_remove += surplus - removed;
        state.limit = lower;
        state.last_cut = Some(now);
    }

    /// Raises the limit a little: a call was answered.
    pub(super) fn speed_up(&self) {
        let mut state = self.state();
        if state.limit >= self.most {
            return;
        }
        let higher = (state.limit + 1.0 / state.limit).min(self.most);
        for _ in state.limit as usize..higher as usize {
            self.give_back(&mut state);
        }
        state.limit = higher;
    }

    /// Gives the most calls that were in flight at once.
    pub(super) fn most_in_flight(&self) -> u64 {
        self.state().most_in_flight
    }

    fn give_back(&self, state: &mut State) {
        if state.to_remove > 0 {
            state.to_remove -= 1;
        } else {
            self.places.add_permits(1);
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.in_flight -= 1;
        self.0.give_back(&mut state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn fits(pace: &Pace, expected: usize) {
        let mut taken = Vec::new();
        while let Ok(place) = tokio::time::timeout(Duration::from_millis(5), pace.enter()).await {
            taken.push(place);
        }
        assert_eq!(taken.len(), expected);
    }

    #[tokio::test]
    async fn a_burst_of_refusals_halves_the_limit_once() {
        let pace = Pace::new(32);
        let start = Instant::now();
        for _ in 0..20 {
            pace.slow_down(start);
        }
        fits(&pace, 16).await;
        pace.slow_down(start + CUT_AT_MOST_EVERY);
        fits(&pace, 8).await;
    }

    #[tokio::test]
    async fn the_limit_never_falls_below_its_floor_nor_above_its_start() {
        let pace = Pace::new(6);
        let mut now = Instant::now();
        for _ in 0..10 {
            pace.slow_down(now);
            now += CUT_AT_MOST_EVERY;
        }
        fits(&pace, 4).await;
        for _ in 0..1_000 {
            pace.speed_up();
        }
        fits(&pace, 6).await;
        assert_eq!(pace.most_in_flight(), 6);
    }

    #[tokio::test]
    async fn places_that_are_taken_during_a_cut_vanish_when_given_back() {
        let pace = Pace::new(16);
        let mut taken = Vec::new();
        for _ in 0..16 {
            taken.push(pace.enter().await);
        }
        pace.slow_down(Instant::now());
        drop(taken);
        fits(&pace, 8).await;
    }

    #[tokio::test]
    async fn a_concurrency_of_one_stays_one() {
        let pace = Pace::new(1);
        pace.slow_down(Instant::now());
        fits(&pace, 1).await;
    }
}
