//! The proof of a claim: a concrete request that would succeed.

use crate::action::Action;
use crate::request::{Caller, Context};
use crate::untrusted::Untrusted;

/// A request that the evaluator allows.
#[derive(Clone, Debug, PartialEq)]
pub struct Witness {
    /// Who sends it.
    pub caller: Caller,
    /// What it does.
    pub action: Action,
    /// The bucket or object ARN that it does it to (also for a request through an access point).
    pub resource: Untrusted,
    /// The condition keys whose value differs from what this caller carries by default, or that the decision
    /// rests on. *Source of the defaults*: [`crate::request::Context::defaults`].
    pub context: Context,
    /// Keys that a caller carries by default and that this request must not carry.
    pub absent: Vec<String>,
    /// The ARN of the access point or multi-Region access point that the request goes through.
    pub endpoint: Option<Untrusted>,
}
