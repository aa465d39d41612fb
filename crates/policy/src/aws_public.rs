//! What AWS itself calls a public policy: the documented IsPublic that RestrictPublicBuckets is gated by.
//!
//! It is about the text alone and the whole document: one grant that is not limited to fixed values makes the
//! policy public, whatever else stands in it. It is *not* whether somebody can get in; that is [`crate::reach`].
//! Denies do not count, since the guide speaks only of what a policy grants (docs/semantics.md A8g, unverified).
//!
//! *Source*: Amazon S3 user guide, "Blocking public access to your Amazon S3 storage", section "The meaning of
//! public"; docs/semantics.md A8 and A9.

mod grant;
mod range;
mod value;

use crate::document::{Effect, Policy};
pub use crate::reach::AttachedTo;

/// What AWS's documented rule says of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IsPublic {
    /// At least one grant is not limited.
    Public {
        /// The statements that are not.
        by: Vec<usize>,
    },
    /// Every grant is limited to fixed values, or there is none.
    NotPublic {
        /// The statements of which this rests on a condition key that AWS's list does not name
        /// (docs/semantics.md A8f): plausible, and not verified.
        unverified: Vec<usize>,
    },
    /// It hangs on a question that AWS's text leaves open.
    Open {
        /// The statements that it hangs on.
        by: Vec<usize>,
        /// The question, for the first of them.
        question: Question,
    },
}

impl IsPublic {
    /// Gives the answer where there is one.
    pub fn decided(&self) -> Option<bool> {
        match self {
            Self::Public { .. } => Some(true),
            Self::NotPublic { .. } => Some(false),
            Self::Open { .. } => None,
        }
    }
}

/// A question about IsPublic that AWS's text leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Question {
    /// Nothing but a `NotIpAddress` limits the grant.
    #[error("whether AWS takes NotIpAddress alone for a limit is not documented")]
    OnlyNotIpAddress,
    /// A `*` or `?` that is plain text, as under `StringEquals`, in a key that would limit the grant.
    #[error("whether AWS takes a literal `*` or `?` for a wildcard is not documented")]
    LiteralWildcard,
    /// Source ranges that are narrow one by one and wide together.
    #[error("whether AWS adds up source ranges that are wide only together is not documented")]
    RangesTogether,
    /// `aws:userid` fixed to one session of a role: the guide excepts "the pattern AROLEID:*".
    #[error("whether AWS takes one session of a role in aws:userid for a limit is not documented")]
    SessionUserId,
    /// A wildcard in a part of a value that the guide does not speak of.
    #[error("whether AWS takes this value with a wildcard for a limit is not documented")]
    PartlyFixed,
}

/// How far a grant, or one condition of it, is limited; the less limited the smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limit {
    No,
    Open(Question),
    Unverified,
    Fixed,
}

impl Limit {
    fn rank(self) -> u8 {
        match self {
            Self::No => 0,
            Self::Open(_) => 1,
            Self::Unverified => 2,
            Self::Fixed => 3,
        }
    }

    /// Gives the stronger limit: one condition that limits is enough.
    fn or(self, other: Self) -> Self {
        if other.rank() > self.rank() { other } else { self }
    }

    /// Gives the weaker limit: every value must be fixed.
    fn and(self, other: Self) -> Self {
        if other.rank() < self.rank() { other } else { self }
    }
}

/// Gives what AWS's documented rule says of `policy`.
///
/// An access point that takes requests from its VPC only is never public, whatever its policy says; that is for
/// the caller to know.
///
/// ```
/// use bucketwatch_policy::aws_public::{AttachedTo, aws_public};
/// use bucketwatch_policy::document::Policy;
///
/// let policy = Policy::parse(
///     r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*",
///         "Condition": {"StringLike": {"aws:SourceVpc": "vpc-*"}}}}"#,
/// )?;
/// assert_eq!(aws_public(&policy, AttachedTo::Bucket).decided(), Some(true));
/// # Ok::<(), bucketwatch_policy::parse::ParseError>(())
/// ```
pub fn aws_public(policy: &Policy, attached_to: AttachedTo) -> IsPublic {
    let (mut public, mut open, mut unverified) = (Vec::new(), Vec::new(), Vec::new());
    let mut first_question = None;
    for (index, statement) in policy.statements.iter().enumerate() {
        if statement.effect == Effect::Deny {
            continue;
        }
        match grant::limit(statement, attached_to) {
            Limit::No => public.push(index),
            Limit::Open(question) => {
                open.push(index);
                first_question.get_or_insert(question);
            }
            Limit::Unverified => unverified.push(index),
            Limit::Fixed => {}
        }
    }
    match first_question {
        _ if !public.is_empty() => IsPublic::Public { by: public },
        Some(question) => IsPublic::Open { by: open, question },
        None => IsPublic::NotPublic { unverified },
    }
}

#[cfg(test)]
mod tests;
