//! Statements that speak of more requests than before.

use serde_json::{Value, json};

use super::change::{one_of, statements, with_statements};
use crate::dice::Dice;

/// Gives a statement that speaks of all that this one speaks of, or `None` where it does not suit.
type Loosen = fn(&Value, &mut Dice) -> Option<Value>;

const ALL: &[Loosen] =
    &[every_action, every_resource, everybody, without_a_condition, if_exists, another_value];

/// Loosens one statement of this effect in one way that suits it.
pub(super) fn statement(document: &Value, effect: &str, dice: &mut Dice) -> Option<Value> {
    let mut found = statements(document);
    let index = one_of(&found, effect, dice)?;
    let ways: Vec<Value> = ALL.iter().filter_map(|loosen| loosen(&found[index], dice)).collect();
    found[index] = dice.one(&ways).clone();
    Some(with_statements(document, found))
}

fn every_action(statement: &Value, _: &mut Dice) -> Option<Value> {
    instead(statement, "NotAction", "Action")
}

fn every_resource(statement: &Value, _: &mut Dice) -> Option<Value> {
    instead(statement, "NotResource", "Resource")
}

fn everybody(statement: &Value, _: &mut Dice) -> Option<Value> {
    (statement["Principal"] != "*").then(|| instead(statement, "NotPrincipal", "Principal")).flatten()
}

fn instead(statement: &Value, negated: &str, element: &str) -> Option<Value> {
    let mut loose = statement.clone();
    loose.as_object_mut()?.remove(negated);
    loose[element] = json!("*");
    Some(loose)
}

fn without_a_condition(statement: &Value, dice: &mut Dice) -> Option<Value> {
    let (operator, key) = an_entry(statement, dice, |_, _| true)?;
    let mut loose = statement.clone();
    loose["Condition"][operator].as_object_mut()?.remove(&key);
    Some(loose)
}

/// Lets one condition hold where its key is absent.
fn if_exists(statement: &Value, dice: &mut Dice) -> Option<Value> {
    let suits = |operator: &str, _: &Value| operator != "Null" && !operator.ends_with("IfExists");
    let (operator, key) = an_entry(statement, dice, suits)?;
    let mut loose = statement.clone();
    let values = loose["Condition"][&operator].as_object_mut()?.remove(&key)?;
    let place = &mut loose["Condition"][format!("{operator}IfExists")][key];
    place.is_null().then(|| *place = values)?;
    Some(loose)
}

/// Lets one condition hold for one value more.
fn another_value(statement: &Value, dice: &mut Dice) -> Option<Value> {
    let suits = |operator: &str, values: &Value| {
        let text = operator.contains("StringEquals") || operator.contains("StringLike");
        text && !values.to_string().contains("${")
    };
    let (operator, key) = an_entry(statement, dice, suits)?;
    let mut loose = statement.clone();
    let values = &mut loose["Condition"][operator][key];
    let mut more = values.as_array().cloned().unwrap_or_else(|| vec![values.clone()]);
    more.push(json!(dice.one(&["another", "a", "444455556666"])));
    *values = Value::Array(more);
    Some(loose)
}

fn an_entry(
    statement: &Value,
    dice: &mut Dice,
    suits: impl Fn(&str, &Value) -> bool,
) -> Option<(String, String)> {
    let mut entries = Vec::new();
    for (operator, keys) in statement.get("Condition")?.as_object()? {
        let suiting = keys.as_object()?.iter().filter(|(_, values)| suits(operator, values));
        entries.extend(suiting.map(|(key, _)| (operator.clone(), key.clone())));
    }
    (!entries.is_empty()).then(|| dice.one(&entries).clone())
}
