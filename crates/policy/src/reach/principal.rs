//! Whether a statement's `Principal` or `NotPrincipal` speaks of a caller from outside.
//!
//! *Source*: IAM user guide, "AWS JSON policy elements: Principal" and "… NotPrincipal"; docs/semantics.md D2, D3.

use crate::document::{Effect, Principal, Principals, Statement};
use crate::name::AccountId;
use crate::reach::GranteeClass;
use crate::reach::outsider::{ANONYMOUS_OWNER, Kind, Outsider};
use crate::request::{Caller, Signed};
use crate::untrusted::Untrusted;

/// Whether a statement speaks of a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spoken {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// AWS documents no rule that says so.
    Undocumented,
}

/// Tells whether `statement` speaks of `outsider`.
pub(super) fn speaks_of(statement: &Statement, outsider: &Outsider) -> Spoken {
    match &statement.principals {
        Principals::Only(list) if lists(list, outsider) => Spoken::Yes,
        Principals::Only(_) => Spoken::No,
        Principals::Except(list) if list.contains(&Principal::Anyone) => Spoken::No,
        Principals::Except(list) => match (statement.effect, outsider.signed()) {
            (Effect::Deny, Some(signed)) if names_account(list, signed) => {
                if lists(list, outsider) && spares(list, signed, outsider.kind) {
                    Spoken::No
                } else {
                    Spoken::Undocumented
                }
            }
            _ if lists(list, outsider) => Spoken::No,
            _ => Spoken::Yes,
        },
    }
}

fn lists(list: &[Principal], outsider: &Outsider) -> bool {
    list.iter().any(|principal| names(principal, outsider))
}

fn names(principal: &Principal, outsider: &Outsider) -> bool {
    match (principal, &outsider.caller) {
        (Principal::Anyone, _) => true,
        (Principal::Account { account, partition }, Caller::Signed(signed)) => {
            let same = |partition: &crate::name::Partition| {
                signed.arn.as_raw().split(':').nth(1) == Some(partition.as_str())
            };
            *account == signed.account && partition.as_ref().is_none_or(same)
        }
        (Principal::Arn { arn, .. }, Caller::Signed(signed)) => {
            outsider.named && (*arn == signed.arn || Some(arn) == signed.session_arn.as_ref())
        }
        (Principal::CanonicalUser(id), Caller::Signed(signed)) => signed.canonical_id.as_ref() == Some(id),
        (Principal::CanonicalUser(id), Caller::Anonymous) => is_owner_of_uploads(id, outsider),
        (Principal::Federated(provider), Caller::Signed(signed)) => {
            signed.provider.as_ref() == Some(provider)
        }
        (Principal::Service(service), Caller::Service { name }) => {
            outsider.kind == Kind::Service && (service == name || service.as_raw() == "*")
        }
        (Principal::OriginAccessIdentity(identity), Caller::Service { name }) => identity == name,
        (Principal::CanonicalUser(id), Caller::Service { name }) => id == name,
        _ => false,
    }
}

/// Tells whether a list names the caller's account or somebody of it.
fn names_account(list: &[Principal], signed: &Signed) -> bool {
    list.iter().any(|principal| match principal {
        Principal::Account { account, .. } | Principal::Arn { account, .. } => *account == signed.account,
        _ => false,
    })
}

/// Tells whether a list holds all that AWS wants listed to spare a principal: account, principal and session.
fn spares(list: &[Principal], signed: &Signed, kind: Kind) -> bool {
    let has_account = |wanted: &AccountId| {
        list.iter().any(|found| matches!(found, Principal::Account { account, .. } if account == wanted))
    };
    let has_arn =
        |wanted| list.iter().any(|found| matches!(found, Principal::Arn { arn, .. } if arn == wanted));
    has_account(&signed.account)
        && (kind == Kind::Root || has_arn(&signed.arn) && signed.session_arn.as_ref().is_none_or(has_arn))
}

/// Tells whether an ACL grant reaches `outsider`.
pub(super) fn is_granted(grantee: &GranteeClass, outsider: &Outsider) -> bool {
    match (grantee, &outsider.caller) {
        (GranteeClass::Anyone, _) => true,
        (GranteeClass::AnyAwsAccount, Caller::Signed(_)) => true,
        (GranteeClass::LogDelivery, Caller::Service { name }) => name.as_raw() == LOG_DELIVERY,
        (GranteeClass::CanonicalUser(id), Caller::Signed(signed)) => signed.canonical_id.as_ref() == Some(id),
        (GranteeClass::CanonicalUser(id), Caller::Anonymous) => is_owner_of_uploads(id, outsider),
        _ => false,
    }
}

fn is_owner_of_uploads(id: &Untrusted, outsider: &Outsider) -> bool {
    outsider.owns_uploads && id.as_raw() == ANONYMOUS_OWNER
}

/// The service behind the group LogDelivery.
pub(super) const LOG_DELIVERY: &str = "logging.s3.amazonaws.com";
