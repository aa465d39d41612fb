//! Batches: every message is answered for by itself.

use serde_json::{Value, json};

use super::event::{HANDS, batch, record, rule};
use super::function::Function;
use super::{credentials, sandbox};
use bucketwatch_sandbox::demo;

fn policy_put(id: &str, bucket: &str) -> Value {
    let owner = demo::account_id();
    record(id, "PutBucketPolicy", owner.as_str(), &json!({"bucketName": bucket, "policy": ""}), &HANDS[0])
}

fn failures(answer: &Value) -> Vec<&str> {
    let failures = answer["batchItemFailures"].as_array().expect("a list of failures").iter();
    failures.map(|failure| failure["itemIdentifier"].as_str().expect("an id")).collect()
}

#[test]
fn what_cannot_be_read_fails_its_message_and_the_rest_is_handled() {
    let served = sandbox(&["photos", "large"]);
    let mut function = Function::start(&served.handle().endpoint_url(), &credentials());
    function.reconcile();
    served.open("photos", &["s3:GetObject"]);
    served.open("large", &["s3:GetObject"]);
    let mut large = policy_put("e-large", "large");
    large["requestParameters"]["padding"] = json!("x".repeat(1 << 20));
    let mut wrong_service = policy_put("e-ec2", "photos");
    wrong_service["eventSource"] = json!("ec2.amazonaws.com");
    let mut nameless = policy_put("e-nameless", "photos");
    nameless["requestParameters"] = Value::Null;
    let two = format!("{}\n{}", rule(&policy_put("e-2", "photos")), json!({"no": "event"}));
    let rows = [
        ("an event", rule(&policy_put("e-1", "photos")).to_string(), false),
        ("no JSON", "{ no JSON".to_owned(), true),
        ("nothing", String::new(), true),
        ("a record of a megabyte", rule(&large).to_string(), false),
        ("another service", rule(&wrong_service).to_string(), false),
        ("a bucket that is gone", rule(&policy_put("e-gone", "never-was")).to_string(), false),
        ("a record without its bucket", rule(&nameless).to_string(), true),
        ("an event beside what is none", two, true),
        ("a rule's event of something else", json!({"detail-type": "Scheduled Event"}).to_string(), false),
        ("a bomb of brackets", "[".repeat(100_000), true),
    ];
    let answer = function.invoke(&batch(rows.iter().map(|(_, body, _)| body.clone()))).expect("an answer");
    let failed = failures(&answer);
    for (index, (rule, _, fails)) in rows.iter().enumerate() {
        let id = format!("m-{index}");
        assert_eq!(failed.contains(&id.as_str()), *fails, "{rule}: {answer}: {}", function.said());
    }
    for bucket in ["photos", "large"] {
        assert_eq!(function.told_of(bucket).len(), 1, "{bucket}: {}", function.said());
    }
    let said = function.said();
    let dead: Vec<Value> = said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let reason = dead.iter().find(|line| line["message_id"] == "m-1").expect("the reason is logged");
    assert_eq!(reason["span"]["request_id"], "request-2", "{reason}");
    assert!(reason["message"].as_str().is_some_and(|text| text.contains("this is no JSON")), "{reason}");
}

#[test]
fn an_event_of_another_account_is_told_by_what_it_asks_for() {
    let served = sandbox(&["photos"]);
    let mut function = Function::start(&served.handle().endpoint_url(), &credentials());
    let policy: Value =
        serde_json::from_str(&crate::sandbox::public_policy("theirs", &["s3:GetObject"])).expect("JSON");
    let request = json!({"bucketName": "theirs", "policy": "", "bucketPolicy": policy});
    let event = record("e-1", "PutBucketPolicy", "444455556666", &request, &HANDS[2]);
    function.handle(&batch([rule(&event).to_string()]));
    let notices = function.notices();
    let [notice] = &notices[..] else { panic!("{notices:?}") };
    assert_eq!(
        (&notice["kind"], &notice["event"]["account"]),
        (&json!("event"), &json!("444455556666")),
        "{notice}"
    );
    assert_eq!(notice["event"]["why"], "unverified", "{notice}");
}

/// What stopped Henry: see the events that its author and users met.
#[test]
fn a_refused_attempt_is_told_and_no_shape_of_a_request_stops_the_function() {
    let served = sandbox(&["photos"]);
    let mut function = Function::start(&served.handle().endpoint_url(), &credentials());
    function.reconcile();
    let before = function.notices().len();
    let all_users = "http://acs.amazonaws.com/groups/global/AllUsers";
    let one = json!({"Grantee": {"xsi:type": "Group", "URI": all_users}, "Permission": "READ"});
    let list = |grants: Value| json!({"AccessControlList": {"Grant": grants}});
    for (index, (rule_, request)) in [
        ("a canned ACL", json!({"bucketName": "photos", "x-amz-acl": "public-read"})),
        ("a canned ACL in a list", json!({"bucketName": "photos", "x-amz-acl": ["public-read"]})),
        (
            "no x-amz-acl",
            json!({"bucketName": "photos", "acl": "", "AccessControlPolicy": list(json!([one.clone()]))}),
        ),
        ("a single grant", json!({"bucketName": "photos", "acl": [""], "AccessControlPolicy": list(one)})),
        ("an empty list", json!({"bucketName": "photos", "AccessControlPolicy": {"AccessControlList": ""}})),
        ("nothing but the name", json!({"bucketName": "photos"})),
    ]
    .into_iter()
    .enumerate()
    {
        let owner = demo::account_id();
        let done = record(&format!("e-{index}"), "PutBucketAcl", owner.as_str(), &request, &HANDS[1]);
        let answer = function.invoke(&rule(&done));
        assert!(answer.is_ok(), "{rule_}: {answer:?}");
        let mut denied = record(&format!("d-{index}"), "PutBucketAcl", owner.as_str(), &request, &HANDS[1]);
        denied["errorCode"] = json!("AccessDenied");
        denied["errorMessage"] = json!("Access Denied");
        let answer = function.invoke(&rule(&denied));
        assert!(answer.is_ok(), "{rule_}, denied: {answer:?}");
    }
    let notices = function.notices().split_off(before);
    let refused: Vec<_> = notices.iter().filter(|notice| notice["event"]["why"] == "refused").collect();
    assert_eq!(refused.len(), 6, "all that asked for something, or did not say what: {notices:?}");
    assert!(refused.iter().all(|notice| notice["event"]["deed"]["actor"] == HANDS[1].actor), "{refused:?}");
    assert!(function.told_of("photos").is_empty(), "nothing changed: {notices:?}");
}
