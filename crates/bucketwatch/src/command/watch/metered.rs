//! A notifier whose deliveries are counted.

use std::sync::Arc;

use async_trait::async_trait;
use bucketwatch_engine::notice::{Notice, NoticeBody};
use bucketwatch_engine::notifier::{DeliveryError, Notifier};
use jiff::Timestamp;

use super::meter::Meter;

/// Hands notices to another notifier, and counts.
pub(super) struct Metered {
    /// The other.
    pub(super) inner: Arc<dyn Notifier>,
    /// What counts.
    pub(super) meter: Arc<Meter>,
}

#[async_trait]
impl Notifier for Metered {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn per_minute(&self) -> Option<u32> {
        self.inner.per_minute()
    }

    fn follows(&self) -> bool {
        self.inner.follows()
    }

    fn registers(&self) -> bool {
        self.inner.registers()
    }

    fn groups(&self) -> bool {
        self.inner.groups()
    }

    async fn deliver(&self, notice: &Notice) -> Result<(), DeliveryError> {
        let outcome = self.inner.deliver(notice).await;
        self.meter.delivered(self.name(), outcome.is_ok(), done_at(notice), Timestamp::now());
        outcome
    }
}

/// Gives when that was done which a notice tells of: the latest, where it tells of several things.
fn done_at(notice: &Notice) -> Option<Timestamp> {
    match &notice.body {
        NoticeBody::Transitions { transitions } => {
            transitions.iter().filter_map(|transition| Some(transition.cause.done_at()?.0)).max()
        }
        NoticeBody::Group { cause, .. } => cause.done_at().map(|(at, _)| at),
        NoticeBody::Event(occurrence) => Some(occurrence.deed.at),
        NoticeBody::Baseline { .. } | NoticeBody::Reminder { .. } | NoticeBody::Digest { .. } => None,
    }
}
