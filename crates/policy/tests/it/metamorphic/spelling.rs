//! Other ways to write the same policy.

use serde_json::{Map, Value, json};

use super::change::{each, statements, with_statements};
use crate::dice::Dice;

/// Writes a document with the members of every object in a random order.
pub(super) fn written_in_any_order(document: &Value, dice: &mut Dice) -> String {
    match document {
        Value::Object(members) => {
            let mut parts: Vec<String> = Vec::new();
            for (name, value) in members {
                let part = format!("{}:{}", json!(name), written_in_any_order(value, dice));
                parts.insert(dice.roll(parts.len() + 1), part);
            }
            format!("{{{}}}", parts.join(", "))
        }
        Value::Array(list) => {
            let parts: Vec<String> = list.iter().map(|part| written_in_any_order(part, dice)).collect();
            format!("[{}]", parts.join(",\n"))
        }
        plain => plain.to_string(),
    }
}

/// Gives the statements in a random order.
pub(super) fn statements_in_another_order(document: &Value, dice: &mut Dice) -> Option<Value> {
    let found = shuffled(&statements(document), dice);
    (found.len() > 1).then(|| with_statements(document, found))
}

/// Gives every list inside the statements in a random order.
pub(super) fn lists_in_another_order(document: &Value, dice: &mut Dice) -> Option<Value> {
    each(document, |statement| Some(vec![inner_lists(statement, dice)]))
}

fn inner_lists(value: &Value, dice: &mut Dice) -> Value {
    match value {
        Value::Array(list) => Value::Array(shuffled(list, dice)),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), inner_lists(value, dice)));
            Value::Object(members.collect())
        }
        plain => plain.clone(),
    }
}

fn shuffled(list: &[Value], dice: &mut Dice) -> Vec<Value> {
    let mut found = Vec::new();
    for value in list {
        found.insert(dice.roll(found.len() + 1), value.clone());
    }
    found
}

/// Gives the policy an Id and every statement another Sid.
pub(super) fn sids(document: &Value, dice: &mut Dice) -> Value {
    let mut changed = document.clone();
    changed["Id"] = json!(format!("id{}", dice.roll(1_000)));
    let renamed = statements(document).into_iter().enumerate().map(|(index, mut statement)| {
        statement["Sid"] = json!(format!("S{index}n{}", dice.roll(1_000)));
        statement
    });
    let renamed: Vec<Value> = renamed.collect();
    // A lone statement stays alone: its pointers would change otherwise.
    changed["Statement"] = match (&document["Statement"], renamed.first()) {
        (Value::Object(_), Some(lone)) => lone.clone(),
        _ => Value::Array(renamed),
    };
    changed
}

/// Writes actions in capitals, the service's prefix too.
pub(super) fn actions_in_capitals(document: &Value, _: &mut Dice) -> Option<Value> {
    each(document, |statement| {
        let element = ["Action", "NotAction"].into_iter().find(|name| !statement[*name].is_null())?;
        let mut changed = statement.clone();
        changed[element] = texts(&statement[element], &|text| json!(text.to_uppercase()));
        Some(vec![changed])
    })
}

/// Writes condition keys in capitals, up to the name of a tag.
pub(super) fn keys_in_capitals(document: &Value, _: &mut Dice) -> Option<Value> {
    each_entry(document, |_, key, values| {
        let (name, tag) = key.split_at(key.find('/').unwrap_or(key.len()));
        Some((None, format!("{}{tag}", name.to_uppercase()), values.clone()))
    })
}

/// Writes every text inside the statements as a list of one.
pub(super) fn lists_of_one(document: &Value, _: &mut Dice) -> Option<Value> {
    each(document, |statement| {
        let mut changed = statement.clone();
        for element in ["Action", "NotAction", "Resource", "NotResource"] {
            if let Value::String(text) = &statement[element] {
                changed[element] = json!([text]);
            }
        }
        for operator in members_mut(changed.get_mut("Condition")) {
            for values in members_mut(Some(operator)).filter(|values| !values.is_array()) {
                *values = json!([values]);
            }
        }
        Some(vec![changed])
    })
}

/// Writes the principal `*` as `{"AWS": "*"}`.
pub(super) fn aws_stars(document: &Value, _: &mut Dice) -> Option<Value> {
    each(document, |statement| {
        (statement.get("Principal")? == "*").then(|| {
            let mut changed = statement.clone();
            changed["Principal"] = json!({"AWS": "*"});
            vec![changed]
        })
    })
}

/// Writes `ArnLike` for `ArnEquals`, negated too.
pub(super) fn arn_like_for_arn_equals(document: &Value, _: &mut Dice) -> Option<Value> {
    each_entry(document, |operator, key, values| {
        let arn = operator.contains("ArnEquals") || operator.contains("ArnNotEquals");
        arn.then(|| (Some(operator.replace("Equals", "Like")), key.to_owned(), values.clone()))
    })
}

/// Writes `StringLike` for `StringEquals` where no value has a character that it reads otherwise.
pub(super) fn string_like_for_string_equals(document: &Value, _: &mut Dice) -> Option<Value> {
    each_entry(document, |operator, key, values| {
        let test = operator.rsplit(':').next().unwrap_or(operator).replace("IfExists", "");
        let exact = test == "StringEquals" || test == "StringNotEquals";
        let plain = !values.to_string().contains(['*', '?', '$']);
        (exact && plain).then(|| (Some(operator.replace("Equals", "Like")), key.to_owned(), values.clone()))
    })
}

/// Writes every IPv4 range as its two halves.
pub(super) fn halves_of_ranges(document: &Value, _: &mut Dice) -> Option<Value> {
    each_entry(document, |operator, key, values| {
        let halved: Vec<Value> = match values {
            Value::Array(list) => list.iter().flat_map(halves).collect(),
            lone => halves(lone),
        };
        operator.contains("IpAddress").then(|| (None, key.to_owned(), json!(halved)))
    })
}

fn halves(range: &Value) -> Vec<Value> {
    let split = || -> Option<Vec<Value>> {
        let (address, length) = range.as_str()?.split_once('/')?;
        let (address, length): (std::net::Ipv4Addr, u32) = (address.parse().ok()?, length.parse().ok()?);
        let half = (length < 32).then(|| 1_u32 << (31 - length))?;
        let other = std::net::Ipv4Addr::from(address.to_bits() ^ half);
        Some([address, other].map(|start| json!(format!("{start}/{}", length + 1))).to_vec())
    };
    split().unwrap_or_else(|| vec![range.clone()])
}

/// Says every statement and every member of a list twice.
pub(super) fn twice(document: &Value, _: &mut Dice) -> Option<Value> {
    each(document, |statement| {
        let mut changed = statement.clone();
        for element in ["Action", "NotAction", "Resource", "NotResource"] {
            if let Value::Array(list) = &statement[element] {
                changed[element] = json!([&list[..], &list[..]].concat());
            }
        }
        Some(vec![changed, statement.clone()])
    })
}

type Entry = (Option<String>, String, Value);

/// Rewrites condition entries; `None` where `rewrite` suits none.
fn each_entry(document: &Value, rewrite: impl Fn(&str, &str, &Value) -> Option<Entry>) -> Option<Value> {
    each(document, |statement| {
        let mut conditions = Map::new();
        let mut changed = false;
        for (operator, keys) in statement.get("Condition")?.as_object()? {
            for (key, values) in keys.as_object()? {
                let entry = rewrite(operator, key, values);
                changed |= entry.is_some();
                let (other, key, values) = entry.unwrap_or_else(|| (None, key.clone(), values.clone()));
                let keys = conditions.entry(other.unwrap_or_else(|| operator.clone()));
                let place = &mut keys.or_insert_with(|| json!({}))[key];
                // Two entries that would become one cannot be written as one.
                place.is_null().then_some(())?;
                *place = values;
            }
        }
        let mut rewritten = statement.clone();
        rewritten["Condition"] = Value::Object(conditions);
        changed.then(|| vec![rewritten])
    })
}

fn texts(value: &Value, change: &dyn Fn(&str) -> Value) -> Value {
    match value {
        Value::String(text) => change(text),
        Value::Array(list) => list.iter().map(|value| texts(value, change)).collect(),
        other => other.clone(),
    }
}

fn members_mut(value: Option<&mut Value>) -> impl Iterator<Item = &mut Value> {
    value.and_then(Value::as_object_mut).into_iter().flat_map(|members| members.values_mut())
}
