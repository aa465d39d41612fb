//! What is to be told, as routes see it.

use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;
use serde::Deserialize as _;
use serde_json::{Map, Value};

use crate::config::{Choice, Criteria, NoticeKind, RouteConfig};
use crate::message::Message;
use crate::notice::{Notice, NoticeBody, StillOpen, TransitionRecord};
use crate::report::wire::Severity;

/// What is to be told, as far as a route asks for it. What is not known of it is `None`: nobody is left untold for that.
pub(super) struct Subject<'a> {
    pub(super) kind: Option<NoticeKind>,
    pub(super) severity: Severity,
    pub(super) account: &'a AccountId,
    pub(super) bucket: Option<&'a Untrusted>,
    pub(super) tags: Option<&'a Map<String, Value>>,
}

impl<'a> Subject<'a> {
    /// Gives what `transition` is about. Its severity is that of the worst that is open, or was.
    pub(super) fn of_transition(transition: &'a TransitionRecord) -> Self {
        let kind = kind_of(transition);
        let unseen =
            if kind == Some(NoticeKind::LostSight) { Severity::Medium } else { Severity::Informational };
        let tags = |side: &'a Option<Value>| side.as_ref()?.get("tags")?.as_object();
        Self {
            kind,
            severity: transition.severity().unwrap_or(unseen),
            account: &transition.account,
            bucket: Some(&transition.bucket),
            tags: tags(&transition.after).or_else(|| tags(&transition.before)),
        }
    }

    /// Gives what a reminder of `open` is about.
    pub(super) fn of_reminder(account: &'a AccountId, open: &'a StillOpen) -> Self {
        let severities =
            open.exposures.iter().filter_map(|exposure| Severity::deserialize(&exposure["severity"]).ok());
        Self {
            kind: Some(NoticeKind::Reminder),
            severity: severities.min().unwrap_or(Severity::Informational),
            account,
            bucket: Some(&open.bucket),
            tags: None,
        }
    }

    /// Gives what a notice that tells of no transition is about; `None`: of several things.
    pub(super) fn of_notice(notice: &'a Notice) -> Option<Self> {
        let severity = Message::of(notice).severity;
        let subject =
            |kind, account, bucket| Self { kind: Some(kind), severity, account, bucket, tags: None };
        match &notice.body {
            NoticeBody::Baseline { account, .. } => Some(subject(NoticeKind::Baseline, account, None)),
            NoticeBody::Event(event) => {
                Some(subject(NoticeKind::Event, &event.account, event.subject.as_ref()))
            }
            NoticeBody::Transitions { .. }
            | NoticeBody::Group { .. }
            | NoticeBody::Reminder { .. }
            | NoticeBody::Digest { .. } => None,
        }
    }

    /// Tells whether it may be what `route` takes, and is for certain nothing that it excepts.
    pub(super) fn is_taken_by(&self, route: &RouteConfig) -> bool {
        self.fits(&route.takes(), true) && !route.except.iter().any(|except| self.fits(except, false))
    }

    /// Tells whether its account and bucket are those of `criteria`, whatever else they say.
    pub(super) fn is_at(&self, criteria: &Criteria) -> bool {
        let Criteria { account, bucket, .. } = criteria.clone();
        self.fits(&Criteria { account, bucket, ..Criteria::default() }, true)
    }

    /// Tells whether `criteria` describe it; `unknown` says whether what is not known of it fits.
    fn fits(&self, criteria: &Criteria, unknown: bool) -> bool {
        let Criteria { kind, severity, account, bucket, tag } = criteria;
        any(kind, |kind| self.kind.map_or(unknown, |own| own == *kind))
            && any(severity, |severity| *severity == self.severity)
            && any(account, |account| account == self.account)
            && any(bucket, |pattern| self.bucket.map_or(unknown, |bucket| pattern.matches(bucket)))
            && any(tag, |pattern| {
                self.tags.map_or(unknown, |tags| {
                    let value = tags.get(pattern.key()).and_then(Value::as_str);
                    value.is_some_and(|value| pattern.matches(value))
                })
            })
    }
}

/// Tells whether one of `choice` fits; where there is no choice, anything does.
fn any<T>(choice: &Option<Choice<T>>, fits: impl Fn(&T) -> bool) -> bool {
    choice.as_ref().is_none_or(|choice| choice.any_of().iter().any(fits))
}

/// Gives the kind that a transition is told as.
pub(super) fn kind_of(transition: &TransitionRecord) -> Option<NoticeKind> {
    NoticeKind::deserialize(Value::from(transition.alerts_as()?)).ok()
}
