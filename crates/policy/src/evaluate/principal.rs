//! Whom a statement speaks of.
//!
//! *Source*: IAM user guide, "AWS JSON policy elements: Principal" and "… NotPrincipal"; docs/semantics.md D2, D3, B14.

use super::{Doubt, Match};
use crate::document::{Effect, Principal, Principals, Statement};
use crate::name::AccountId;
use crate::request::{Caller, Signed};

/// Tells whether the statement's `Principal` or `NotPrincipal` speaks of `caller`.
pub(super) fn names(statement: &Statement, caller: &Caller) -> Match {
    match &statement.principals {
        Principals::Only(listed) => any(listed, caller),
        Principals::Except(listed) => match (any(listed, caller), caller, statement.effect) {
            (Match::Doubtful(doubt), ..) => Match::Doubtful(doubt),
            (listed_too, Caller::Signed(signed), Effect::Deny) if touches_account(listed, signed) => {
                if listed_too == Match::Yes && spared(listed, signed) {
                    Match::No
                } else {
                    Match::Doubtful(Doubt::NotPrincipal)
                }
            }
            (Match::Yes, ..) => Match::No,
            (Match::No, ..) => Match::Yes,
        },
    }
}

fn any(listed: &[Principal], caller: &Caller) -> Match {
    listed.iter().map(|principal| is(principal, caller)).fold(Match::No, |so_far, found| {
        match (so_far, found) {
            (Match::Yes, _) | (_, Match::Yes) => Match::Yes,
            (Match::Doubtful(doubt), _) | (_, Match::Doubtful(doubt)) => Match::Doubtful(doubt),
            _ => Match::No,
        }
    })
}

fn is(principal: &Principal, caller: &Caller) -> Match {
    match (principal, caller) {
        (Principal::Anyone, _) => Match::Yes,
        (_, Caller::Anonymous) => Match::No,
        (principal, Caller::Signed(signed)) => is_signed(principal, signed),
        (principal, Caller::Service { name }) => is_service(principal, name.as_raw()),
    }
}

fn is_signed(principal: &Principal, signed: &Signed) -> Match {
    match principal {
        Principal::Anyone => Match::Yes,
        Principal::Account { account, partition } => {
            let same_partition = partition.is_none_or(|partition| {
                signed.arn.as_raw().split(':').nth(1).is_none_or(|found| found == partition.as_str())
            });
            (*account == signed.account && same_partition).into()
        }
        Principal::Arn { arn, .. } => (*arn == signed.arn || Some(arn) == signed.session_arn.as_ref()).into(),
        Principal::CanonicalUser(id) => match &signed.canonical_id {
            Some(own) => (own == id).into(),
            None => Match::Doubtful(Doubt::CanonicalId),
        },
        Principal::Federated(provider) => (Some(provider) == signed.provider.as_ref()).into(),
        Principal::OriginAccessIdentity(_)
        | Principal::UniqueId(_)
        | Principal::Service(_)
        | Principal::Malformed(_) => Match::No,
    }
}

fn is_service(principal: &Principal, name: &str) -> Match {
    match principal {
        Principal::Anyone => Match::Yes,
        Principal::Service(service) => (service.as_raw() == name || service.as_raw() == "*").into(),
        Principal::OriginAccessIdentity(identity) => (identity.as_raw() == name).into(),
        // An origin access identity has a canonical id too, and its ARN does not tell which.
        Principal::CanonicalUser(id) if id.as_raw() != name && name.starts_with("arn:") => {
            Match::Doubtful(Doubt::CanonicalId)
        }
        Principal::CanonicalUser(id) => (id.as_raw() == name).into(),
        Principal::Account { .. }
        | Principal::Arn { .. }
        | Principal::UniqueId(_)
        | Principal::Federated(_)
        | Principal::Malformed(_) => Match::No,
    }
}

/// Tells whether a list names the caller's account, or somebody of it.
fn touches_account(listed: &[Principal], signed: &Signed) -> bool {
    listed.iter().any(|principal| match principal {
        Principal::Account { account, .. } | Principal::Arn { account, .. } => *account == signed.account,
        Principal::CanonicalUser(id) => Some(id) == signed.canonical_id.as_ref(),
        _ => false,
    })
}

/// Tells whether a `NotPrincipal` of a Deny lists all that AWS wants listed to spare the caller: the account, the
/// principal, and for a session the session too.
fn spared(listed: &[Principal], signed: &Signed) -> bool {
    let lists_account = |wanted: &AccountId| {
        listed.iter().any(|found| matches!(found, Principal::Account { account, .. } if account == wanted))
    };
    let lists_arn =
        |wanted| listed.iter().any(|found| matches!(found, Principal::Arn { arn, .. } if arn == wanted));
    let root = signed.arn.as_raw().ends_with(":root");
    listed.contains(&Principal::Anyone)
        || lists_account(&signed.account)
            && (root || lists_arn(&signed.arn) && signed.session_arn.as_ref().is_none_or(lists_arn))
}
