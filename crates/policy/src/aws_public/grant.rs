//! One grant: is it limited to fixed values?

use super::range::ranges;
use super::value::{Form, text_limit};
use super::{AttachedTo, Limit, Question};
use crate::condition::{Condition, Quantifier, Test, Values};
use crate::document::{Principal, Principals, Statement};

/// Gives how far an Allow is limited, by whom it names or by any of its conditions.
pub(super) fn limit(statement: &Statement, attached_to: AttachedTo) -> Limit {
    let conditions = statement.conditions.iter().map(|condition| condition_limit(condition, attached_to));
    conditions.fold(principals_limit(&statement.principals), Limit::or)
}

/// A federated principal is anybody whom the provider signs in (docs/semantics.md A8c).
fn principals_limit(principals: &Principals) -> Limit {
    let Principals::Only(listed) = principals else { return Limit::No };
    let fixed = listed.iter().all(|principal| match principal {
        Principal::Anyone | Principal::Federated(_) => false,
        Principal::Service(name) => !name.as_raw().contains('*'),
        _ => true,
    });
    if fixed { Limit::Fixed } else { Limit::No }
}

/// Gives how far one condition limits. Only a positive operator that fails on a missing key does; the variants
/// with IfExists and ForAllValues do not (docs/semantics.md, open question 5).
fn condition_limit(condition: &Condition, attached_to: AttachedTo) -> Limit {
    let operator = condition.operator;
    if operator.test == Test::NotIpAddress && condition.key == "aws:sourceip" {
        return Limit::Open(Question::OnlyNotIpAddress);
    }
    if operator.if_exists || operator.quantifier == Some(Quantifier::ForAllValues) {
        return Limit::No;
    }
    let Some((form, ceiling)) = key_form(&condition.key, attached_to) else { return Limit::No };
    let limit = match (&condition.values, form) {
        (Values::Network(found), Form::Address) if operator.test == Test::IpAddress => ranges(found),
        (Values::Bool(found), Form::Truth) if operator.test == Test::Bool => {
            if found.iter().all(|value| *value == Some(true)) { Limit::Fixed } else { Limit::No }
        }
        (Values::Text(found), form) if is_positive(operator.test) && form != Form::Truth => {
            found.iter().map(|pattern| text_limit(pattern, form)).fold(Limit::Fixed, Limit::and)
        }
        _ => Limit::No,
    };
    limit.and(ceiling)
}

fn is_positive(test: Test) -> bool {
    matches!(
        test,
        Test::StringEquals
            | Test::StringEqualsIgnoreCase
            | Test::StringLike
            | Test::ArnEquals
            | Test::ArnLike
    )
}

/// Gives the form that the values of a limiting key must have, and the most that the key can say: keys that AWS's
/// list does not name are unverified. `None` where the key does not limit.
fn key_form(key: &str, attached_to: AttachedTo) -> Option<(Form, Limit)> {
    Some(match key {
        "aws:sourceip" => (Form::Address, Limit::Fixed),
        "aws:userid" => (Form::UserId, Limit::Fixed),
        "aws:principalorgid"
        | "aws:sourcearn"
        | "aws:sourcevpc"
        | "aws:sourcevpce"
        | "aws:sourceowner"
        | "aws:sourceaccount"
        | "s3:x-amz-server-side-encryption-aws-kms-key-id"
        | "s3:dataaccesspointaccount" => (Form::Whole, Limit::Fixed),
        "s3:dataaccesspointarn" if attached_to == AttachedTo::Bucket => (Form::AccessPointArn, Limit::Fixed),
        "aws:principalarn" => (Form::ArnOfAccount, Limit::Unverified),
        "aws:principalorgpaths" | "aws:vpceorgpaths" => (Form::OrgPath, Limit::Unverified),
        "aws:principalisawsservice" => (Form::Truth, Limit::Unverified),
        "aws:principalaccount"
        | "aws:principalservicename"
        | "aws:principalservicenameslist"
        | "aws:sourcevpcarn"
        | "aws:vpceaccount"
        | "aws:vpceorgid" => (Form::Whole, Limit::Unverified),
        _ => return None,
    })
}
