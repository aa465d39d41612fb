//! Who is told what. Pure: what is to be told and the configuration decide, nothing else.

use bucketwatch_exposure::transition::TransitionKind;

use crate::config::AlertKind;
use crate::notice::TransitionRecord;
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
}

impl Routing {
    /// Gives the routing that tells `receivers` of the transitions that `alert_on` chooses.
    pub fn new(alert_on: Vec<AlertKind>, receivers: Vec<Receiver>) -> Self {
        Self { alert_on, receivers }
    }

    /// Gives the routing that tells everybody the same; nobody follows.
    pub fn to_all(alert_on: Vec<AlertKind>, names: Vec<String>) -> Self {
        let receiver = |name| Receiver { name, ..Receiver::default() };
        Self::new(alert_on, names.into_iter().map(receiver).collect())
    }

    /// Gives those who are told of `transition`. Who follows is also told of what is narrowed, closed or deleted.
    pub fn of_transition(&self, transition: &TransitionRecord) -> Vec<String> {
        let told = self.alerts(transition);
        let shuts = is_shutting(transition);
        self.names(|receiver| told || receiver.follows && shuts)
    }

    /// Gives those who are told of `transition` together with others of its cause: everybody who is told at all but
    /// those who follow, because they keep each bucket apart.
    pub(crate) fn together(&self, transition: &TransitionRecord) -> Vec<String> {
        let told = self.alerts(transition);
        self.names(|receiver| told && !receiver.follows)
    }

    /// Gives everybody: whom what is no transition is told to.
    pub fn everybody(&self) -> Vec<String> {
        self.names(|_| true)
    }

    /// Leaves of `notices` what goes to those who follow.
    pub(crate) fn to_followers(&self, mut notices: Vec<OutgoingNotice>) -> Vec<OutgoingNotice> {
        let followers = self.names(|receiver| receiver.follows);
        notices.iter_mut().for_each(|outgoing| outgoing.notifiers.retain(|name| followers.contains(name)));
        notices.retain(|outgoing| !outgoing.notifiers.is_empty());
        notices
    }

    fn alerts(&self, transition: &TransitionRecord) -> bool {
        let kind = kind(transition);
        kind.is_some_and(|kind| self.alert_on.iter().any(|chosen| chosen.as_str() == kind.alerts_as()))
    }

    fn names(&self, is_told: impl Fn(&Receiver) -> bool) -> Vec<String> {
        let told = self.receivers.iter().filter(|receiver| is_told(receiver));
        told.map(|receiver| receiver.name.clone()).collect()
    }
}

fn kind(transition: &TransitionRecord) -> Option<TransitionKind> {
    TransitionKind::parse(&transition.kind, transition.inner.as_deref())
}

/// Tells whether strangers get in less than before.
fn is_shutting(transition: &TransitionRecord) -> bool {
    kind(transition).is_some_and(|kind| ["narrowed", "closed", "deleted"].contains(&kind.alerts_as()))
}
