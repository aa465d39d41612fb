//! What a transition says of exceptions.

use bucketwatch_exposure::exception::{Beyond, Exception, Failing, Lapse};
use bucketwatch_exposure::words;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How many exceptions a transition names at most.
const NAMED: usize = 5;

/// What became of an exception, as a transition tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionNote {
    /// Its name.
    pub id: String,
    /// What became of it.
    pub what: ExceptionWord,
    /// Who answers for it; `None` = it is not known any more.
    pub owner: Option<Untrusted>,
    /// Why it was made.
    pub reason: Option<Untrusted>,
    /// The first instant at which it counts no longer.
    pub until: Option<Timestamp>,
    /// By what it was outgrown, what the tag is now, who made it or took it back.
    pub detail: Option<Untrusted>,
}

/// What became of an exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExceptionWord {
    /// It covers what is open.
    Accepted,
    /// Its time is over.
    Expired,
    /// Something is open beyond it.
    Outgrown,
    /// Somebody took it back.
    Revoked,
    /// The bucket is another one of the same name.
    CreatedAnew,
    /// The tag that it is bound to has changed, is gone, or cannot be read.
    TagChanged,
    /// It is not in the configuration any more.
    Withdrawn,
}

impl ExceptionWord {
    /// Gives the word as documents spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Expired => "expired",
            Self::Outgrown => "outgrown",
            Self::Revoked => "revoked",
            Self::CreatedAnew => "created_anew",
            Self::TagChanged => "tag_changed",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl ExceptionNote {
    /// Gives what is told of `exception`.
    pub fn of(exception: &Exception, what: ExceptionWord, detail: Option<Untrusted>) -> Self {
        Self {
            id: exception.id.clone(),
            what,
            owner: Some(exception.owner.clone()),
            reason: Some(exception.reason.clone()),
            until: Some(exception.until),
            detail,
        }
    }

    fn of_failing(failing: &Failing<'_>) -> Self {
        match failing {
            Failing::Outgrown(exception, beyond) => {
                Self::of(exception, ExceptionWord::Outgrown, Some(in_words(beyond)))
            }
            Failing::Lapsed(exception, lapse) => {
                let (what, detail) = match lapse {
                    Lapse::Revoked(act) => (ExceptionWord::Revoked, Some(act.by.clone())),
                    Lapse::Expired => (ExceptionWord::Expired, None),
                    Lapse::CreatedAnew => (ExceptionWord::CreatedAnew, None),
                    Lapse::TagChanged(value) => (ExceptionWord::TagChanged, value.clone()),
                };
                Self::of(exception, what, detail)
            }
            Failing::Withdrawn(id) => Self {
                id: (*id).to_owned(),
                what: ExceptionWord::Withdrawn,
                owner: None,
                reason: None,
                until: None,
                detail: None,
            },
        }
    }
}

/// Gives what a transition says of exceptions that fail to cover, at most five.
pub fn notes(failing: &[Failing<'_>]) -> Vec<ExceptionNote> {
    failing.iter().take(NAMED).map(ExceptionNote::of_failing).collect()
}

/// Gives by what something went beyond an exception: `access write; resources arn:aws:s3:::web`.
fn in_words(beyond: &Beyond) -> Untrusted {
    let mut parts = Vec::new();
    if let Some(audience) = &beyond.audience {
        parts.push(format!("audience {}", words::audience(audience)));
    }
    if !beyond.access.is_empty() {
        let access: Vec<_> = beyond.access.iter().map(|access| words::access(*access)).collect();
        parts.push(format!("access {}", access.join(", ")));
    }
    if !beyond.resources.is_empty() {
        let resources: Vec<_> = beyond.resources.iter().take(3).map(Untrusted::as_raw).collect();
        parts.push(format!("resources {}", resources.join(", ")));
    }
    if parts.is_empty() {
        parts.push("audience, access and resources together".to_owned());
    }
    parts.join("; ").into()
}

#[cfg(test)]
mod tests {
    use bucketwatch_policy::action::Access;
    use bucketwatch_policy::reach::Audience;

    use super::*;

    #[test]
    fn what_outgrows_an_exception_is_said_by_its_axes() {
        let everything = Beyond {
            audience: Some(Audience::Anyone { ranges: Vec::new() }),
            access: vec![Access::Write, Access::ReadAcl],
            resources: vec!["arn:aws:s3:::b".into()],
        };
        let rows = [
            (everything, "audience anyone; access write, read_acl; resources arn:aws:s3:::b"),
            (Beyond { access: vec![Access::Write], ..Beyond::default() }, "access write"),
            (Beyond::default(), "audience, access and resources together"),
        ];
        for (beyond, expected) in rows {
            assert_eq!(in_words(&beyond).as_raw(), expected);
        }
    }
}
