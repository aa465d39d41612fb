//! One statement for each member of a list, instead of one for all.

use serde_json::{Value, json};

use super::change::each;
use crate::dice::Dice;

/// Splits every statement by the members of the elements named.
pub(super) fn members(document: &Value, elements: &[&str]) -> Option<Value> {
    each(document, |statement| {
        let element = elements.iter().find(|element| is_long(&statement[**element]))?;
        Some(parts(&statement[*element]).map(|part| with(statement, &format!("/{element}"), part)).collect())
    })
}

/// Splits every statement by its principals.
pub(super) fn principals(document: &Value) -> Option<Value> {
    each(document, |statement| {
        let kinds = statement.get("Principal")?.as_object()?;
        let each = kinds.iter().flat_map(|(kind, names)| {
            let names: Vec<Value> = names.as_array().cloned().unwrap_or_else(|| vec![names.clone()]);
            names.into_iter().map(move |name| json!({ kind: name }))
        });
        let split: Vec<Value> = each.map(|principal| with(statement, "/Principal", principal)).collect();
        (split.len() > 1).then_some(split)
    })
}

/// Splits every statement by the values of one condition of it that any one of them satisfies.
pub(super) fn values(document: &Value, dice: &mut Dice) -> Option<Value> {
    each(document, |statement| {
        let mut places = Vec::new();
        for (operator, keys) in statement.get("Condition")?.as_object()? {
            // What is negated, or asked of all values of a request, is no choice between values.
            if operator.contains("Not") || operator.starts_with("ForAllValues") || operator == "Null" {
                continue;
            }
            let long = keys.as_object()?.iter().filter(|(_, values)| is_long(values));
            places.extend(long.map(|(key, _)| format!("/Condition/{}/{}", pointed(operator), pointed(key))));
        }
        if places.is_empty() {
            return None;
        }
        let place = dice.one(&places);
        let values = statement.pointer(place)?;
        Some(parts(values).map(|value| with(statement, place, value)).collect())
    })
}

fn pointed(member: &str) -> String {
    member.replace('~', "~0").replace('/', "~1")
}

fn is_long(list: &Value) -> bool {
    list.as_array().is_some_and(|list| list.len() > 1)
}

fn parts(list: &Value) -> impl Iterator<Item = Value> {
    list.as_array().into_iter().flatten().cloned()
}

fn with(statement: &Value, pointer: &str, part: Value) -> Value {
    let mut changed = statement.clone();
    if let Some(place) = changed.pointer_mut(pointer) {
        *place = part;
    }
    changed
}
