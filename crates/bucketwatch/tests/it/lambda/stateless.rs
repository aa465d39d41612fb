//! Without a state: what is still promised.

use std::time::Duration;

use bucketwatch_sandbox::demo;
use serde_json::json;

use super::event::{HANDS, batch, record, rule};
use super::function::Function;
use super::{credentials, sandbox};
use crate::sandbox::public_policy;

const NOTHING: [(&str, &str); 1] = [("BUCKETWATCH_STATE", "memory:")];

#[test]
fn an_open_bucket_that_is_met_first_by_an_event_alerts() {
    let served = sandbox(&["photos"]);
    served.open("photos", &["s3:GetObject"]);
    let mut function = Function::with(&served.handle().endpoint_url(), &credentials(), &NOTHING);
    let request = json!({"bucketName": "photos", "tagging": ""});
    let event = record("e-1", "PutBucketTagging", demo::account_id().as_str(), &request, &HANDS[0]);
    function.handle(&rule(&event));
    let told = function.told_of("photos");
    assert!(matches!(&told[..], [only] if only["kind"] == "opened"), "{told:?}: {}", function.said());
    function.handle(&batch([rule(&event).to_string()]));
    assert_eq!(function.told_of("photos").len(), 1, "as long as the process lives, an event counts once");
}

#[test]
fn an_answer_that_is_older_than_the_event_is_asked_for_again_before_the_invocation_ends() {
    let served = sandbox(&["photos"]);
    let mut function = Function::with(&served.handle().endpoint_url(), &credentials(), &NOTHING);
    let policy = public_policy("photos", &["s3:GetObject"]);
    let policy: serde_json::Value = serde_json::from_str(&policy).expect("JSON");
    let request = json!({"bucketName": "photos", "policy": "", "bucketPolicy": policy});
    let event = record("e-1", "PutBucketPolicy", demo::account_id().as_str(), &request, &HANDS[3]);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_secs(2));
            served.open("photos", &["s3:GetObject"]);
        });
        function.handle(&rule(&event));
    });
    let told = function.told_of("photos");
    let [transition] = &told[..] else { panic!("{told:?}: {}", function.said()) };
    assert_eq!(
        (&transition["kind"], &transition["cause"]["actor"]),
        (&json!("opened"), &json!(HANDS[3].actor))
    );
}
