//! One request against one policy: the plain decision.
//!
//! It shares nothing with [`crate::reach`] but the parsed policy, so that each can be tested against the other.
//!
//! *Source*: IAM user guide, "Policy evaluation logic"; docs/semantics.md D1 to D12.

mod condition;
mod ip;
mod principal;
mod text;

use crate::document::{Effect, Policy, Resources, Statement};
use crate::request::Request;

/// What one policy says of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// A statement allows the request and none denies it.
    Allowed {
        /// The statements that allow it.
        by: Vec<usize>,
    },
    /// A statement denies the request, whatever allows it.
    Denied {
        /// The statements that deny it.
        by: Vec<usize>,
    },
    /// No statement speaks of the request: it is refused unless another policy or a grant lets it in.
    NotAllowed,
    /// AWS documents no rule that decides.
    Undetermined {
        /// The statements that cannot be decided.
        by: Vec<usize>,
        /// Why the first of them cannot.
        why: Doubt,
    },
}

impl Decision {
    /// Tells whether the request is let in.
    pub fn is_allowed(&self) -> bool {
        matches!(self, Self::Allowed { .. })
    }
}

/// Why a statement cannot be decided for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Doubt {
    /// `NotPrincipal` with `Deny` names a principal of the caller's account, without naming all that AWS wants named.
    #[error("whether NotPrincipal spares this principal of a listed account is not documented")]
    NotPrincipal,
    /// The policy names a canonical id and the caller's is not known.
    #[error("the canonical id of the caller is not known")]
    CanonicalId,
    /// An operator for one value meets a key with several.
    #[error("what an operator without ForAllValues or ForAnyValue makes of several values is not documented")]
    SeveralValues,
}

/// Whether a statement, or a part of it, speaks of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Match {
    Yes,
    No,
    Doubtful(Doubt),
}

impl Match {
    /// Gives whether both hold. A certain No outweighs a doubt.
    fn and(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::Yes => other(),
            Self::No => Self::No,
            Self::Doubtful(_) => match other() {
                Self::No => Self::No,
                _ => self,
            },
        }
    }
}

impl From<bool> for Match {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

/// Gives what `policy` says of `request`.
///
/// ```
/// use bucketwatch_policy::document::Policy;
/// use bucketwatch_policy::evaluate::{Decision, evaluate};
/// use bucketwatch_policy::request::{Caller, Context, Request};
///
/// let policy = Policy::parse(
///     r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}}"#,
/// )?;
/// let request = Request {
///     caller: Caller::Anonymous,
///     action: bucketwatch_policy::catalogue::find("s3:GetObject").unwrap(),
///     resource: "arn:aws:s3:::b/key".into(),
///     context: Context::default(),
/// };
/// assert_eq!(evaluate(&policy, &request), Decision::Allowed { by: vec![0] });
/// # Ok::<(), bucketwatch_policy::parse::ParseError>(())
/// ```
pub fn evaluate(policy: &Policy, request: &Request) -> Decision {
    let deny = tally(policy, request, Effect::Deny);
    if !deny.certain.is_empty() {
        return Decision::Denied { by: deny.certain };
    }
    let allow = tally(policy, request, Effect::Allow);
    match (deny.doubt.or(allow.doubt), allow.certain.is_empty()) {
        (_, true) if allow.doubtful.is_empty() => Decision::NotAllowed,
        (Some(why), _) if !deny.doubtful.is_empty() => Decision::Undetermined { by: deny.doubtful, why },
        (Some(why), true) => Decision::Undetermined { by: allow.doubtful, why },
        _ => Decision::Allowed { by: allow.certain },
    }
}

/// The statements of one effect that speak of a request, for certain or perhaps.
#[derive(Default)]
struct Tally {
    certain: Vec<usize>,
    doubtful: Vec<usize>,
    doubt: Option<Doubt>,
}

fn tally(policy: &Policy, request: &Request, effect: Effect) -> Tally {
    let mut tally = Tally::default();
    for (index, statement) in policy.statements.iter().enumerate().filter(|(_, found)| found.effect == effect)
    {
        match speaks_of(statement, request) {
            Match::Yes => tally.certain.push(index),
            Match::No => {}
            Match::Doubtful(doubt) => {
                tally.doubtful.push(index);
                tally.doubt.get_or_insert(doubt);
            }
        }
    }
    tally
}

fn speaks_of(statement: &Statement, request: &Request) -> Match {
    Match::from(statement.actions.set.contains(request.action))
        .and(|| names(&statement.resources, request).into())
        .and(|| principal::names(statement, &request.caller))
        .and(|| {
            let mut entries = statement.conditions.iter();
            entries
                .try_fold(Match::Yes, |so_far, entry| {
                    match so_far.and(|| condition::holds(entry, &request.context)) {
                        Match::No => None,
                        other => Some(other),
                    }
                })
                .unwrap_or(Match::No)
        })
}

fn names(resources: &Resources, request: &Request) -> bool {
    let resource = request.resource.as_raw();
    let named = resources.patterns.iter().any(|pattern| text::names(pattern, &request.context, resource));
    named != resources.negated
}

#[cfg(test)]
pub(crate) mod tests;
