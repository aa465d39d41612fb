//! Whether what is reported agrees with what a case expects; see `corpus/README.md`.

use serde_json::{Map, Value};

/// Gives every disagreement, in words.
pub(crate) fn disagreements(expected: &Map<String, Value>, found: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    for (member, value) in expected {
        let complaint = match member.as_str() {
            "exposures" | "ineffective" => all(value, &known(&found[member])),
            "exposures_include" => some(value, &known(&found["exposures"])),
            "latent" => all(value, &known(&found["latent"])),
            "latent_include" => some(value, found["latent"].as_array().expect("latent is an array")),
            "undetermined" => undetermined(value, &known(&found["undetermined"])),
            "discrepancy" if value.is_boolean() => {
                (found["discrepancy"].is_null() == value.as_bool().expect("a boolean")).then(String::new)
            }
            "diagnosed" => diagnosed(value, &known(&found["diagnostics"])),
            _ => (found[member] != *value).then(String::new),
        };
        if let Some(detail) = complaint {
            let reported = member.trim_end_matches("_include");
            let reported = if reported == "diagnosed" { "diagnostics" } else { reported };
            wrong
                .push(format!("{member}: expected {value}\n      found {}\n      {detail}", found[reported]));
        }
    }
    wrong
}

/// Gives the elements that are not unknown.
fn known(found: &Value) -> Vec<Value> {
    let elements = found.as_array().expect("an array");
    elements.iter().filter(|element| element["unknown"] != true).cloned().collect()
}

fn items(expected: &Value) -> &[Value] {
    expected.as_array().expect("an array of expectations")
}

/// Each reported element must be expected, and each expected one reported.
fn all(expected: &Value, found: &[Value]) -> Option<String> {
    let unexpected: Vec<String> = found
        .iter()
        .filter(|element| !items(expected).iter().any(|wanted| matches(wanted, element)))
        .map(|element| format!("unexpected: {} by {}", element["audience"], element["pointer"]))
        .collect();
    if unexpected.is_empty() { some(expected, found) } else { Some(unexpected.join("; ")) }
}

fn some(expected: &Value, found: &[Value]) -> Option<String> {
    let missing: Vec<String> = items(expected)
        .iter()
        .filter(|wanted| !found.iter().any(|element| matches(wanted, element)))
        .map(|wanted| format!("missing: {wanted}"))
        .collect();
    (!missing.is_empty()).then(|| missing.join("; "))
}

fn undetermined(expected: &Value, found: &[Value]) -> Option<String> {
    let word = |wanted: &Value| wanted.as_str().map_or_else(|| wanted["what"].clone(), Value::from);
    let set = |words: Vec<Value>| {
        let mut words: Vec<String> = words.iter().map(Value::to_string).collect();
        words.sort();
        words.dedup();
        words
    };
    let wanted = set(items(expected).iter().map(word).collect());
    if wanted != set(found.iter().map(|element| element["what"].clone()).collect()) {
        return Some("other members".to_owned());
    }
    items(expected).iter().filter(|wanted| wanted.is_object()).find_map(|wanted| {
        let same: Vec<&Value> = found.iter().filter(|element| element["what"] == wanted["what"]).collect();
        if wanted
            .get("permission")
            .is_some_and(|permission| same.iter().any(|it| it["permission"] != *permission))
        {
            return Some("other permission".to_owned());
        }
        let hanging: Vec<Value> = same.iter().flat_map(|element| known(&element["exposures"])).collect();
        wanted.get("exposures").and_then(|exposures| all(exposures, &hanging))
    })
}

fn diagnosed(expected: &Value, found: &[Value]) -> Option<String> {
    let missing = items(expected).iter().find(|pointer| {
        let pointer = pointer.as_str().expect("a pointer");
        !found.iter().any(|element| {
            let at = element["pointer"].as_str().expect("a pointer");
            at == pointer || at.strip_prefix(pointer).is_some_and(|rest| rest.starts_with('/'))
        })
    });
    missing.map(|pointer| format!("nothing at or below {pointer}"))
}

/// Tells whether a reported element agrees in every member that the expected one has.
fn matches(wanted: &Value, found: &Value) -> bool {
    wanted.as_object().expect("an expected element").iter().all(|(member, value)| match member.as_str() {
        "access_include" => holds(&found["access"], value),
        "actions_include" => holds(&found["actions"], value),
        "notes" => holds(&found["notes"], value),
        "access_exclude" => holds_none(&found["access"], value),
        "actions_exclude" => holds_none(&found["actions"], value),
        "access" | "actions" | "resources" | "held_by" => same_set(&found[member], value),
        "audience_detail" | "witness" => part(value, &found[member]),
        _ => found[member] == *value,
    })
}

/// Members that `wanted` names agree; lists are sets, keys of a context are compared without case.
fn part(wanted: &Value, found: &Value) -> bool {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => wanted.iter().all(|(key, value)| {
            let same = found.iter().find(|(other, _)| other.eq_ignore_ascii_case(key));
            same.map_or(value.is_null(), |(_, other)| part(value, other))
        }),
        (Value::Array(_), Value::Array(_)) => same_set(wanted, found),
        _ => wanted == found,
    }
}

fn holds(found: &Value, wanted: &Value) -> bool {
    let Some(found) = found.as_array() else { return false };
    items(wanted).iter().all(|item| found.contains(item))
}

fn holds_none(found: &Value, wanted: &Value) -> bool {
    let Some(found) = found.as_array() else { return false };
    !items(wanted).iter().any(|item| found.contains(item))
}

fn same_set(a: &Value, b: &Value) -> bool {
    a.is_array() && b.is_array() && holds(a, b) && holds(b, a)
}
