//! What is known of one fact, and why it is not known.

use serde::{Deserialize, Serialize};

/// A fact as it was observed. Never an `Option`: "there is none" and "nobody could look" are different answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Observed<T> {
    /// AWS gave it.
    Present(T),
    /// AWS says there is none.
    Absent,
    /// Nobody looked.
    #[default]
    NotAsked,
    /// Somebody looked and could not see it.
    Unreadable(Unreadable),
}

/// Why a fact could not be read: AWS's error code where there is one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Unreadable {
    /// `AccessDenied`, `SlowDown`, `Timeout`, … as stable text.
    pub code: String,
    /// Whether the refusal is final (a denial) rather than a passing fault.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub passing: bool,
}

impl Unreadable {
    /// A refusal for lack of permission.
    pub fn denied() -> Self {
        Self { code: "AccessDenied".to_owned(), passing: false }
    }
}

impl<T> Observed<T> {
    /// Gives the fact by reference.
    pub fn as_ref(&self) -> Observed<&T> {
        match self {
            Self::Present(value) => Observed::Present(value),
            Self::Absent => Observed::Absent,
            Self::NotAsked => Observed::NotAsked,
            Self::Unreadable(why) => Observed::Unreadable(why.clone()),
        }
    }

    /// Applies `change` to a present fact.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Observed<U> {
        match self {
            Self::Present(value) => Observed::Present(change(value)),
            Self::Absent => Observed::Absent,
            Self::NotAsked => Observed::NotAsked,
            Self::Unreadable(why) => Observed::Unreadable(why),
        }
    }

    /// Gives the fact where it is present. The name says what is lost: absence and ignorance look alike.
    pub fn present(&self) -> Option<&T> {
        if let Self::Present(value) = self { Some(value) } else { None }
    }

    /// Tells whether the answer is known: present or absent.
    pub fn is_known(&self) -> bool {
        matches!(self, Self::Present(_) | Self::Absent)
    }
}
