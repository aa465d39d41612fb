//! The daily scan of other accounts, each through its role: what no event told is found, and one that is out of reach costs
//! no other its scan.

use std::time::Duration;

use serde_json::{Value, json};

use super::event::{HANDS, record, rule};
use super::function::Function;
use crate::emulator::front::Front;
use crate::emulator::ministack::Ministack;
use crate::emulator::{account, calls, environment};
use crate::program::Credentials;
use crate::sandbox::public_policy;

const NEAR: &str = "444455556666";
const FAR: &str = "777788889999";

/// Gives calls of the root of `account`.
fn by(account: &str, calls: impl IntoIterator<Item = Value>) -> Vec<Value> {
    let signed = |mut call: Value| {
        call["key"] = json!(account);
        call
    };
    calls.into_iter().map(signed).collect()
}

/// Gives the calls that make a bucket that everybody may read.
fn open_bucket(name: &str) -> [Value; 3] {
    let bucket = json!({"Bucket": name});
    [
        calls::call("s3", "create_bucket", bucket.clone()),
        calls::call("s3", "delete_public_access_block", bucket),
        account::put_policy(name, &public_policy(name, &["s3:GetObject"])),
    ]
}

/// Gives the calls that let the function's account in.
fn role() -> [Value; 2] {
    let principal = json!({"AWS": format!("arn:aws:iam::{}:root", calls::ACCOUNT)});
    let allow = |statement: Value| {
        let mut statement = statement;
        statement["Effect"] = json!("Allow");
        json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
    };
    let trust = allow(json!({"Action": "sts:AssumeRole", "Principal": principal}));
    let read = allow(json!({"Action": ["s3:Get*", "s3:List*"], "Resource": "*"}));
    [
        calls::call("iam", "create_role", json!({"RoleName": "watcher", "AssumeRolePolicyDocument": trust})),
        calls::call(
            "iam",
            "put_role_policy",
            json!({"RoleName": "watcher", "PolicyName": "read", "PolicyDocument": read}),
        ),
    ]
}

#[test]
fn the_daily_scan_finds_in_other_accounts_what_no_event_told_and_says_which_it_did_not_reach() {
    let test = "the_daily_scan_finds_in_other_accounts_what_no_event_told_and_says_which_it_did_not_reach";
    let Some(environment) = environment(test) else { return };
    let emulator = Ministack::start(&environment);
    let front = Front::start(emulator.address());
    let make = |calls: &[Value]| calls::make(&environment, front.address(), calls);
    make(&by(calls::ACCOUNT, open_bucket("own")));
    for (account, bucket) in [(NEAR, "near"), (FAR, "far")] {
        make(&by(account, role().into_iter().chain(open_bucket(bucket))));
    }
    let home = tempfile::tempdir().expect("a home");
    let state = home.path().join("state.db");
    let variables =
        [("BUCKETWATCH_STATE", state.to_str().expect("a path")), ("BUCKETWATCH_ROLE_NAME", "watcher")];
    let credentials = Credentials { key: calls::ACCOUNT.to_owned(), secret: "any".to_owned(), token: None };
    let start = || Function::with(&format!("http://{}", front.address()), &credentials, &variables);

    let mut function = start();
    assert_eq!(function.reconcile(), json!({"buckets": 1, "partial": null, "accounts": []}), "none is known");
    for (account, bucket) in [(FAR, "far"), (NEAR, "near")] {
        let request = json!({"bucketName": bucket, "tagging": ""});
        let event = record(&format!("e-{bucket}"), "PutBucketTagging", account, &request, &HANDS[0]);
        function.handle(&rule(&event));
        assert_eq!(function.told_of(bucket).len(), 1, "{}", function.said());
    }
    drop(function);

    make(&by(NEAR, open_bucket("unseen")));
    let policy = json!({"RoleName": "watcher", "PolicyName": "read"});
    let gone = [
        calls::call("iam", "delete_role_policy", policy),
        calls::call("iam", "delete_role", json!({"RoleName": "watcher"})),
    ];
    make(&by(FAR, gone));
    let mut function = start();
    let scanned = function.reconcile();
    assert_eq!((&scanned["buckets"], &scanned["partial"]), (&json!(1), &Value::Null), "{scanned}");
    let accounts = scanned["accounts"].as_array().expect("a list");
    let [near, far] = &accounts[..] else { panic!("{scanned}") };
    assert_eq!(*near, json!({"account": NEAR, "buckets": 2, "partial": null}), "{}", function.said());
    assert_eq!((&far["account"], &far["buckets"]), (&json!(FAR), &json!(0)), "{scanned}");
    assert!(far["partial"].as_str().is_some_and(|why| why.contains("role watcher")), "{far}");
    assert!(function.said().contains(r#""account":"777788889999""#), "{}", function.said());
    let told = function.notices();
    let of_near = |notice: &&Value| notice.to_string().contains("unseen");
    assert_eq!(told.iter().filter(of_near).count(), 1, "{told:?}");

    let short = function.invoke_for(&json!({"bucketwatch": "reconcile"}), Duration::from_secs(9));
    let short = short.unwrap_or_else(|error| panic!("{error}: {}", function.said()));
    let left_out =
        |account: &Value| account["partial"] == "there was no time for it" && account["buckets"] == 0;
    assert!(short["partial"].is_null(), "{short}");
    assert!(
        short["accounts"].as_array().is_some_and(|all| all.iter().filter(|one| left_out(one)).count() == 2),
        "{short}"
    );
    drop(function);

    make(&by(FAR, role()));
    let scanned = start().reconcile();
    let whole =
        |account: &str, buckets: u64| json!({"account": account, "buckets": buckets, "partial": null});
    assert_eq!(
        scanned["accounts"],
        json!([whole(FAR, 1), whole(NEAR, 2)]),
        "what was never scanned comes first"
    );
}
