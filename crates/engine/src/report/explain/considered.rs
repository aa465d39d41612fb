//! The Denies of a policy, and why each does not stop the request that proves a way in.

use bucketwatch_policy::catalogue;
use bucketwatch_policy::document::Policy;
use bucketwatch_policy::evaluate::{Decision, evaluate};
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::request::{Caller, Context, Request, Signed};
use serde_json::{Map, Value, json};

use super::Source;
use crate::escape::terminal_cell;
use crate::report::sentence;
use crate::report::wire::Witness;

/// The parts of a statement that say what it is about, and what it means when a request is not among that.
const PARTS: [([&str; 2], &str); 3] = [
    (["Principal", "NotPrincipal"], "it is about other principals"),
    (["Action", "NotAction"], "it is about other actions"),
    (["Resource", "NotResource"], "it is about other resources"),
];

/// Gives the Denies of the document's own policy, each by place and Sid, with the reason where there is a proof.
pub(super) fn denies(source: Source<'_>, witness: Option<&Witness>) -> Vec<String> {
    let request = witness.and_then(request);
    let statements = statements(source);
    let denies = statements.iter().enumerate().filter(|(_, statement)| statement["Effect"] == "Deny");
    let line = |(index, statement): (usize, &Value)| {
        let sid = statement["Sid"].as_str().map(|sid| format!(" \"{}\"", terminal_cell(&sid.into())));
        let reason = request.as_ref().and_then(|request| reason(statement, request));
        let reason = reason.map(|reason| format!(": {reason}"));
        format!("statement {index}{}{}", sid.unwrap_or_default(), reason.unwrap_or_default())
    };
    denies.map(line).collect()
}

fn statements(source: Source<'_>) -> Vec<Value> {
    let document = serde_json::from_str::<Value>(source.text).unwrap_or_default();
    let judged = document.pointer(source.base).unwrap_or(&Value::Null);
    let policy = match judged.get("policy") {
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
        Some(policy) => policy.clone(),
        None => judged.clone(),
    };
    match policy.get("Statement") {
        Some(Value::Array(statements)) => statements.clone(),
        Some(lone) => vec![lone.clone()],
        None => Vec::new(),
    }
}

/// Gives the request of a proof without the keys that conditions look at.
fn request(witness: &Witness) -> Option<Request> {
    let caller = match &witness.principal {
        None => Caller::Anonymous,
        Some(principal) => match principal.as_raw().split(':').nth(4).and_then(AccountId::parse) {
            Some(account) => Caller::Signed(Signed {
                account,
                arn: principal.clone(),
                session_arn: principal.as_raw().contains(":assumed-role/").then(|| principal.clone()),
                canonical_id: None,
                provider: None,
            }),
            None => Caller::Service { name: principal.clone() },
        },
    };
    let action = catalogue::find(&witness.action)?;
    Some(Request { caller, action, resource: witness.resource.clone(), context: Context::default() })
}

/// Gives why `statement` does not meet `request`: the first of its parts that is about something else, or else its
/// Condition. `None` = that cannot be said in so few words.
fn reason(statement: &Value, request: &Request) -> Option<String> {
    for (names, meaning) in PARTS {
        if let Some(part) = names.into_iter().find(|name| statement.get(name).is_some())
            && speaks_of_others(statement, part, request)
        {
            return Some(meaning.to_owned());
        }
    }
    let operators = statement.get("Condition")?.as_object()?;
    let keys = operators.values().filter_map(Value::as_object).flat_map(Map::keys);
    let keys: Vec<String> = keys.map(|key| terminal_cell(&key.as_str().into())).collect();
    (!keys.is_empty()).then(|| format!("its Condition on {} is not met by it", sentence::few(&keys, 4)))
}

/// Asks the evaluator about one part alone: whether a statement that allows everything but for this part allows
/// `request`.
fn speaks_of_others(statement: &Value, part: &str, request: &Request) -> bool {
    let mut alone = json!({ "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*" });
    if let Some(members) = alone.as_object_mut() {
        members.remove(part.trim_start_matches("Not"));
        members.insert(part.to_owned(), statement[part].clone());
    }
    let policy = json!({ "Version": "2012-10-17", "Statement": [alone] });
    let decision = Policy::parse(&policy.to_string()).map(|policy| evaluate(&policy, request));
    matches!(decision, Ok(Decision::NotAllowed))
}
