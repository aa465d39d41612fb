//! Events through the executable: from a file, and from a queue.

mod daemon;
mod exceptions;
mod pages;
mod trouble;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use bucketwatch_sandbox::{Account, demo};
use serde_json::{Value, json};

use self::daemon::Daemon;
use crate::emulator::front::Front;
use crate::emulator::ministack::Ministack;
use crate::emulator::{account, calls, environment};
use crate::program::{Credentials, bucketwatch, document, scan, told};
use crate::sandbox::{Served, public_policy};

const PATIENCE: Duration = Duration::from_secs(60);

const READ: [&str; 1] = ["s3:GetObject"];

/// Jane put the public policy on `bucket`, just now, in the account `owner`.
pub(crate) fn policy_put(id: &str, bucket: &str, owner: &str) -> Value {
    json!({"version": "0", "id": "x", "source": "aws.s3", "detail-type": "AWS API Call via CloudTrail", "detail": {
        "eventID": id, "eventName": "PutBucketPolicy", "eventSource": "s3.amazonaws.com",
        "eventTime": jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "awsRegion": "us-east-1", "recipientAccountId": owner, "sourceIPAddress": "198.51.100.7",
        "userAgent": "APN/1.0 HashiCorp/1.0 Terraform/1.9.2 terraform-provider-aws/5.58.0",
        "userIdentity": {"type": "AssumedRole", "accountId": owner,
            "arn": format!("arn:aws:sts::{owner}:assumed-role/deployer/jane")},
        "requestParameters": {"bucketName": bucket, "policy": "",
            "bucketPolicy": serde_json::from_str::<Value>(&public_policy(bucket, &READ)).unwrap()}}})
}

pub(crate) fn with_credentials(command: &mut Command, endpoint: &str, credentials: &Credentials) {
    command
        .env("AWS_ENDPOINT_URL", endpoint)
        .env("AWS_ACCESS_KEY_ID", &credentials.key)
        .env("AWS_SECRET_ACCESS_KEY", &credentials.secret);
}

fn history(home: &Path) -> Vec<Value> {
    let document = document(bucketwatch(home).args(["history", "--format", "json"])).0;
    document.as_array().or_else(|| document["transitions"].as_array()).expect("transitions").clone()
}

fn assert_opened_by_jane(transition: &Value, bucket: &str) {
    let opened = (&transition["kind"], &transition["bucket"]);
    assert_eq!(opened, (&json!("opened"), &json!(bucket)), "{transition}");
    let cause = &transition["cause"];
    assert_eq!(cause["kind"], "event");
    assert_eq!(cause["actor"], "role deployer (session jane)");
    assert_eq!((&cause["agent"], &cause["address"]), (&json!("Terraform"), &json!("198.51.100.7")));
    assert_eq!(cause["name"], "PutBucketPolicy");
}

#[test]
fn the_events_of_a_file_are_handled_once_and_what_cannot_be_read_is_told() {
    let mut buckets = Account::new(demo::account_id(), Default::default());
    buckets.insert(buckets.new_bucket("photos", "us-east-1"));
    let account = Served::start(buckets);
    let endpoint = account.handle().endpoint_url();
    let credentials =
        Credentials { key: "AKIASANDBOXSANDBOX00".to_owned(), secret: "any".to_owned(), token: None };
    let home = tempfile::tempdir().expect("a home");
    let (first, _) = document(&mut scan(home.path(), &endpoint, &credentials));
    assert_eq!(first["assessments"][0]["verdict"], "not_public");
    account.open("photos", &READ);
    let event = policy_put("e-1", "photos", demo::account_id().as_str());
    let lines = format!("{event}\n{event}\n{{\"no\": \"event\"}}\n");
    std::fs::write(home.path().join("events.json"), lines).expect("a file");
    let replay = || {
        let mut command = bucketwatch(home.path());
        command.args(["watch", "--file", "events.json"]);
        with_credentials(&mut command, &endpoint, &credentials);
        command.output().expect("it runs")
    };
    let output = replay();
    assert_eq!(output.status.code(), Some(3), "{}", told(&output));
    assert!(told(&output).contains("1 events handled, 1 known before, 1 not readable"), "{}", told(&output));
    let [transition] = &history(home.path())[..] else { panic!("{:?}", history(home.path())) };
    assert_opened_by_jane(transition, "photos");
    let again = told(&replay());
    assert!(again.contains("0 events handled, 2 known before"), "{again}");
    assert_eq!(history(home.path()).len(), 1);
}

#[test]
fn watch_without_a_source_of_events_is_a_wrong_command_line() {
    let home = tempfile::tempdir().expect("a home");
    let output = bucketwatch(home.path()).arg("watch").output().expect("it runs");
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(told(&output).contains("--queue"), "{}", told(&output));
}

/// A process that ends with this value.
struct Running(std::process::Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until `seen` gives something.
fn patiently<T>(what: &str, mut seen: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = seen() {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "{what} did not come");
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn the_events_of_a_queue_are_handled_and_taken_off_it_and_a_signal_ends_it() {
    let test = "the_events_of_a_queue_are_handled_and_taken_off_it_and_a_signal_ends_it";
    let Some(environment) = environment(test) else { return };
    let emulator = Ministack::start(&environment);
    let front = Front::start(emulator.address());
    let make = |calls: &[Value]| calls::make(&environment, front.address(), calls);
    make(&[
        calls::call("s3", "create_bucket", json!({"Bucket": "photos"})),
        calls::call("s3", "delete_public_access_block", json!({"Bucket": "photos"})),
        account::put_ownership("photos", "BucketOwnerEnforced"),
    ]);
    let created = make(&[calls::call("sqs", "create_queue", json!({"QueueName": "bucketwatch-events"}))]);
    let queue = created[0]["ok"]["QueueUrl"].as_str().expect("its address").to_owned();
    let endpoint = format!("http://{}", front.address());
    let credentials = Credentials { key: calls::ACCOUNT.to_owned(), secret: "any".to_owned(), token: None };
    let home = tempfile::tempdir().expect("a home");
    document(&mut scan(home.path(), &endpoint, &credentials));
    make(&[account::put_policy("photos", &public_policy("photos", &READ))]);
    let send =
        |body: String| calls::call("sqs", "send_message", json!({"QueueUrl": queue, "MessageBody": body}));
    let event = policy_put("e-1", "photos", calls::ACCOUNT).to_string();
    let notification = json!({"Type": "Notification", "Message": event.clone()}).to_string();
    make(&[send(event.clone()), send(event), send(notification), send("{ no JSON".to_owned())]);
    let mut command = bucketwatch(home.path());
    command.args(["watch", "--no-scan", "--no-listen", "--queue", &queue]);
    with_credentials(&mut command, &endpoint, &credentials);
    let watch = Daemon::spawn(home.path(), &mut command);
    let transition = patiently("the transition", || history(home.path()).into_iter().next());
    assert_opened_by_jane(&transition, "photos");
    patiently("an empty queue", || {
        let names = json!(["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]);
        let asked = json!({"QueueUrl": queue, "AttributeNames": names});
        let answers = make(&[calls::call("sqs", "get_queue_attributes", asked)]);
        let left = |name: &str| answers[0]["ok"]["Attributes"][name].as_str().unwrap_or("0").to_owned();
        let left = (left("ApproximateNumberOfMessages"), left("ApproximateNumberOfMessagesNotVisible"));
        (left == ("0".to_owned(), "1".to_owned())).then_some(())
    });
    let said = watch.said();
    assert_eq!(watch.end(), Some(0), "{said}");
    assert!(said.contains("stays on its queue: this is no JSON"), "{said}");
    assert_eq!(history(home.path()).len(), 1);
}
