//! How the sandbox behaves beside what it holds: delays, faults, permissions, clock.

use std::time::Duration;

use jiff::SignedDuration;

use crate::fault::Faults;
use crate::gate::Gate;

/// The access key id that the sandbox calls expired.
pub const EXPIRED_ACCESS_KEY: &str = "ASIAEXPIREDEXPIRED00";
/// The access key id that the sandbox has never heard of.
pub const INVALID_ACCESS_KEY: &str = "AKIAINVALIDINVALID00";

/// How the sandbox behaves; all of it can change while it runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conduct {
    /// How long every answer takes from the moment the call is there, give or take a millisecond.
    pub latency: Duration,
    /// What goes wrong.
    pub faults: Faults,
    /// What the account's own callers may not do.
    pub gate: Gate,
    /// How far the clock of the `Date` header is ahead of the machine's.
    pub clock_offset: SignedDuration,
}
