//! The port to the time of day.

use jiff::Timestamp;

/// Tells what time it is.
pub trait Clock: Send + Sync {
    /// Gives this instant.
    fn now(&self) -> Timestamp;
}

/// The clock of this machine.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
