//! How far the scan is: a bar on a terminal, a line every ten seconds elsewhere.

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bucketwatch_engine::scan::{Progress, Tally, Unwatched};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output::tell;

const EVERY: Duration = Duration::from_secs(10);
const BAR: &str = "{bar:30} {pos} of {len} buckets, {per_sec}, {eta} left";
const LISTING: &str = "{spinner} {pos} of {len} buckets listed so far, {per_sec}";

/// Gives somebody who watches a scan.
pub(super) fn watch(quiet: bool) -> Arc<dyn Progress> {
    if quiet {
        Arc::new(Unwatched)
    } else if io::stderr().is_terminal() {
        Arc::new(Bar::new(ProgressDrawTarget::stderr()))
    } else {
        let begun = Instant::now();
        Arc::new(Lines { begun, last: Mutex::new(begun) })
    }
}

/// A bar, which clears itself at the end.
struct Bar {
    bar: ProgressBar,
    listing_done: AtomicBool,
}

impl Bar {
    fn new(target: ProgressDrawTarget) -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), target).with_style(style(LISTING));
        Self { bar, listing_done: AtomicBool::new(false) }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl Progress for Bar {
    fn update(&self, tally: Tally) {
        if tally.listing_done && !self.listing_done.swap(true, Ordering::Relaxed) {
            self.bar.set_style(style(BAR));
        }
        self.bar.set_length(tally.listed);
        self.bar.set_position(tally.looked_at);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A line now and then.
struct Lines {
    begun: Instant,
    last: Mutex<Instant>,
}

impl Progress for Lines {
    fn update(&self, tally: Tally) {
        let now = Instant::now();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if now.duration_since(*last) >= EVERY {
            *last = now;
            tell(&line(tally, now.duration_since(self.begun)));
        }
    }
}

fn line(tally: Tally, passed: Duration) -> String {
    #[expect(clippy::cast_precision_loss, reason = "nobody reads the digits that are lost")]
    let (seen, listed) = (tally.looked_at as f64, tally.listed as f64);
    let rate = seen / passed.as_secs_f64().max(0.001);
    let left = match (tally.listing_done, rate > 0.0) {
        (true, true) => format!(", {:.0} s left", (listed - seen) / rate),
        _ => ", still listing".to_owned(),
    };
    format!("bucketwatch: {} of {} buckets, {rate:.0}/s{left}", tally.looked_at, tally.listed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_rate_and_time_left() {
        let tally = Tally { listed: 1000, listing_done: true, looked_at: 250, ..Tally::default() };
        assert_eq!(line(tally, Duration::from_secs(10)), "bucketwatch: 250 of 1000 buckets, 25/s, 30 s left");
        assert!(line(Tally::default(), Duration::ZERO).ends_with("still listing"));
    }
}
