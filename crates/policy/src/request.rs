//! A concrete request: who, what, on which resource, with which context.

mod defaults;

use std::collections::BTreeMap;

use crate::action::Action;
use crate::name::AccountId;
use crate::untrusted::Untrusted;

/// A request to S3 as the policy language sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Who asks.
    pub caller: Caller,
    /// What is asked for.
    pub action: Action,
    /// The ARN that it is asked of, as this policy's resource (bucket, object, or access point).
    pub resource: Untrusted,
    /// The condition keys that the request carries; what is not in it is absent.
    pub context: Context,
}

/// Who sends a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Nobody signed it.
    Anonymous,
    /// An IAM principal signed it.
    Signed(Signed),
    /// An AWS service acts (for somebody: `aws:SourceArn` and its kin say for whom).
    Service {
        /// The service principal (`cloudtrail.amazonaws.com`) or origin access identity.
        name: Untrusted,
    },
}

/// An IAM principal that signs requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The account it belongs to.
    pub account: AccountId,
    /// Its ARN as `aws:PrincipalArn` shows it (for a session: the role's ARN).
    pub arn: Untrusted,
    /// The session's ARN, `arn:aws:sts::…:assumed-role/role/session`, where it is one.
    pub session_arn: Option<Untrusted>,
    /// The account's canonical id where it is known.
    pub canonical_id: Option<Untrusted>,
    /// The identity provider that signed the person in, where one did.
    pub provider: Option<Untrusted>,
}

/// The condition keys of a request.
///
/// Keys are lower case. A key that is absent is not in the map; a present key may have several values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context(BTreeMap<String, Vec<String>>);

impl Context {
    /// Sets `key` to one value.
    pub fn set(&mut self, key: &str, value: impl Into<String>) {
        self.set_all(key, vec![value.into()]);
    }

    /// Sets `key` to several values.
    pub fn set_all(&mut self, key: &str, values: Vec<String>) {
        self.0.insert(key.to_ascii_lowercase(), values);
    }

    /// Makes `key` absent.
    pub fn remove(&mut self, key: &str) {
        self.0.remove(&key.to_ascii_lowercase());
    }

    /// Gives the values of `key` (lower case), or `None` where it is absent.
    pub fn get(&self, key: &str) -> Option<&[String]> {
        self.0.get(key).map(Vec::as_slice)
    }

    /// Gives every key with its values, sorted by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0.iter().map(|(key, values)| (key.as_str(), values.as_slice()))
    }
}
