//! The settings of routes: which notifier hears of what.

use bucketwatch_policy::name::AccountId;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::{AlertKind, BucketPattern, Named, TagPattern};
use crate::report::wire::Severity;

/// What some notifiers hear. A notifier that a route names hears of what one of its routes takes, and of nothing else;
/// one that no route names hears of everything that `alert_on` chooses. What a route leaves out may be anything.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteConfig {
    /// The notifiers, by name.
    pub to: Choice<Named>,
    /// What is told, in place of `alert_on`.
    pub kind: Option<Choice<NoticeKind>>,
    /// How bad what it is about is.
    pub severity: Option<Choice<Severity>>,
    /// Whose the bucket is: account ids.
    #[schemars(with = "Option<Choice<String>>")]
    pub account: Option<Choice<AccountId>>,
    /// Which bucket: names with `*` and `?`.
    pub bucket: Option<Choice<BucketPattern>>,
    /// A tag of the bucket: `KEY=VALUE`, the value with `*` and `?`.
    pub tag: Option<Choice<TagPattern>>,
    /// What is not taken all the same: anything that one of these describes in full.
    #[serde(default)]
    pub except: Vec<Criteria>,
}

/// What is to be told, described. What is left out may be anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Criteria {
    /// What is told.
    pub kind: Option<Choice<NoticeKind>>,
    /// How bad what it is about is.
    pub severity: Option<Choice<Severity>>,
    /// Whose the bucket is: account ids.
    #[schemars(with = "Option<Choice<String>>")]
    pub account: Option<Choice<AccountId>>,
    /// Which bucket: names with `*` and `?`.
    pub bucket: Option<Choice<BucketPattern>>,
    /// A tag of the bucket: `KEY=VALUE`, the value with `*` and `?`.
    pub tag: Option<Choice<TagPattern>>,
}

/// One or more of something, of which any will do.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(transparent, inline)]
pub struct Choice<T>(#[schemars(length(min = 1))] Vec<T>);

/// What can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// Strangers get in where none did.
    Opened,
    /// More than before.
    Widened,
    /// Less than before.
    Narrowed,
    /// Other than before.
    Changed,
    /// Strangers got in and no longer do.
    Closed,
    /// It cannot be determined any more.
    LostSight,
    /// It can be determined again.
    RegainedSight,
    /// The bucket is gone.
    Deleted,
    /// What is open, or newly so, is accepted. Only routes that ask for it take it.
    Accepted,
    /// Somebody took an exception back. Only routes that ask for it take it.
    Revoked,
    /// What the first scan of an account found.
    Baseline,
    /// What has been open for long.
    Reminder,
    /// An event that is told for its own sake: an attempt that was refused, a change that cannot be read, one of what
    /// watches the account.
    Event,
}

impl NoticeKind {
    /// Gives the kind of transition that it is; `None`: it is none.
    pub fn alert(self) -> Option<AlertKind> {
        match self {
            Self::Opened => Some(AlertKind::Opened),
            Self::Widened => Some(AlertKind::Widened),
            Self::Narrowed => Some(AlertKind::Narrowed),
            Self::Changed => Some(AlertKind::Changed),
            Self::Closed => Some(AlertKind::Closed),
            Self::LostSight => Some(AlertKind::LostSight),
            Self::RegainedSight => Some(AlertKind::RegainedSight),
            Self::Deleted => Some(AlertKind::Deleted),
            Self::Accepted | Self::Revoked | Self::Baseline | Self::Reminder | Self::Event => None,
        }
    }
}

impl RouteConfig {
    /// Gives what it takes, but for its exceptions.
    pub fn takes(&self) -> Criteria {
        let Self { to: _, kind, severity, account, bucket, tag, except: _ } = self.clone();
        Criteria { kind, severity, account, bucket, tag }
    }

    /// Tells whether it wants reminders and nothing else.
    pub(super) fn is_for_reminders_only(&self) -> bool {
        self.kind
            .as_ref()
            .is_some_and(|kinds| kinds.any_of().iter().all(|kind| *kind == NoticeKind::Reminder))
    }

    /// Tells whether one of its exceptions leaves nothing.
    pub(super) fn is_void(&self) -> bool {
        let takes = self.takes();
        self.except.iter().any(|except| except.contains(&takes))
    }
}

impl Criteria {
    /// Tells whether everything that `other` describes is described.
    fn contains(&self, other: &Self) -> bool {
        within(&self.kind, &other.kind, PartialEq::eq)
            && within(&self.severity, &other.severity, PartialEq::eq)
            && within(&self.account, &other.account, PartialEq::eq)
            && within(&self.bucket, &other.bucket, BucketPattern::contains)
            && within(&self.tag, &other.tag, TagPattern::contains)
    }
}

/// Tells whether each of `inner` is in one of `outer`.
fn within<T>(outer: &Option<Choice<T>>, inner: &Option<Choice<T>>, holds: fn(&T, &T) -> bool) -> bool {
    match (outer, inner) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(outer), Some(inner)) => {
            inner.any_of().iter().all(|one| outer.any_of().iter().any(|other| holds(other, one)))
        }
    }
}

impl<T> Choice<T> {
    /// Gives them; there is at least one.
    pub fn any_of(&self) -> &[T] {
        &self.0
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Choice<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = Vec::deserialize(deserializer)?;
        if list.is_empty() {
            return Err(serde::de::Error::custom(
                "an empty list matches nothing; leave the key out to take anything",
            ));
        }
        Ok(Self(list))
    }
}
