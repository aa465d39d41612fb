//! Whom a policy names.

use bucketwatch_policy::name::AccountId;
use serde_json::Value;

use crate::report::sentence::few;

/// How many of those that a policy names are told, and how much of each.
const TOLD: usize = 3;
const LENGTH: usize = 120;

/// Gives whom the Allows of a policy name beside principals of `owner` and AWS's services; a text that cannot be read may
/// name anybody. Conditions are not weighed.
pub(super) fn others(text: &str, owner: &AccountId) -> Option<String> {
    let policy: Value = serde_json::from_str(text).unwrap_or_default();
    let statements = match &policy["Statement"] {
        Value::Array(list) => list.iter().collect(),
        one @ Value::Object(_) => vec![one],
        _ => return Some("somebody unknown (it cannot be read as a policy)".to_owned()),
    };
    let allows = statements.into_iter().filter(|statement| statement["Effect"] != "Deny");
    let mut named: Vec<String> = allows.flat_map(|statement| named(&statement["Principal"], owner)).collect();
    named.sort();
    named.dedup();
    (!named.is_empty()).then(|| few(&named, TOLD))
}

/// Gives whom a principal names beside `owner` and services.
fn named(principal: &Value, owner: &AccountId) -> Vec<String> {
    let Value::Object(kinds) = principal else {
        let anybody = *principal == "*";
        return vec![
            if anybody { "anybody" } else { "somebody unknown (its principal says not whom)" }.to_owned(),
        ];
    };
    let kinds = kinds.iter().filter(|(kind, _)| *kind != "Service");
    let all = kinds.flat_map(|(kind, named)| match named {
        Value::Array(list) => list.iter().map(|one| (kind, one)).collect(),
        one => vec![(kind, one)],
    });
    let name = |(kind, one): (&String, &Value)| match (kind.as_str(), one.as_str()) {
        ("AWS", Some("*")) => Some("anybody".to_owned()),
        ("AWS", Some(one)) => (!is_of(one, owner)).then(|| cut(one)),
        (kind, Some(one)) => Some(format!("{} {}", cut(kind), cut(one))),
        (kind, None) => Some(format!("{} that is no text", cut(kind))),
    };
    all.filter_map(name).collect()
}

/// Tells whether an account's id, or the ARN of a principal, is of `owner`.
fn is_of(principal: &str, owner: &AccountId) -> bool {
    principal == owner.as_str() || principal.split(':').nth(4) == Some(owner.as_str())
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LENGTH) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn owner() -> AccountId {
        AccountId::parse("111122223333").unwrap()
    }

    fn allow(principal: Value) -> Value {
        json!({"Statement": [{"Effect": "Allow", "Principal": principal}]})
    }

    #[test]
    fn whoever_is_not_of_the_account_is_another_and_what_cannot_be_read_may_name_one() {
        let own = "arn:aws:iam::111122223333:role/r";
        let long = "x".repeat(500);
        let many: Vec<String> = (0..9).map(|index| format!("44445555666{index}")).collect();
        for (policy, expected) in [
            (allow(json!("*")), "anybody"),
            (allow(json!({"AWS": "*"})), "anybody"),
            (allow(json!({"AWS": "444455556666"})), "444455556666"),
            (
                allow(json!({"AWS": [own, "arn:aws:iam::444455556666:root"]})),
                "arn:aws:iam::444455556666:root",
            ),
            (allow(json!({"AWS": [[own]]})), "AWS that is no text"),
            (allow(json!({"Federated": "idp"})), "Federated idp"),
            (allow(json!({"AWS": own, "CanonicalUser": ["a", "b"]})), "CanonicalUser a, CanonicalUser b"),
            (allow(json!({"AWS": many})), "444455556660, 444455556661, 444455556662 and 6 more"),
            (allow(json!({"AWS": long})), &format!("{}…", "x".repeat(120))),
            (allow(json!({"AWS": [own, "111122223333"]})), ""),
            (allow(json!({"AWS": []})), ""),
            (allow(json!({"Service": "s3tables.amazonaws.com"})), ""),
            (json!({"Statement": {"Effect": "Deny", "Principal": "*"}}), ""),
            (json!({"Statement": []}), ""),
            (
                json!({"Statement": [{"Effect": "Allow", "NotPrincipal": {"AWS": own}}]}),
                "somebody unknown (its principal says not whom)",
            ),
            (json!({}), "somebody unknown (it cannot be read as a policy)"),
        ] {
            assert_eq!(others(&policy.to_string(), &owner()).unwrap_or_default(), expected, "{policy}");
        }
        assert!(others("{", &owner()).is_some());
    }
}
