//! What the program says that it needs, and what it is given where it is deployed.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{bucketwatch, stdout};

/// Gives each action with the resource that it is allowed on.
fn grants(policy: &str) -> BTreeSet<(String, String)> {
    let policy: Value = serde_json::from_str(policy).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let statements = policy["Statement"].as_array().unwrap().iter();
    let of = |statement: &Value| {
        let resource = text(&statement["Resource"]);
        let actions = statement["Action"].as_array().unwrap().iter().map(text);
        actions.map(|action| (action, resource.clone())).collect::<Vec<_>>()
    };
    statements.flat_map(of).collect()
}

#[test]
fn a_deployment_may_read_what_events_call_for_and_nothing_else() {
    let home = tempfile::tempdir().unwrap();
    let printed = stdout(&bucketwatch(home.path()).args(["iam-policy", "--for", "watch"]).output().unwrap());
    let mut needed = grants(&printed);
    // Its own queue is all that a deployment's function takes messages from.
    needed.retain(|(action, _)| !action.starts_with("sqs:"));
    let given = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/terraform/permissions/read.json");
    assert_eq!(grants(&std::fs::read_to_string(given).unwrap()), needed);
}
