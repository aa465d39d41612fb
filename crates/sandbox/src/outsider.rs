//! Calls of outsiders: unsigned ones, and those signed by other accounts.

use crate::account::Bucket;
use crate::caller::Caller;
use crate::operation::Ask;
use crate::wire::refusal::Refusal;

/// Lets an outsider's call through where the bucket's policy and ACLs do.
pub(crate) fn admit(_ask: Ask<'_>, _caller: &Caller, _bucket: &Bucket) -> Result<(), Refusal> {
    Err(Refusal::not_implemented())
}
