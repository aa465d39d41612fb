//! Statements that come and go, and conditions that are added. A change gives `None` where it does not suit a policy.

use serde_json::{Value, json};

use crate::brute::generate::{self, FAMILIES, Family};
use crate::dice::Dice;

/// Gives the statements, also where there is only one without a list.
pub(super) fn statements(document: &Value) -> Vec<Value> {
    match &document["Statement"] {
        Value::Array(list) => list.clone(),
        lone => vec![lone.clone()],
    }
}

/// Gives the policy with other statements.
pub(super) fn with_statements(document: &Value, statements: Vec<Value>) -> Value {
    let mut changed = document.clone();
    changed["Statement"] = Value::Array(statements);
    changed
}

/// Gives the policy with every statement that `change` suits changed by it.
pub(super) fn each(document: &Value, mut change: impl FnMut(&Value) -> Option<Vec<Value>>) -> Option<Value> {
    let mut changed = false;
    let mut found = Vec::new();
    for statement in statements(document) {
        let instead = change(&statement);
        changed |= instead.is_some();
        found.extend(instead.unwrap_or_else(|| vec![statement]));
    }
    changed.then(|| with_statements(document, found))
}

/// Adds a statement somewhere.
pub(super) fn insert(document: &Value, statement: Value, dice: &mut Dice) -> Value {
    let mut found = statements(document);
    found.insert(dice.roll(found.len() + 1), statement);
    with_statements(document, found)
}

/// Adds a random Deny.
pub(super) fn add_a_deny(document: &Value, dice: &mut Dice) -> Value {
    let families = families(dice);
    let deny = generate::statement(dice, "Deny", &families);
    insert(document, deny, dice)
}

/// Adds a random Allow.
pub(super) fn add_an_allow(document: &Value, dice: &mut Dice) -> Value {
    let families = families(dice);
    let allow = generate::statement(dice, "Allow", &families);
    insert(document, allow, dice)
}

fn families(dice: &mut Dice) -> Vec<&'static Family> {
    (0..2).map(|_| dice.one(FAMILIES)).collect()
}

/// Takes one statement of this effect away.
pub(super) fn drop_a_statement(document: &Value, effect: &str, dice: &mut Dice) -> Option<Value> {
    let mut found = statements(document);
    found.remove(one_of(&found, effect, dice)?);
    Some(with_statements(document, found))
}

/// Adds a condition, on a key that it does not speak of yet, to one statement of this effect.
pub(super) fn add_a_condition(document: &Value, effect: &str, dice: &mut Dice) -> Option<Value> {
    let mut found = statements(document);
    let index = one_of(&found, effect, dice)?;
    let statement = &mut found[index];
    let text = statement["Condition"].to_string().to_ascii_lowercase();
    let other: Vec<&Family> =
        FAMILIES.iter().filter(|family| !text.contains(&family.key.to_ascii_lowercase())).collect();
    let family = *dice.one(&other);
    let (operator, values) = generate::entry(dice, family);
    if statement["Condition"].is_null() {
        statement["Condition"] = json!({});
    }
    statement["Condition"][operator][family.key] = values;
    Some(with_statements(document, found))
}

/// Gives the index of one statement of this effect.
pub(super) fn one_of(statements: &[Value], effect: &str, dice: &mut Dice) -> Option<usize> {
    let of_effect: Vec<usize> = (0..statements.len())
        .filter(|index| statements.get(*index).is_some_and(|found| found["Effect"] == effect))
        .collect();
    (!of_effect.is_empty()).then(|| *dice.one(&of_effect))
}

/// Adds a statement that no request from outside meets.
pub(super) fn add_an_idle_statement(document: &Value, dice: &mut Dice) -> Option<Value> {
    let never = json!({"Null": {"aws:SecureTransport": "true"}, "Bool": {"aws:SecureTransport": "true"}});
    let own = json!({"AWS": "arn:aws:iam::111122223333:role/own"});
    let (principal, resource, condition) = dice
        .one(&[
            (json!("*"), "*", never),
            (json!("*"), "arn:aws:s3:::nobodys-bucket/*", json!({})),
            (own, "*", json!({})),
        ])
        .clone();
    let statement = json!({"Effect": dice.one(&["Allow", "Deny"]), "Principal": principal, "Action": "s3:*",
        "Resource": resource, "Condition": condition});
    Some(insert(document, statement, dice))
}
