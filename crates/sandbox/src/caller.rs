//! Who calls, as far as the sandbox believes it.

use std::collections::BTreeMap;
use std::sync::Mutex;

use bucketwatch_policy::name::AccountId;

use crate::account::Account;
use crate::conduct::{EXPIRED_ACCESS_KEY, INVALID_ACCESS_KEY};
use crate::random;
use crate::wire::call::{Call, Service};
use crate::wire::credential::Signing;
use crate::wire::refusal::Refusal;

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Nobody signed the call.
    Anonymous,
    /// A principal of the sandbox's account: it may do all that the gate leaves.
    Own(Principal),
    /// A principal of another account.
    Foreign(Principal),
}

/// Who signed a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Principal {
    pub(crate) account: AccountId,
    pub(crate) arn: String,
}

/// The sessions that AssumeRole gave out, by access key.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Mutex<BTreeMap<String, Principal>>);

/// How many sessions are remembered.
const MOST_SESSIONS: usize = 1_000;

impl Sessions {
    /// Gives an access key that stands for `principal` from now on.
    pub(crate) fn open(&self, principal: Principal) -> String {
        let mut sessions = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let key = format!("ASIA{:016X}", random::of(&(principal.arn.as_str(), sessions.len() as u64)));
        if sessions.len() >= MOST_SESSIONS {
            sessions.pop_first();
        }
        sessions.insert(key.clone(), principal);
        key
    }

    fn find(&self, access_key: &str) -> Option<Principal> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).get(access_key).cloned()
    }
}

/// Says who sent `call`: by session, by an access key that is an account's number (its root), else a user of
/// the sandbox's account.
///
/// # Errors
/// Where the credentials are among those that the sandbox refuses, or unreadable.
pub(crate) fn identify(call: &Call, account: &Account, sessions: &Sessions) -> Result<Caller, Refusal> {
    let credential = match &call.signing {
        Signing::Unsigned => return Ok(Caller::Anonymous),
        Signing::Signed(credential) => credential,
        Signing::Unsupported => {
            let message = "The authorization mechanism you have provided is not supported. Please use \
                           AWS4-HMAC-SHA256.";
            return Err(Refusal::new("InvalidRequest", message));
        }
    };
    refuse_bad_key(&credential.access_key, call.service)?;
    let principal =
        sessions.find(&credential.access_key).unwrap_or_else(|| by_key(&credential.access_key, account));
    Ok(if principal.account == *account.id() { Caller::Own(principal) } else { Caller::Foreign(principal) })
}

fn by_key(access_key: &str, account: &Account) -> Principal {
    let partition = account.partition();
    match AccountId::parse(access_key) {
        Some(id) => Principal { arn: format!("arn:{partition}:iam::{id}:root"), account: id },
        None => {
            let id = account.id().clone();
            Principal { arn: format!("arn:{partition}:iam::{id}:user/auditor"), account: id }
        }
    }
}

/// *Source*: S3 API reference, "Error responses"; STS API reference, "Common errors".
fn refuse_bad_key(access_key: &str, service: Service) -> Result<(), Refusal> {
    let token = service == Service::Token;
    let refusal = match access_key {
        EXPIRED_ACCESS_KEY if token => Refusal {
            status: 403,
            ..Refusal::new("ExpiredToken", "The security token included in the request is expired")
        },
        EXPIRED_ACCESS_KEY => Refusal::new("ExpiredToken", "The provided token has expired."),
        INVALID_ACCESS_KEY if token => {
            Refusal::new("InvalidClientTokenId", "The security token included in the request is invalid.")
        }
        INVALID_ACCESS_KEY => Refusal::new(
            "InvalidAccessKeyId",
            "The AWS Access Key Id you provided does not exist in our records.",
        ),
        _ => return Ok(()),
    };
    Err(refusal)
}
