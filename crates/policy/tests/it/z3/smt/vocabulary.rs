//! Which policies the translation has words for, so that its answer is the rules' answer: those of others, with keys,
//! patterns or values that it does not know, are not asked about.

use serde_json::Value;

use super::text::strings;
use super::{STRANGER, network};

/// Keys whose value the caller or an owner chooses.
const CHOSEN: &[&str] = &[
    "aws:referer",
    "aws:useragent",
    "s3:prefix",
    "s3:versionid",
    "s3:x-amz-acl",
    "s3:x-amz-content-sha256",
    "s3:existingobjecttag/a",
    "s3:requestobjecttagkeys",
];

/// Keys whose value somebody else gives the caller: one stranger stands for all.
const GIVEN: &[&str] = &["aws:principalaccount", "aws:principalorgid", "aws:principaltype"];

/// Tells whether the translation has words for all of a policy.
pub(crate) fn covers(policy: &Value) -> bool {
    let statements = match &policy["Statement"] {
        Value::Array(list) => list.as_slice(),
        lone => std::slice::from_ref(lone),
    };
    !policy.to_string().contains("${") && statements.iter().all(is_covered)
}

fn is_covered(statement: &Value) -> bool {
    let principal = statement.get("Principal").or(statement.get("NotPrincipal"));
    let known_callers = principal.is_some_and(|principal| {
        principal == "*" || principal.as_object().is_some_and(|kinds| kinds.keys().all(|kind| kind == "AWS"))
    });
    let mut entries =
        statement["Condition"].as_object().into_iter().flatten().flat_map(|(operator, keys)| {
            keys.as_object().into_iter().flatten().map(move |(key, values)| (operator, key, values))
        });
    known_callers
        && entries.all(|(operator, key, values)| {
            let values = strings(values);
            !values.is_empty()
                && values.iter().all(|value| value.is_ascii())
                && has_words(operator, &key.to_ascii_lowercase(), &values)
        })
}

fn has_words(operator: &str, key: &str, values: &[String]) -> bool {
    let test = operator.split_once(':').map_or(operator, |(_, test)| test);
    let test = test.strip_suffix("IfExists").unwrap_or(test).replace("Not", "");
    let truths = || values.iter().all(|value| value == "true" || value == "false");
    match test.as_str() {
        "Null" => truths() && values.len() == 1 && (CHOSEN.contains(&key) || GIVEN.contains(&key)),
        "Bool" => key == "aws:securetransport" && truths(),
        "StringEquals" | "StringLike" | "StringEqualsIgnoreCase" => {
            CHOSEN.contains(&key)
                || GIVEN.contains(&key) && values.iter().all(|value| tells_no_strangers_apart(value))
        }
        "ArnLike" | "ArnEquals" => {
            let stranger = |value: &String| {
                let fields: Vec<&str> = value.splitn(6, ':').collect();
                fields.len() == 6 && fields.iter().take(5).all(|field| tells_no_strangers_apart(field))
            };
            key == "aws:principalarn" && values.iter().all(stranger)
        }
        "IpAddress" => key == "aws:sourceip" && values.iter().all(|value| network::is_range(value)),
        "NumericLessThan" | "NumericGreaterThan" | "NumericGreaterThanEquals" | "NumericEquals" => {
            key == "s3:max-keys" && values.iter().all(|value| value.parse::<u32>().is_ok())
        }
        "DateLessThan" | "DateGreaterThan" | "DateGreaterThanEquals" => {
            key == "aws:currenttime" && values.iter().all(|value| value.parse::<jiff::Timestamp>().is_ok())
        }
        _ => false,
    }
}

/// Tells whether a value says the same of the stranger who stands for all as of all others.
fn tells_no_strangers_apart(value: &str) -> bool {
    value == "*" || value == "o-*" || !value.contains(['*', '?']) && value != STRANGER
}
