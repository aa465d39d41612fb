//! Self-protection: changes to what the events come by.

use bucketwatch_ingest::cloudtrail::{Change, Kind, Outcome, Target};
use jiff::Timestamp;

use super::desk::Desk;
use crate::notice::OccurrenceKind;
use crate::state::OutgoingNotice;

/// What our own things have in their names unless the configuration names them.
const OWN: &str = "bucketwatch";

impl Desk {
    /// Gives the notice of a change to a trail, or to a rule, queue or function of ours.
    pub(super) fn watched(&self, change: &Change, now: Timestamp) -> Option<OutgoingNotice> {
        if change.kind != Kind::Trail && !self.is_own(change) {
            return None;
        }
        let (kind, code) = match &change.outcome {
            Outcome::Done => (OccurrenceKind::Watcher, None),
            Outcome::Refused { code, .. } => (OccurrenceKind::Refused, Some(code.clone())),
        };
        Some(self.event_notice(kind, change, code, Vec::new(), now))
    }

    /// Tells whether a thing is ours, by its name, ARN or address.
    fn is_own(&self, change: &Change) -> bool {
        let Target::Watcher(named) = &change.target else { return false };
        let named = named.as_raw();
        let last = |text: &str| text.rsplit([':', '/']).next().unwrap_or_default().to_ascii_lowercase();
        let is_named = |own: &String| own == named || !own.is_empty() && last(own) == last(named);
        named.to_ascii_lowercase().contains(OWN) || self.options.own.iter().any(is_named)
    }
}
