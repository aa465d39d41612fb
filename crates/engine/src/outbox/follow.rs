//! Order for those who follow: what comes late must not undo what came after it.

use crate::notice::{Notice, NoticeBody, TransitionRecord};
use crate::notifier::Notifier;
use crate::state::{HistoryQuery, StateError};

use super::{Outbox, Parcel};

impl Outbox {
    /// Gives what is told again after `parcel`: the later changes of its bucket, in order. One that failed, was held or
    /// was leased by a process that died may have been overtaken by them, and an incident that was resolved meanwhile
    /// would be open again. Nothing at the first attempt, which is made in order.
    pub(super) async fn later_changes(
        &self,
        notifier: &dyn Notifier,
        parcel: &Parcel,
    ) -> Result<Vec<Notice>, StateError> {
        let NoticeBody::Transitions { transitions } = &parcel.notice.body else { return Ok(Vec::new()) };
        let was_tried = parcel.deliveries.iter().any(|delivery| delivery.ticket.lease > 1);
        let (true, true, [told]) = (notifier.follows(), was_tried, transitions.as_slice()) else {
            return Ok(Vec::new());
        };
        let mut later = Vec::new();
        let mut query = HistoryQuery {
            account: Some(told.account.clone()),
            bucket: Some(told.bucket.clone()),
            ..HistoryQuery::default()
        };
        loop {
            let page = self.store.history(&query).await?;
            let known = later.len() + page.rows.len();
            let is_later = |row: &TransitionRecord| row.id != told.id && row.at > told.at;
            later.extend(page.rows.into_iter().take_while(is_later));
            match page.next {
                Some(next) if later.len() == known => query.after = Some(next),
                _ => break,
            }
        }
        later.retain(|transition| self.is_told(notifier, transition));
        Ok(later.into_iter().rev().map(Notice::of_transition).collect())
    }

    fn is_told(&self, notifier: &dyn Notifier, transition: &TransitionRecord) -> bool {
        let routing = self.options.routing.as_ref();
        routing.is_none_or(|routing| {
            routing.of_transition(transition).iter().any(|name| name == notifier.name())
        })
    }
}
