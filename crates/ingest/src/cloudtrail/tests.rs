//! Events as tables: by name, by actor, by agent, by content, by wrapping.

mod actors;
mod agents;
mod contents;
mod events;
mod files;
mod properties;
mod wrappings;

use serde_json::{Value, json};

use super::change::{Change, Item};
use super::dead_letter::DeadLetter;
use super::envelope::read_message;

/// A record of S3 with every member that real ones have.
fn record(name: &str, request: Value) -> Value {
    json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser", "principalId": "AIDAEXAMPLE", "arn": "arn:aws:iam::111122223333:user/ann",
            "accountId": "111122223333", "accessKeyId": "AKIAEXAMPLE", "userName": "ann"
        },
        "eventTime": "2026-11-22T06:00:00Z",
        "eventSource": "s3.amazonaws.com",
        "eventName": name,
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "[aws-cli/2.15.0 Python/3.11.6]",
        "requestParameters": request,
        "responseElements": null,
        "requestID": "R1",
        "eventID": "e-1",
        "readOnly": false,
        "resources": [{
            "accountId": "111122223333", "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::photos"
        }],
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": "111122223333",
        "eventCategory": "Management"
    })
}

/// The record with a member in another value's place; `Null` takes it away.
fn with(mut record: Value, member: &str, value: Value) -> Value {
    if value.is_null() {
        record.as_object_mut().unwrap().remove(member);
    } else {
        record[member] = value;
    }
    record
}

fn items(message: &Value) -> Vec<Item> {
    read_message(message.to_string().as_bytes())
}

#[track_caller]
fn change(message: &Value) -> Change {
    match items(message).pop() {
        Some(Item::Change(change)) => *change,
        other => panic!("{other:?} of {message}"),
    }
}

#[track_caller]
fn dead(message: &Value) -> DeadLetter {
    match items(message).pop() {
        Some(Item::DeadLetter(letter)) => *letter,
        other => panic!("{other:?} of {message}"),
    }
}
