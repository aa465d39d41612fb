//! RestrictPublicBuckets, for one request.

use bucketwatch_policy::request::Caller;

use super::Answer;
use crate::observed::Observed;
use crate::snapshot::BlockPublicAccess;

/// Tells whether RestrictPublicBuckets lets a caller of another account use a policy that is `public`.
///
/// *Source*: Amazon S3 user guide, "Blocking public access", docs/semantics.md A1, A6.
pub(super) fn spares(
    levels: &[(&Observed<BlockPublicAccess>, &str)],
    public: Option<bool>,
    caller: &Caller,
) -> Answer {
    let is_service = matches!(caller, Caller::Service { name } if !name.as_raw().starts_with("arn:"));
    if is_service || public == Some(false) {
        return Ok(true);
    }
    let on =
        levels.iter().any(|(flags, _)| flags.present().is_some_and(|flags| flags.restrict_public_buckets));
    let unread = levels.iter().find(|(flags, _)| !flags.is_known());
    match (on, public, unread) {
        (true, Some(_), _) => Ok(false),
        (true, None, _) => Err("aws_public".to_owned()),
        (false, _, Some((_, what))) => Err((*what).to_owned()),
        (false, _, None) => Ok(true),
    }
}
