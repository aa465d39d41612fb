//! What the scheduler orders: ticks and scans; and notices that wait for them.

use bucketwatch_sandbox::demo;
use serde_json::{Value, json};

use super::event::{HANDS, record, rule};
use super::function::Function;
use super::{credentials, sandbox};

#[test]
fn every_order_is_answered_and_an_unknown_one_is_refused() {
    let served = sandbox(&["photos", "films"]);
    let mut function = Function::start(&served.handle().endpoint_url(), &credentials());
    let order = |word: &str| json!({"bucketwatch": word});
    let scanned = function.invoke(&order("reconcile")).expect("a scan");
    assert_eq!(scanned, json!({"buckets": 2, "partial": null, "accounts": []}));
    assert_eq!(function.invoke(&order("tick")).expect("a tick"), json!({"looks": 0}));
    let refused = function.invoke(&order("dance")).expect_err("nobody knows it");
    assert!(refused["errorMessage"].as_str().is_some_and(|text| text.contains("`tick`")), "{refused}");
}

#[test]
fn a_notice_that_cannot_be_delivered_waits_for_a_tick() {
    let served = sandbox(&["photos"]);
    let mut function = Function::start(&served.handle().endpoint_url(), &credentials());
    function.reconcile();
    let log = function.home().join("notices.log");
    let baseline = function.notices().len();
    std::fs::rename(&log, function.home().join("earlier")).expect("the baseline's notice");
    std::fs::create_dir(&log).expect("something that is no log file");
    served.open("photos", &["s3:GetObject"]);
    let request = json!({"bucketName": "photos", "policy": ""});
    let event = record("e-1", "PutBucketPolicy", demo::account_id().as_str(), &request, &HANDS[0]);
    function.handle(&rule(&event));
    std::fs::remove_dir(&log).expect("the folder is empty");
    let told = |function: &mut Function| -> Vec<Value> {
        function.invoke(&json!({"bucketwatch": "tick"})).expect("a tick");
        function.told_of("photos")
    };
    let began = std::time::Instant::now();
    while told(&mut function).is_empty() {
        assert!(began.elapsed().as_secs() < 60, "{baseline} notices before: {}", function.said());
    }
    assert_eq!(function.told_of("photos").len(), 1);
}

#[test]
fn a_look_at_itself_fails_where_a_notice_was_given_up() {
    let served = sandbox(&["photos"]);
    let config = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(config.path(), "[notify]\ndead_after = \"1s\"\n").expect("a configuration");
    let path = config.path().to_str().expect("a path of text");
    // Nobody is at home where the topic should be.
    let topic = "arn:aws:sns:us-east-1:111122223333:alerts";
    let variables = [("BUCKETWATCH_CONFIG", path), ("BUCKETWATCH_SNS_TOPIC_ARN", topic)];
    let mut function = Function::with(&served.handle().endpoint_url(), &credentials(), &variables);
    function.reconcile();
    let began = std::time::Instant::now();
    let check = json!({"bucketwatch": "self-check"});
    let refused = loop {
        assert!(began.elapsed().as_secs() < 60, "{}", function.said());
        match function.invoke(&check) {
            Ok(_) => std::thread::sleep(std::time::Duration::from_millis(500)),
            Err(error) => break error,
        }
    };
    assert!(refused["errorMessage"].as_str().is_some_and(|text| text.contains("given up")), "{refused}");
}
