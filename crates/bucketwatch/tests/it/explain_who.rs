//! `explain --who`: CloudTrail's own history of a bucket that nobody watched.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::process::Output;
use std::sync::{Arc, Mutex};

use bucketwatch_exposure::observed::Observed;
use bucketwatch_sandbox::{Account, demo};
use serde_json::{Value, json};

use crate::program::{bucketwatch, document, told};
use crate::request::Request;
use crate::sandbox::Served;

/// What was asked.
type Asked = Arc<Mutex<Vec<Value>>>;

/// Answers the questions about a bucket, one after the other, and those by an event's name from `by_name`, with nothing
/// where that has no answer; notes what is asked.
fn cloudtrail(answers: Vec<(u16, Value)>, by_name: Value) -> (SocketAddr, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    let asked = Asked::default();
    let noted = Arc::clone(&asked);
    let serve = move || {
        let mut answers = answers.into_iter();
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let question = Request::read(&stream).expect("a request").json();
            let attribute = &question["LookupAttributes"][0];
            let (status, answer) = match attribute["AttributeValue"].as_str() {
                Some(name) if attribute["AttributeKey"] == "EventName" => {
                    let events = by_name[name].as_array().cloned().unwrap_or_default();
                    (200, json!({"Events": events}))
                }
                _ => answers.next().expect("an answer"),
            };
            noted.lock().expect("no panic").push(question);
            let text = answer.to_string();
            let head =
                format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", text.len());
            stream.write_all(format!("{head}{text}").as_bytes()).expect("an answer");
        }
    };
    std::thread::spawn(serve);
    (address, asked)
}

fn explained(answers: Vec<(u16, Value)>, by_name: Value) -> (Output, Vec<Value>) {
    let mut buckets = Account::new(demo::account_id(), Default::default());
    let mut photos = buckets.new_bucket("photos", "us-east-1");
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*",
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/*"}]});
    photos.snapshot.policy = Observed::Present(policy.to_string());
    photos.snapshot.bucket_block = Observed::Absent;
    buckets.insert(photos);
    let account = Served::start(buckets);
    let (address, asked) = cloudtrail(answers, by_name);
    let home = tempfile::tempdir().expect("a home");
    let mut command = bucketwatch(home.path());
    command
        .args(["explain", "photos", "--who"])
        .env("AWS_ENDPOINT_URL", account.handle().endpoint_url())
        .env("AWS_ENDPOINT_URL_CLOUDTRAIL", format!("http://{address}"))
        .env("AWS_ACCESS_KEY_ID", "AKIASANDBOXSANDBOX00")
        .env("AWS_SECRET_ACCESS_KEY", "any");
    let output = command.output().expect("it runs");
    let asked = asked.lock().expect("no panic").clone();
    (output, asked)
}

fn event(id: &str, name: &str, day: u8) -> Value {
    let record = json!({"eventID": id, "eventName": name, "eventSource": "s3.amazonaws.com",
        "eventTime": format!("2026-11-{day:02}T06:00:00Z"), "awsRegion": "us-east-1",
        "recipientAccountId": demo::account_id().as_str(), "sourceIPAddress": "198.51.100.7",
        "userAgent": "[aws-cli/2.15.0]", "requestParameters": {"bucketName": "photos"},
        "userIdentity": {"type": "IAMUser", "userName": "ann", "accountId": demo::account_id().as_str()}});
    json!({"CloudTrailEvent": record.to_string()})
}

#[test]
fn who_opened_it_is_found_over_the_pages_of_the_history() {
    let first = json!({"Events": [event("e-3", "GetBucketAcl", 20), event("e-2", "PutBucketPolicy", 19)],
        "NextToken": "more"});
    let second = json!({"Events": [event("e-1", "DeleteBucketPublicAccessBlock", 18)]});
    let mut lifted = event("e-0", "DeleteAccountPublicAccessBlock", 17);
    let record =
        lifted["CloudTrailEvent"].as_str().expect("a record").replace(r#""bucketName":"photos""#, "");
    lifted["CloudTrailEvent"] = record.into();
    let by_name = json!({"DeleteAccountPublicAccessBlock": [lifted]});
    let (output, asked) = explained(vec![(200, first), (200, second)], by_name);
    assert_eq!(output.status.code(), Some(10), "{}", told(&output));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let policy = text.find("(PutBucketPolicy, event e-2)").expect("the policy");
    let block = text.find("(DeleteBucketPublicAccessBlock, event e-1)").expect("the block");
    let account = text.find("(DeleteAccountPublicAccessBlock, event e-0)").expect("the account's block");
    assert!(block < account, "{text}");
    assert!(policy < block && text.contains("IAM user ann with AWS CLI from 198.51.100.7"), "{text}");
    assert_eq!(asked[0]["LookupAttributes"][0]["AttributeValue"], "photos");
    assert_eq!((&asked[0]["NextToken"], &asked[1]["NextToken"]), (&Value::Null, &json!("more")));
}

#[test]
fn a_history_that_may_not_be_asked_names_the_permission_and_leaves_the_rest_as_it_is() {
    let (output, _) = explained(vec![(400, json!({"__type": "AccessDeniedException"}))], json!({}));
    assert_eq!(output.status.code(), Some(10), "{}", told(&output));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        text.contains("who: CloudTrail cannot be asked") && text.contains("cloudtrail:LookupEvents"),
        "{text}"
    );
    let home = tempfile::tempdir().expect("a home");
    let policy = document(bucketwatch(home.path()).args(["iam-policy", "--for", "explain"])).0.to_string();
    assert!(policy.contains("cloudtrail:LookupEvents") && policy.contains("s3:GetBucketPolicy"));
}
