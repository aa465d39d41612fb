//! What is told: one or more transitions, or the baseline of a first run.

use bucketwatch_exposure::transition::TransitionKind;
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::exception::ExceptionNote;
use crate::identity::id_of;
use crate::report::wire::Severity;

/// A message of the outbox. The document form is `bucketwatch.notice/1`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// Stable over repeats.
    pub id: String,
    /// When it was written.
    pub at: Timestamp,
    /// What it says.
    pub body: NoticeBody,
    /// Notices of one cause share it: the event's id, or the run's.
    pub group_key: String,
}

impl Notice {
    /// Gives the notice of one transition; the same transition gives the same.
    pub(crate) fn of_transition(transition: TransitionRecord) -> Self {
        Self {
            id: id_of(&["notice", &transition.id]),
            at: transition.at,
            group_key: transition.group_key.clone(),
            body: NoticeBody::Transitions { transitions: vec![transition] },
        }
    }
}

/// What a notice says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum NoticeBody {
    /// Transitions, worst first.
    Transitions {
        /// The transitions.
        transitions: Vec<TransitionRecord>,
    },
    /// The first complete run over an account.
    Baseline {
        /// The account.
        account: AccountId,
        /// How many buckets there are.
        buckets: u64,
        /// How many are public.
        public: u64,
        /// How many of these somebody accepts as they are.
        #[serde(default)]
        accepted: u64,
        /// How many are undetermined.
        undetermined: u64,
        /// The names of the worst that nobody accepts, at most ten.
        worst: Vec<Untrusted>,
    },
    /// What one change of an account did to its buckets.
    Group {
        /// The account.
        account: AccountId,
        /// What did it.
        cause: TransitionCause,
        /// How many buckets changed.
        buckets: u64,
        /// The transitions, worst first, as many as are told one by one.
        transitions: Vec<TransitionRecord>,
    },
    /// An event that is told for its own sake: it changed nothing that could be seen.
    Event(Occurrence),
    /// What has been open for long.
    Reminder {
        /// The account.
        account: AccountId,
        /// How many buckets it is about.
        buckets: u64,
        /// The worst of them, the worst first.
        open: Vec<StillOpen>,
    },
    /// What one interval brought to a notifier that is told of it in one message. It is made to be handed over, and never
    /// stored.
    Digest {
        /// The notices, in order.
        notices: Vec<Notice>,
    },
}

/// A bucket that is still open to strangers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StillOpen {
    /// The bucket.
    pub bucket: Untrusted,
    /// Its region.
    pub region: Option<String>,
    /// Since when it is public.
    pub since: Timestamp,
    /// The worst ways in that nobody accepted, as exposures of the assessment document.
    pub exposures: Vec<serde_json::Value>,
}

/// An event that is told for its own sake.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Occurrence {
    /// Why it is told.
    pub kind: OccurrenceKind,
    /// The account that it is about.
    pub account: AccountId,
    /// The bucket, trail, rule, queue or function; `None` = the account as a whole.
    pub subject: Option<Untrusted>,
    /// The region.
    pub region: Option<String>,
    /// Who did what.
    pub deed: Deed,
    /// AWS's error code, or why the configuration could not be read.
    pub code: Option<Untrusted>,
    /// The ways in that the request itself asked for, as exposures of the assessment document.
    pub exposures: Vec<serde_json::Value>,
}

/// Why an event is told for its own sake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OccurrenceKind {
    /// AWS refused it.
    Refused,
    /// What it led to could not be read, so what it asked for was judged instead.
    Unverified,
    /// It is about what watches the account.
    Watcher,
}

/// A recorded transition. The document form is `bucketwatch.transition/1`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TransitionRecord {
    /// Its id.
    pub id: String,
    /// When it was recorded.
    pub at: Timestamp,
    /// The bucket.
    pub bucket: Untrusted,
    /// Its owner.
    pub account: AccountId,
    /// Its region.
    pub region: Option<String>,
    /// `opened`, `widened`, …
    pub kind: String,
    /// The kind that a `regained_sight` carries.
    pub inner: Option<String>,
    /// The assessment document before, as far as a reader needs it: verdict and exposures.
    pub before: Option<serde_json::Value>,
    /// The same after.
    pub after: Option<serde_json::Value>,
    /// What caused it.
    pub cause: TransitionCause,
    /// Transitions of one cause share it.
    pub group_key: String,
    /// What exceptions have to do with it.
    #[serde(default, skip_serializing_if = "Acceptance::is_nothing")]
    pub acceptance: Acceptance,
}

/// What exceptions have to do with a transition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    /// By which word it alerts, where that is not its kind's: `accepted` alerts nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alerts_as: Option<String>,
    /// The exceptions that cover what is new, and those that fail to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<ExceptionNote>,
}

impl Acceptance {
    fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// What made bucketwatch see a transition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TransitionCause {
    /// A scan.
    Scan {
        /// The run's id.
        run: String,
    },
    /// A CloudTrail event.
    Event {
        /// The event's id.
        id: String,
        /// Who.
        actor: Untrusted,
        /// With what.
        agent: Untrusted,
        /// From where.
        address: Untrusted,
        /// The event's name.
        #[serde(default)]
        name: Untrusted,
        /// When it was done; `None` in records of the first version.
        #[serde(default)]
        at: Option<Timestamp>,
        /// Earlier events without which it would not have come to this, the latest first.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        also: Vec<Deed>,
    },
    /// Somebody at the command line.
    Operator {
        /// The act's id.
        id: String,
        /// Who.
        by: Untrusted,
    },
    /// Time, or whoever wrote exceptions down: others count than before.
    Review {
        /// The review's id.
        id: String,
    },
}

impl TransitionCause {
    /// Gives the event's id.
    pub fn event(&self) -> Option<&str> {
        match self {
            Self::Event { id, .. } => Some(id),
            Self::Scan { .. } | Self::Operator { .. } | Self::Review { .. } => None,
        }
    }

    /// Gives who did what, for an event whose time is known.
    pub(crate) fn deed(&self) -> Option<Deed> {
        let Self::Event { id, actor, agent, address, name, at, .. } = self.clone() else { return None };
        Some(Deed { event: id, name, at: at?, actor, agent, address })
    }

    /// Gives when the event was done, and its id to tell two of one instant apart.
    pub fn done_at(&self) -> Option<(Timestamp, &str)> {
        match self {
            Self::Event { id, at, .. } => at.map(|at| (at, id.as_str())),
            Self::Scan { .. } | Self::Operator { .. } | Self::Review { .. } => None,
        }
    }
}

impl TransitionRecord {
    /// Gives the severity of the worst exposure after it, or before it where none is left: the worst sorts first. What is
    /// accepted counts only where nothing else is.
    pub fn severity(&self) -> Option<Severity> {
        let side = |side: &Option<serde_json::Value>| {
            let exposures = side.as_ref()?.get("exposures")?.as_array()?;
            let severity = |exposure: &serde_json::Value| {
                let accepted = exposure.get("accepted_by").is_some_and(|by| !by.is_null());
                Some((accepted, Severity::deserialize(exposure.get("severity")?).ok()?))
            };
            exposures.iter().filter_map(severity).min().map(|(_, severity)| severity)
        };
        side(&self.after).or_else(|| side(&self.before))
    }

    /// Gives the word by which it alerts; nothing where its kind is not known.
    pub fn alerts_as(&self) -> Option<&str> {
        let kind = || TransitionKind::parse(&self.kind, self.inner.as_deref()).map(TransitionKind::alerts_as);
        self.acceptance.alerts_as.as_deref().or_else(kind)
    }
}

/// Who did what, by an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    /// The event's id.
    pub event: String,
    /// Its name.
    pub name: Untrusted,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Untrusted,
    /// With what.
    pub agent: Untrusted,
    /// From where.
    pub address: Untrusted,
}

impl From<Deed> for TransitionCause {
    fn from(deed: Deed) -> Self {
        let Deed { event, name, at, actor, agent, address } = deed;
        Self::Event { id: event, actor, agent, address, name, at: Some(at), also: Vec::new() }
    }
}
