//! Processes of the function that share a table of DynamoDB, as in AWS.

use serde_json::json;

use super::event::{HANDS, Shape, record};
use super::function::Function;
use crate::emulator::front::Front;
use crate::emulator::ministack::Ministack;
use crate::emulator::{account, calls, environment};
use crate::program::{Credentials, bucketwatch, told};
use crate::sandbox::public_policy;

const STATE: &str = "dynamodb://bucketwatch?region=us-east-1";

#[test]
fn what_one_process_was_told_another_knows() {
    let Some(environment) = environment("what_one_process_was_told_another_knows") else { return };
    let emulator = Ministack::start(&environment);
    let front = Front::start(emulator.address());
    let endpoint = format!("http://{}", front.address());
    let credentials = Credentials { key: calls::ACCOUNT.to_owned(), secret: "any".to_owned(), token: None };
    let make = |calls: &[serde_json::Value]| calls::make(&environment, front.address(), calls);
    make(&[
        calls::call("s3", "create_bucket", json!({"Bucket": "photos"})),
        calls::call("s3", "delete_public_access_block", json!({"Bucket": "photos"})),
        account::put_ownership("photos", "BucketOwnerEnforced"),
    ]);
    let home = tempfile::tempdir().expect("a home");
    let made = bucketwatch(home.path())
        .args(["state", "create", "--state", STATE])
        .env("AWS_ENDPOINT_URL", &endpoint)
        .env("AWS_ACCESS_KEY_ID", &credentials.key)
        .env("AWS_SECRET_ACCESS_KEY", &credentials.secret)
        .output()
        .expect("it runs");
    assert!(made.status.success(), "{}", told(&made));
    let start = || Function::with(&endpoint, &credentials, &[("BUCKETWATCH_STATE", STATE)]);
    let (mut one, mut another) = (start(), start());
    one.reconcile();
    make(&[account::put_policy("photos", &public_policy("photos", &["s3:GetObject"]))]);
    let request = json!({"bucketName": "photos", "policy": ""});
    let event = record("e-1", "PutBucketPolicy", calls::ACCOUNT, &request, &HANDS[0]);
    one.handle(&Shape::Queue.payload(&event));
    another.handle(&Shape::TopicOnQueue.payload(&event));
    make(&[calls::call("s3", "delete_bucket_policy", json!({"Bucket": "photos"}))]);
    let event = record("e-2", "DeleteBucketPolicy", calls::ACCOUNT, &request, &HANDS[1]);
    another.handle(&Shape::Rule.payload(&event));
    let kinds = |function: &Function| -> Vec<String> {
        let told = function.told_of("photos").into_iter();
        told.map(|transition| transition["kind"].as_str().expect("a kind").to_owned()).collect()
    };
    assert_eq!(kinds(&one), ["opened"], "{}", one.said());
    assert_eq!(kinds(&another), ["closed"], "{}", another.said());
}
