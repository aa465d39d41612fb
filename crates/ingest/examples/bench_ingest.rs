//! How fast CloudTrail log files are read, in CPU time of one thread, against a plain JSON parser in the same run. What else
//! the machine does meanwhile counts little.
#![allow(clippy::print_stdout, reason = "a benchmark prints")]

use std::hint::black_box;
use std::time::Duration;

use bucketwatch_ingest::cloudtrail::{Item, RecordFile};
use serde_json::{Value, json};

/// As the program allocates.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// How large each file is.
const FILE_BYTES: usize = 64 * 1024 * 1024;

/// How often each is read; the best counts.
const ROUNDS: usize = 5;

/// What every file should reach, in MB/s.
const ASKED: f64 = 300.0;

/// What a file holds, in records of a hundred: API calls of other services, S3 calls that change nothing, changes.
const MIXES: [(&str, [usize; 3]); 4] = [
    ("an account's trail", [80, 19, 1]),
    ("other services only", [100, 0, 0]),
    ("object reads only", [0, 100, 0]),
    ("changes only", [0, 0, 100]),
];

fn main() {
    println!(
        "{:<20} {:>9} {:>9} {:>9} {:>11} {:>10}  asked",
        "CloudTrail file", "records", "changes", "MB/s", "records/s", "serde_json"
    );
    for (name, mix) in MIXES {
        let file = file(mix);
        let (records, changes) = read(&file);
        let megabytes = file.len() as f64 / 1e6;
        let own = best(|| _ = black_box(read(&file)));
        let plain = best(|| drop(black_box(serde_json::from_slice::<Value>(&file))));
        let speed = megabytes / own.as_secs_f64();
        println!(
            "{name:<20} {records:>9} {changes:>9} {speed:>9.0} {:>11.0} {:>10.0}  {}",
            records as f64 / own.as_secs_f64(),
            megabytes / plain.as_secs_f64(),
            if speed >= ASKED { format!("met (≥ {ASKED})") } else { format!("MISSED (≥ {ASKED})") },
        );
    }
}

fn read(file: &[u8]) -> (usize, usize) {
    RecordFile::new(file).fold((0, 0), |(records, changes), item| match item {
        Item::Change(_) => (records + 1, changes + 1),
        Item::Skipped => (records + 1, changes),
        Item::DeadLetter(letter) => unreachable!("{letter}"),
    })
}

fn best(work: impl Fn()) -> Duration {
    let time = |_| {
        let begun = cpu_time();
        work();
        cpu_time().saturating_sub(begun)
    };
    (0..ROUNDS).map(time).min().unwrap_or_default()
}

/// Gives how long this thread has run, as Linux counts it.
fn cpu_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux counts it");
    let nanoseconds = text.split(' ').next().and_then(|first| first.parse().ok());
    Duration::from_nanos(nanoseconds.expect("a number"))
}

fn file(mix: [usize; 3]) -> Vec<u8> {
    let mut file = br#"{"Records":["#.to_vec();
    let mut number = 0;
    while file.len() < FILE_BYTES {
        if number > 0 {
            file.push(b',');
        }
        let place = number % 100;
        let record = match place {
            _ if place < mix[0] => other_service(number),
            _ if place < mix[0] + mix[1] => object_read(number),
            _ => policy_put(number),
        };
        file.extend(record.to_string().into_bytes());
        number += 1;
    }
    file.extend(b"]}");
    file
}

fn record(number: usize, source: &str, name: &str, request: Value) -> Value {
    json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": "AROAEXAMPLEEXAMPLE000:deploy-4711",
            "arn": "arn:aws:sts::111122223333:assumed-role/deployer/deploy-4711",
            "accountId": "111122223333",
            "accessKeyId": "ASIAEXAMPLEEXAMPLE00",
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": "AROAEXAMPLEEXAMPLE000",
                    "arn": "arn:aws:iam::111122223333:role/deployer",
                    "accountId": "111122223333",
                    "userName": "deployer"
                },
                "attributes": {"creationDate": "2026-11-22T05:00:00Z", "mfaAuthenticated": "false"}
            }
        },
        "eventTime": "2026-11-22T06:00:00Z",
        "eventSource": source,
        "eventName": name,
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux md/GOARCH#amd64 api/s3#1.58.2",
        "requestParameters": request,
        "responseElements": null,
        "additionalEventData": {"SignatureVersion": "SigV4", "CipherSuite": "TLS_AES_128_GCM_SHA256"},
        "requestID": format!("REQUEST{number:09}"),
        "eventID": format!("00000000-0000-4000-8000-{number:012}"),
        "readOnly": false,
        "resources": [{"accountId": "111122223333", "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::photos"}],
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": "111122223333",
        "eventCategory": "Management",
        "tlsDetails": {"tlsVersion": "TLSv1.3", "clientProvidedHostHeader": "photos.s3.eu-west-1.amazonaws.com"}
    })
}

fn other_service(number: usize) -> Value {
    let request = json!({
        "instancesSet": {"items": [{"instanceId": format!("i-{number:017x}")}]},
        "filterSet": {"items": [{"name": "tag:Name", "valueSet": {"items": [{"value": "web \"blue\""}]}}]}
    });
    record(number, "ec2.amazonaws.com", "DescribeInstances", request)
}

fn object_read(number: usize) -> Value {
    let request = json!({"bucketName": "photos", "key": format!("2026/11/22/{number}.jpg")});
    record(number, "s3.amazonaws.com", "GetObject", request)
}

fn policy_put(number: usize) -> Value {
    let request = json!({
        "bucketName": "photos",
        "Host": "photos.s3.eu-west-1.amazonaws.com",
        "policy": "",
        "bucketPolicy": {"Version": "2012-10-17", "Statement": [{
            "Sid": "PublicRead", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::photos/*"
        }]}
    });
    record(number, "s3.amazonaws.com", "PutBucketPolicy", request)
}
