//! One text value of a limiting key: is it fixed?

use super::{Limit, Question};
use crate::name::AccountId;
use crate::pattern::{Part, Pattern};

/// What must be fixed in a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// All of it.
    Whole,
    /// All of it: an address or a range.
    Address,
    /// All of it, and no session of a role.
    UserId,
    /// The account of an access point's ARN; the name may have wildcards (docs/semantics.md A8b).
    AccessPointArn,
    /// The account of an ARN (docs/semantics.md A8f).
    ArnOfAccount,
    /// The organization that a path starts with.
    OrgPath,
    /// `true`.
    Truth,
}

/// Gives how far a value limits.
pub(super) fn text_limit(pattern: &Pattern, form: Form) -> Limit {
    let text = pattern.text.as_raw();
    if pattern.has_variable() {
        return Limit::No;
    }
    if pattern.has_wildcard() {
        return wildcard_limit(pattern, form);
    }
    match form {
        _ if text.contains(['*', '?']) => Limit::Open(Question::LiteralWildcard),
        Form::UserId if text.starts_with("AROA") && text.contains(':') => {
            Limit::Open(Question::SessionUserId)
        }
        _ => Limit::Fixed,
    }
}

fn wildcard_limit(pattern: &Pattern, form: Form) -> Limit {
    let text = pattern.text.as_raw();
    let mut fields = text.splitn(6, ':');
    let before_account = [fields.next(), fields.next(), fields.next(), fields.next()];
    let account_is_fixed = fields.next().and_then(AccountId::parse).is_some();
    match form {
        Form::AccessPointArn if account_is_fixed => {
            let rest_is_fixed = before_account.iter().flatten().all(|field| !field.contains(['*', '?']));
            let name_only = fields.next().is_some_and(|resource| resource.starts_with("accesspoint/"));
            if rest_is_fixed && name_only { Limit::Fixed } else { Limit::Open(Question::PartlyFixed) }
        }
        Form::ArnOfAccount if account_is_fixed => Limit::Fixed,
        Form::OrgPath if starts_with_organization(pattern) => Limit::Open(Question::PartlyFixed),
        _ => Limit::No,
    }
}

fn starts_with_organization(pattern: &Pattern) -> bool {
    matches!(pattern.parts.first(), Some(Part::Literal(start)) if start.starts_with("o-") && start.contains('/'))
}
