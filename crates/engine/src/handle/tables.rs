//! Policies of tables and of their buckets. Their actions are not judged; that one may let somebody else in is told as
//! undetermined, and never taken for nothing.

use bucketwatch_ingest::cloudtrail::{Change, Content, Kind};
use bucketwatch_policy::name::AccountId;
use jiff::Timestamp;
use serde_json::Value;

use super::desk::Desk;
use crate::notice::OccurrenceKind;
use crate::state::OutgoingNotice;

/// Why such a policy is told.
const UNJUDGED: &str = "undetermined: what such a policy lets others do is not judged, and it names others";

impl Desk {
    /// Gives the notice of a policy that is not judged, where `change` puts one that may let somebody else in.
    pub(super) fn unjudged(&self, change: &Change, now: Timestamp) -> Option<OutgoingNotice> {
        let owner = change.account.as_ref().unwrap_or(self.account());
        let may_admit = match &change.content {
            Content::Policy(Some(text)) => names_others(text, owner),
            Content::Unstated => true,
            _ => false,
        };
        let is_told = change.kind == Kind::TablePolicy && change.outcome.is_done() && may_admit;
        let told = || {
            let why = Some(UNJUDGED.into());
            self.event_notice(OccurrenceKind::Unverified, change, why, Vec::new(), now)
        };
        is_told.then(told)
    }
}

/// Tells whether an Allow of the policy names anybody but principals of `owner` and AWS's services; a text that cannot
/// be read may.
fn names_others(text: &str, owner: &AccountId) -> bool {
    let Ok(policy) = serde_json::from_str::<Value>(text) else { return true };
    let statements = match &policy["Statement"] {
        Value::Array(list) => list.iter().collect(),
        Value::Object(_) => vec![&policy["Statement"]],
        _ => return true,
    };
    statements.into_iter().filter(|statement| statement["Effect"] != "Deny").any(|statement| {
        let Value::Object(principals) = &statement["Principal"] else { return true };
        principals.iter().any(|(kind, named)| match (kind.as_str(), named) {
            ("Service", _) => false,
            ("AWS", Value::String(one)) => !is_of(one, owner),
            ("AWS", Value::Array(list)) => {
                !list.iter().all(|one| one.as_str().is_some_and(|one| is_of(one, owner)))
            }
            _ => true,
        })
    })
}

/// Tells whether an account's id, or the ARN of a principal, is of `owner`.
fn is_of(principal: &str, owner: &AccountId) -> bool {
    principal == owner.as_str() || principal.split(':').nth(4) == Some(owner.as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whoever_is_not_of_the_account_is_another_and_what_cannot_be_read_may_name_one() {
        let owner = AccountId::parse("111122223333").unwrap();
        let allow = |principal: Value| json!({"Statement": [{"Effect": "Allow", "Principal": principal}]});
        let own = "arn:aws:iam::111122223333:role/r";
        for (policy, expected) in [
            (allow(json!("*")), true),
            (allow(json!({"AWS": "*"})), true),
            (allow(json!({"AWS": "444455556666"})), true),
            (allow(json!({"AWS": [own, "arn:aws:iam::444455556666:root"]})), true),
            (allow(json!({"Federated": "idp"})), true),
            (allow(json!({"AWS": [own, "111122223333"]})), false),
            (allow(json!({"Service": "s3tables.amazonaws.com"})), false),
            (json!({"Statement": {"Effect": "Deny", "Principal": "*"}}), false),
            (json!({"Statement": [{"Effect": "Allow", "NotPrincipal": {"AWS": own}}]}), true),
            (json!({}), true),
        ] {
            assert_eq!(names_others(&policy.to_string(), &owner), expected, "{policy}");
        }
        assert!(names_others("{", &owner));
    }
}
