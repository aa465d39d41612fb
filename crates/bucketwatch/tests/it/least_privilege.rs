//! `iam-policy` is exactly enough: with it a scan sees all, and without any one action it never says anything cleaner.

use std::collections::BTreeMap;

use bucketwatch_sandbox::{Gate, demo};
use serde_json::{Value, json};

use crate::emulator::front::Front;
use crate::emulator::ministack::Ministack;
use crate::emulator::{account, calls, environment};
use crate::fleet::fleet;
use crate::program::{Credentials, bucketwatch, document, scan};
use crate::sandbox::Served;

/// What one scan says of a bucket: the verdict, and the permissions that it misses.
type Said = BTreeMap<String, (String, Vec<String>)>;

fn actions(policy: &Value) -> Vec<String> {
    let statements = policy["Statement"].as_array().expect("statements");
    let names = statements.iter().flat_map(|statement| match &statement["Action"] {
        Value::Array(list) => list.clone(),
        one => vec![one.clone()],
    });
    names.map(|name| name.as_str().expect("an action").to_owned()).collect()
}

/// Gives the document without one action; a statement that is left with none goes.
fn without(policy: &Value, action: &str) -> Value {
    let mut policy = policy.clone();
    let statements = policy["Statement"].as_array_mut().expect("statements");
    for statement in statements.iter_mut() {
        let list = statement["Action"].as_array_mut().expect("a list of actions");
        list.retain(|name| name != action);
    }
    statements.retain(|statement| statement["Action"].as_array().is_some_and(|list| !list.is_empty()));
    policy
}

fn said(scan: &Value) -> Said {
    let assessments = scan["assessments"].as_array().expect("assessments");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    assessments
        .iter()
        .map(|assessment| {
            let gaps = assessment["undetermined"].as_array().expect("a list");
            let missing =
                gaps.iter().filter_map(|gap| gap["permission"].as_str()).map(str::to_owned).collect();
            (text(&assessment["bucket"]), (text(&assessment["verdict"]), missing))
        })
        .collect()
}

/// Checks that `less`, seen without `action`, says nothing cleaner than `full`; gives whether it says less.
fn never_cleaner(action: &str, full: &Said, less: &Said) -> bool {
    let mut lost = false;
    for (bucket, (before, _)) in full {
        let Some((after, missing)) = less.get(bucket) else {
            panic!("without {action}, {bucket} is not mentioned at all");
        };
        if after == before {
            continue;
        }
        assert_eq!(after, "undetermined", "without {action}, {bucket} went from {before} to {after}");
        assert!(missing.iter().any(|name| name == action), "{bucket} lacks {action}, and says {missing:?}");
        lost = true;
    }
    lost
}

fn needed() -> Value {
    let home = tempfile::tempdir().expect("a home");
    document(bucketwatch(home.path()).arg("iam-policy")).0
}

#[test]
fn on_the_emulator_under_a_role_with_exactly_this_policy() {
    let Some(environment) = environment("on_the_emulator_under_a_role_with_exactly_this_policy") else {
        return;
    };
    let emulator = Ministack::start(&environment);
    let front = Front::start(emulator.address());
    let endpoint = format!("http://{}", front.address());
    let policy = needed();
    let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": format!("arn:aws:iam::{}:root", calls::ACCOUNT)}}]});
    let role = json!({"RoleName": "bucketwatch", "AssumeRolePolicyDocument": trust.to_string()});
    let mut setup = vec![calls::call("iam", "create_role", role)];
    setup.extend(fleet().iter().step_by(4).flat_map(account::creation));
    calls::make(&environment, front.address(), &setup);
    let scan_under = |policy: &Value| {
        let inline =
            json!({"RoleName": "bucketwatch", "PolicyName": "read", "PolicyDocument": policy.to_string()});
        let session = json!({"RoleArn": format!("arn:aws:iam::{}:role/bucketwatch", calls::ACCOUNT),
            "RoleSessionName": "test"});
        let steps =
            [calls::call("iam", "put_role_policy", inline), calls::call("sts", "assume_role", session)];
        let answers = calls::make(&environment, front.address(), &steps);
        let keys = &answers[1]["ok"]["Credentials"];
        let text = |name: &str| keys[name].as_str().expect("a credential").to_owned();
        let credentials = Credentials {
            key: text("AccessKeyId"),
            secret: text("SecretAccessKey"),
            token: Some(text("SessionToken")),
        };
        let home = tempfile::tempdir().expect("a home");
        scan(home.path(), &endpoint, &credentials).output().expect("the scan starts")
    };
    let read = |policy: &Value| -> Option<Said> {
        serde_json::from_slice(&scan_under(policy).stdout).ok().map(|document| said(&document))
    };
    let root = Credentials { key: calls::ACCOUNT.to_owned(), secret: "any".to_owned(), token: None };
    let home = tempfile::tempdir().expect("a home");
    let by_root = said(&document(&mut scan(home.path(), &endpoint, &root)).0);
    let full = read(&policy).expect("a scan under the role");
    assert_eq!(full, by_root, "the role sees what the account's root sees");
    for action in actions(&policy) {
        let less = without(&policy, &action);
        match read(&less) {
            Some(seen) if action != "s3:ListAllMyBuckets" => {
                never_cleaner(&action, &full, &seen);
            }
            Some(seen) => assert_eq!(seen, Said::new(), "without the listing nothing can be said"),
            None => {
                let output = scan_under(&less);
                let told = String::from_utf8_lossy(&output.stderr).into_owned();
                assert!(told.contains(&action), "without {action} it says: {told}");
            }
        }
    }
}

#[test]
fn on_the_sandbox_each_single_action_is_missed_by_name() {
    let sandbox = Served::start(demo::account());
    let endpoint = sandbox.handle().endpoint_url();
    let credentials =
        Credentials { key: "AKIASANDBOXSANDBOX00".to_owned(), secret: "any".to_owned(), token: None };
    let read = || {
        let home = tempfile::tempdir().expect("a home");
        scan(home.path(), &endpoint, &credentials).output().expect("the scan starts")
    };
    let granted = actions(&needed());
    sandbox.handle().change_conduct(|conduct| conduct.gate = Gate::default());
    let unhindered: Value = serde_json::from_slice(&read().stdout).expect("a document");
    sandbox.handle().change_conduct(|conduct| conduct.gate = Gate::only(&granted));
    let full: Value = serde_json::from_slice(&read().stdout).expect("a document");
    let full = said(&full);
    assert_eq!(full, said(&unhindered), "the policy grants all that the scan calls");
    let mut missed = Vec::new();
    for action in &granted {
        let rest = granted.iter().filter(|other| *other != action);
        sandbox.handle().change_conduct(|conduct| conduct.gate = Gate::only(rest));
        let output = read();
        match serde_json::from_slice::<Value>(&output.stdout) {
            Ok(document) if action != "s3:ListAllMyBuckets" => {
                if never_cleaner(action, &full, &said(&document)) {
                    missed.push(action.as_str());
                }
            }
            _ => {
                let told = String::from_utf8_lossy(&output.stderr).into_owned();
                assert!(told.contains(action.as_str()), "without {action} it says: {told}");
                assert_ne!(output.status.code(), Some(0));
            }
        }
    }
    println!("missed, and named: {missed:?}");
    for decisive in [
        "s3:GetBucketPolicy",
        "s3:GetBucketAcl",
        "s3:GetBucketOwnershipControls",
        "s3:GetBucketPublicAccessBlock",
    ] {
        assert!(missed.contains(&decisive), "nothing was lost without {decisive}");
    }
}
