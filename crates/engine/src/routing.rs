//! Who is told what. Pure: what is to be told and the configuration decide, nothing else.

mod subject;

use bucketwatch_policy::name::AccountId;

use self::subject::{Subject, kind_of};
use crate::config::{AlertKind, NoticeKind, RouteConfig};
use crate::notice::{Notice, StillOpen, TransitionRecord};
use crate::state::OutgoingNotice;

/// Who is told what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Routing {
    alert_on: Vec<AlertKind>,
    receivers: Vec<Receiver>,
}

/// A notifier, as far as it matters here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receiver {
    /// Its name.
    pub name: String,
    /// Whether it keeps something open for a bucket, and so has to hear when that is shut.
    pub follows: bool,
    /// Whether it is a list of findings rather than an alarm, and so has to hear of what is open at first sight.
    pub registers: bool,
    /// Its routes; none: it hears of everything that is told.
    pub routes: Vec<RouteConfig>,
}

impl Routing {
    /// Gives the routing that tells `receivers`, each by its routes, of the transitions that these or `alert_on` choose.
    pub fn new(alert_on: Vec<AlertKind>, receivers: Vec<Receiver>) -> Self {
        Self { alert_on, receivers }
    }

    /// Gives the routing that tells everybody the same; nobody follows.
    pub fn to_all(alert_on: Vec<AlertKind>, names: Vec<String>) -> Self {
        let receiver = |name| Receiver { name, ..Receiver::default() };
        Self::new(alert_on, names.into_iter().map(receiver).collect())
    }

    /// Gives those who are told of `transition`. Who follows is also told of what is narrowed, closed or deleted at the
    /// places that its routes name, whatever else these say: it may have heard of it when it was otherwise.
    pub fn of_transition(&self, transition: &TransitionRecord) -> Vec<String> {
        let (subject, shuts) = (Subject::of_transition(transition), is_shutting(transition));
        self.names(|receiver| {
            self.is_told(receiver, &subject) || receiver.follows && shuts && receiver.is_at(&subject)
        })
    }

    /// Gives those who are told of `transition` together with others of its cause: everybody who is told at all but
    /// those who follow, because they keep each bucket apart.
    pub(crate) fn together(&self, transition: &TransitionRecord) -> Vec<String> {
        let subject = Subject::of_transition(transition);
        self.names(|receiver| !receiver.follows && self.is_told(receiver, &subject))
    }

    /// Gives those who are told of what is no transition.
    pub fn of_notice(&self, notice: &Notice) -> Vec<String> {
        let subject = Subject::of_notice(notice);
        self.names(|receiver| subject.as_ref().is_none_or(|subject| self.is_told(receiver, subject)))
    }

    /// Gives those who are told of what was open at first sight, which `found` says as if it had opened then: a first scan
    /// alarms nobody, but a list of findings has to have them.
    pub(crate) fn of_finding(&self, found: &TransitionRecord) -> Vec<String> {
        let subject = Subject::of_transition(found);
        self.names(|receiver| {
            let takes = receiver.routes.iter().any(|route| subject.is_taken_by(route));
            receiver.registers && (receiver.routes.is_empty() || takes)
        })
    }

    /// Gives those who are reminded that a bucket of `account` is still `open`. Who follows keeps it open anyway.
    pub(crate) fn of_reminder(&self, account: &AccountId, open: &StillOpen) -> Vec<String> {
        let subject = Subject::of_reminder(account, open);
        self.names(|receiver| !receiver.follows && self.is_told(receiver, &subject))
    }

    /// Tells whether `alert_on` chooses `transition` and yet no route takes it.
    pub fn loses(&self, transition: &TransitionRecord) -> bool {
        self.is_selective() && self.alerts(kind_of(transition)) && self.of_transition(transition).is_empty()
    }

    /// Tells whether every notifier has routes, so that something may be told nobody.
    pub fn is_selective(&self) -> bool {
        !self.receivers.is_empty() && self.receivers.iter().all(|receiver| !receiver.routes.is_empty())
    }

    /// Leaves of `notices` what goes to those who follow.
    pub(crate) fn to_followers(&self, mut notices: Vec<OutgoingNotice>) -> Vec<OutgoingNotice> {
        let followers = self.names(|receiver| receiver.follows);
        notices.iter_mut().for_each(|outgoing| outgoing.notifiers.retain(|name| followers.contains(name)));
        notices.retain(|outgoing| !outgoing.notifiers.is_empty());
        notices
    }

    fn is_told(&self, receiver: &Receiver, subject: &Subject<'_>) -> bool {
        let takes = |route: &RouteConfig| {
            (route.kind.is_some() || self.alerts(subject.kind)) && subject.is_taken_by(route)
        };
        match receiver.routes.as_slice() {
            [] => self.alerts(subject.kind),
            routes => routes.iter().any(takes),
        }
    }

    /// Tells whether what is of `kind` is told where no route says so: transitions as `alert_on` says, what is accepted
    /// never, the rest always.
    fn alerts(&self, kind: Option<NoticeKind>) -> bool {
        match kind {
            None | Some(NoticeKind::Accepted | NoticeKind::Revoked) => false,
            Some(kind) => match kind.alert() {
                Some(alert) => self.alert_on.contains(&alert),
                None => true,
            },
        }
    }

    fn names(&self, is_told: impl Fn(&Receiver) -> bool) -> Vec<String> {
        let told = self.receivers.iter().filter(|receiver| is_told(receiver));
        told.map(|receiver| receiver.name.clone()).collect()
    }
}

impl Receiver {
    /// Tells whether one of its routes is about the account and bucket of `subject`.
    fn is_at(&self, subject: &Subject<'_>) -> bool {
        self.routes.is_empty() || self.routes.iter().any(|route| subject.is_at(&route.takes()))
    }
}

/// Tells whether strangers get in less than before, or what they get into is accepted now.
fn is_shutting(transition: &TransitionRecord) -> bool {
    let shuts = [NoticeKind::Narrowed, NoticeKind::Closed, NoticeKind::Deleted];
    transition.kind == "accepted" || kind_of(transition).is_some_and(|kind| shuts.contains(&kind))
}

#[cfg(test)]
mod tests;
