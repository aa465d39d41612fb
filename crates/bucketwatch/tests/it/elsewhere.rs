//! Events of another account: it is looked at through its role, and told as unverified where that is refused.

use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};

use crate::emulator::front::Front;
use crate::emulator::ministack::Ministack;
use crate::emulator::{account, calls, environment};
use crate::program::{bucketwatch, document, told};

const THEIRS: &str = "444455556666";

/// Gives a call of the other account's root.
fn theirs(mut call: Value) -> Value {
    call["key"] = json!(THEIRS);
    call
}

/// Somebody there lets everybody read the object `present` of the bucket `theirs`.
fn object_opened(id: &str) -> Value {
    json!({"eventID": id, "eventName": "PutObjectAcl", "eventSource": "s3.amazonaws.com",
        "eventTime": jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "awsRegion": "us-east-1", "recipientAccountId": THEIRS, "sourceIPAddress": "198.51.100.7",
        "userAgent": "[aws-cli/2.15.0 Python/3.11.6]",
        "userIdentity": {"type": "IAMUser", "userName": "jane", "accountId": THEIRS},
        "requestParameters": {"bucketName": "theirs", "key": "present", "x-amz-acl": "public-read"}})
}

/// Hands the event over to a watch that names a role, with `external_id`.
fn watched(home: &Path, endpoint: &str, external_id: &str) -> Output {
    std::fs::write(home.join("events.json"), object_opened("e-1").to_string()).expect("a file");
    std::fs::write(home.join("bucketwatch.toml"), "[[notify.log]]\npath = \"told.jsonl\"\n").expect("a file");
    let mut command = bucketwatch(home);
    command
        .args(["watch", "--file", "events.json", "--config", "bucketwatch.toml"])
        .env("AWS_ENDPOINT_URL", endpoint)
        .env("AWS_ACCESS_KEY_ID", calls::ACCOUNT)
        .env("AWS_SECRET_ACCESS_KEY", "any")
        .env("BUCKETWATCH_ROLE_NAME", "audit/watcher")
        .env("BUCKETWATCH_EXTERNAL_ID", external_id);
    command.output().expect("it runs")
}

#[test]
fn another_account_is_looked_at_through_its_role_and_judged_by_the_event_where_that_is_refused() {
    let test = "another_account_is_looked_at_through_its_role_and_judged_by_the_event_where_that_is_refused";
    let Some(environment) = environment(test) else { return };
    let emulator = Ministack::start(&environment);
    let front = Front::start(emulator.address());
    let endpoint = format!("http://{}", front.address());
    let home = tempfile::tempdir().expect("a home");
    let (policy, _) = document(bucketwatch(home.path()).args(["iam-policy", "--for", "watch"]));
    let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": format!("arn:aws:iam::{}:root", calls::ACCOUNT)},
        "Condition": {"StringEquals": {"sts:ExternalId": "shared"}}}]});
    let role =
        json!({"RoleName": "watcher", "Path": "/audit/", "AssumeRolePolicyDocument": trust.to_string()});
    let inline = json!({"RoleName": "watcher", "PolicyName": "read", "PolicyDocument": policy.to_string()});
    let bucket = json!({"Bucket": "theirs"});
    let object = json!({"Bucket": "theirs", "Key": "present", "Body": "x"});
    let open = json!({"Bucket": "theirs", "Key": "present", "ACL": "public-read"});
    let setup = [
        calls::call("s3", "create_bucket", bucket.clone()),
        calls::call("s3", "delete_public_access_block", bucket),
        account::put_ownership("theirs", "ObjectWriter"),
        calls::call("s3", "put_object", object),
        calls::call("s3", "put_object_acl", open),
        calls::call("iam", "create_role", role),
        calls::call("iam", "put_role_policy", inline),
    ];
    calls::make(&environment, front.address(), &setup.map(theirs));
    let output = watched(home.path(), &endpoint, "shared");
    let (history, _) = document(bucketwatch(home.path()).args(["history", "--format", "json"]));
    let [transition] = &history.as_array().expect("transitions")[..] else {
        panic!("{history} {}", told(&output))
    };
    let opened = (&transition["kind"], &transition["bucket"], &transition["account"]);
    assert_eq!(opened, (&json!("opened"), &json!("theirs"), &json!(THEIRS)));
    assert_eq!(transition["cause"]["actor"], "IAM user jane");
    let exposure = &transition["after"]["exposures"][0];
    assert_eq!((&exposure["path"], &exposure["audience"]), (&json!("object_acl"), &json!("anyone")));

    let home = tempfile::tempdir().expect("a home");
    let output = watched(home.path(), &endpoint, "another");
    let (history, _) = document(bucketwatch(home.path()).args(["history", "--format", "json"]));
    assert_eq!(history, json!([]), "{}", told(&output));
    let lines = std::fs::read_to_string(home.path().join("told.jsonl")).expect("what was told");
    let why = "account 444455556666 cannot be asked: role audit/watcher cannot be assumed (AccessDenied)";
    assert!(lines.contains("unverified") && lines.contains(why), "{lines}");
}
