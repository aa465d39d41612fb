//! What fails an invocation, and how soon.

use std::time::{Duration, Instant};

use bucketwatch_sandbox::demo;
use serde_json::{Value, json};

use super::event::{HANDS, batch, record, rule};
use super::function::Function;
use super::{credentials, sandbox};

fn event(id: &str) -> Value {
    let request = json!({"bucketName": "photos", "policy": ""});
    record(id, "PutBucketPolicy", demo::account_id().as_str(), &request, &HANDS[0])
}

fn reason(answer: Result<Value, Value>) -> String {
    let error = answer.expect_err("it fails");
    error["errorMessage"].as_str().expect("a reason").to_owned()
}

#[test]
fn what_is_wrong_with_the_settings_fails_every_invocation_and_is_named() {
    let served = sandbox(&["photos"]);
    let endpoint = served.handle().endpoint_url();
    for (variable, value, expected) in [
        ("BUCKETWATCH_ALERT_ON", "opened,open", "BUCKETWATCH_ALERT_ON: `open` is no kind of transition"),
        ("BUCKETWATCH_CONFIG", "/nowhere.toml", "the configuration file `/nowhere.toml`"),
        ("BUCKETWATCH_SNS_TOPIC_ARN", "no ARN", "topic"),
        ("BUCKETWATCH_STATE", "redis://host", "`redis://host` is no place for the state"),
    ] {
        let mut function = Function::with(&endpoint, &credentials(), &[(variable, value)]);
        for _ in 0..2 {
            let reason = reason(function.invoke(&rule(&event("e-1"))));
            assert!(reason.contains(expected), "{variable}: {reason}");
        }
    }
}

#[test]
fn an_event_that_nobody_can_read_fails_its_invocation() {
    let served = sandbox(&["photos"]);
    let mut function = Function::start(&served.handle().endpoint_url(), &credentials());
    for payload in
        [json!({"no": "event"}), json!(null), json!({"detail-type": "AWS API Call via CloudTrail"})]
    {
        let reason = reason(function.invoke(&payload));
        assert!(reason.starts_with("the event is not handled: "), "{payload}: {reason}");
    }
}

#[test]
fn an_account_that_is_out_of_reach_fails_the_invocation_and_the_next_one_asks_again() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let nobody = format!("http://{}", listener.local_addr().expect("its address"));
    drop(listener);
    let mut function = Function::start(&nobody, &credentials());
    for _ in 0..2 {
        let began = Instant::now();
        let reason = reason(function.invoke_for(&rule(&event("e-1")), Duration::from_secs(6)));
        assert!(reason.contains("reach AWS") || reason.contains("in time"), "{reason}");
        assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
    }
}

#[test]
fn messages_for_which_there_is_no_time_come_again_and_the_answer_is_in_time() {
    let served = sandbox(&["photos"]);
    let mut function = Function::start(&served.handle().endpoint_url(), &credentials());
    function.reconcile();
    served.open("photos", &["s3:GetObject"]);
    served.handle().change_conduct(|conduct| conduct.latency = Duration::from_secs(3));
    let (began, time) = (Instant::now(), Duration::from_secs(2));
    let answer = function.invoke_for(&batch([rule(&event("e-1")).to_string()]), time).expect("an answer");
    assert_eq!(answer["batchItemFailures"], json!([{"itemIdentifier": "m-0"}]));
    assert!(began.elapsed() < time, "{:?}", began.elapsed());
    served.handle().change_conduct(|conduct| conduct.latency = Duration::ZERO);
    function.handle(&batch([rule(&event("e-1")).to_string()]));
    assert_eq!(function.told_of("photos").len(), 1);
}
