//! Which transitions are told.

use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A kind of transition. A `regained_sight` is told as the change that it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
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
}

/// A word that names no transition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no kind of transition")]
pub struct UnknownAlert(String);

impl AlertKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Opened,
        Self::Widened,
        Self::Narrowed,
        Self::Changed,
        Self::Closed,
        Self::LostSight,
        Self::RegainedSight,
        Self::Deleted,
    ];

    /// What is told where nobody says otherwise.
    pub const DEFAULT: [Self; 3] = [Self::Opened, Self::Widened, Self::Changed];

    /// Gives the word as documents spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Widened => "widened",
            Self::Narrowed => "narrowed",
            Self::Changed => "changed",
            Self::Closed => "closed",
            Self::LostSight => "lost_sight",
            Self::RegainedSight => "regained_sight",
            Self::Deleted => "deleted",
        }
    }
}

impl FromStr for AlertKind {
    type Err = UnknownAlert;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| UnknownAlert(text.to_owned()))
    }
}
