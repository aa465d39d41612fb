//! The same record in every wrapping that it arrives in.

use serde_json::{Value, json};

use super::{change, dead, items, record, with};
use crate::cloudtrail::{Item, Kind, Reason, Target, read_message};

fn plain() -> Value {
    record("DeleteBucketPolicy", json!({"bucketName": "photos", "policy": ""}))
}

fn event_bridge(detail: Value) -> Value {
    json!({"version": "0", "id": "x", "detail-type": "AWS API Call via CloudTrail", "source": "aws.s3",
        "account": "111122223333", "time": "2026-11-22T06:00:03Z", "region": "eu-west-1", "resources": [],
        "detail": detail})
}

fn sns(inner: &Value) -> Value {
    json!({"Type": "Notification", "MessageId": "m", "TopicArn": "arn:t", "Message": inner.to_string()})
}

#[test]
fn every_wrapping_gives_the_same_change() {
    let event = event_bridge(plain());
    let expected = vec![Item::Change(Box::new(change(&plain())))];
    let batch = |body: &Value| {
        json!({"Records": [{"messageId": "m", "eventSource": "aws:sqs", "body": body.to_string(),
            "receiptHandle": "r", "eventSourceARN": "arn:q", "awsRegion": "eu-west-1"}]})
    };
    let topic = json!({"Records": [{"EventSource": "aws:sns", "Sns": {"Message": event.to_string()}}]});
    for (rule, message) in [
        ("a bare record", plain()),
        ("EventBridge", event.clone()),
        ("SNS around EventBridge", sns(&event)),
        ("a function's batch of SQS messages", batch(&event)),
        ("a function's batch of SQS messages with SNS", batch(&sns(&event))),
        ("a function's batch of SNS messages", topic),
        ("a log file", json!({"Records": [plain()]})),
        ("a list", json!([event])),
    ] {
        assert_eq!(items(&message), expected, "{rule}");
    }
}

#[test]
fn what_the_record_leaves_out_the_event_around_it_tells() {
    let bare = ["recipientAccountId", "awsRegion", "resources"]
        .iter()
        .fold(plain(), |record, member| with(record, member, Value::Null));
    let found = change(&event_bridge(bare));
    assert_eq!(found.account.unwrap().as_str(), "111122223333");
    assert_eq!(found.region.unwrap().as_raw(), "eu-west-1");
}

#[test]
fn a_record_that_cannot_be_read_leaves_the_rest_of_its_batch_alone() {
    let broken = with(plain(), "eventTime", json!("never"));
    let found = items(&json!({"Records": [broken, plain(), 7, record("GetObject", Value::Null)]}));
    assert!(matches!(&found[..], [Item::DeadLetter(_), Item::Change(_), Item::DeadLetter(_), Item::Skipped]));
    let bodies = json!({"Records": [{"body": "{ no JSON"}, {"body": plain().to_string()}, {"body": ""}]});
    assert!(matches!(&items(&bodies)[..], [Item::DeadLetter(_), Item::Change(_), Item::DeadLetter(_)]));
}

#[test]
fn an_empty_batch_gives_nothing() {
    for text in ["[]", "{\"Records\": []}"] {
        assert_eq!(read_message(text.as_bytes()), [], "{text}");
    }
}

#[test]
fn lines_are_read_one_by_one() {
    let text = format!("{}\n{{\"broken\n{}\n", plain(), event_bridge(plain()));
    assert!(matches!(
        &read_message(text.as_bytes())[..],
        [Item::Change(_), Item::DeadLetter(_), Item::Change(_)]
    ));
    let marked = format!("\u{feff}{}", plain());
    assert!(matches!(&read_message(marked.as_bytes())[..], [Item::Change(_)]));
}

#[test]
fn texts_that_are_no_message_are_dead_letters_with_a_bounded_excerpt() {
    for (text, reason) in [
        ("{}", Reason::UnknownShape),
        ("null", Reason::UnknownShape),
        ("[7]", Reason::UnknownShape),
        (r#"{"detail-type": "AWS API Call via CloudTrail"}"#, Reason::Missing("detail")),
    ] {
        let found = read_message(text.as_bytes());
        assert!(matches!(&found[..], [Item::DeadLetter(letter)] if letter.reason == reason), "{found:?}");
    }
    for text in ["", "  \n", "{", "\u{0}", "not JSON"] {
        let found = read_message(text.as_bytes());
        assert!(
            matches!(&found[..], [Item::DeadLetter(letter)] if matches!(letter.reason, Reason::Syntax(_))),
            "{found:?}"
        );
    }
    let long = dead(&json!({"x": "y".repeat(1 << 20)}));
    assert_eq!(long.excerpt.as_raw().len(), 1024);
    assert!(matches!(&read_message(b"\xff\xfe")[..], [Item::DeadLetter(_)]));
}

#[test]
fn wrappings_without_end_are_cut_off() {
    let mut message = plain();
    for _ in 0..9 {
        message = sns(&message);
    }
    assert_eq!(dead(&message).reason, Reason::TooDeep(6));
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(matches!(&read_message(nested.as_bytes())[..], [Item::DeadLetter(_)]));
}

#[test]
fn other_events_of_event_bridge_are_skipped() {
    for kind in ["Scheduled Event", "AWS Console Sign In via CloudTrail", "Object Created"] {
        assert_eq!(items(&json!({"detail-type": kind, "detail": {}})), [Item::Skipped]);
    }
    assert_eq!(items(&json!({"Service": "Amazon S3", "Event": "s3:TestEvent"})), [Item::Skipped]);
}

#[test]
fn notifications_of_an_object_acl_name_object_and_requester() {
    let notification = json!({"Records": [{"eventVersion": "2.3", "eventSource": "aws:s3",
        "awsRegion": "eu-west-1", "eventTime": "2026-11-22T06:00:00.000Z", "eventName": "ObjectAcl:Put",
        "userIdentity": {"principalId": "AWS:AROAX:ci"}, "requestParameters": {"sourceIPAddress": "192.0.2.1"},
        "responseElements": {"x-amz-request-id": "R"},
        "s3": {"bucket": {"name": "photos"}, "object": {"key": "a+b%2Fc%C3%A9.jpg", "versionId": "v"}}}]});
    let found = change(&notification);
    let object =
        |key: &str| Target::Object { bucket: "photos".into(), key: key.into(), version_id: Some("v".into()) };
    assert_eq!((found.kind, found.target), (Kind::ObjectAcl, object("a b/cé.jpg")));
    assert_eq!(found.actor.describe(None).as_raw(), "role AROAX (session ci)");
    assert_eq!(found.address.as_raw(), "192.0.2.1");
    let event = json!({"id": "e", "detail-type": "Object ACL Updated", "source": "aws.s3",
        "account": "111122223333", "time": "2026-11-22T06:00:00Z", "region": "eu-west-1",
        "detail": {"bucket": {"name": "photos"}, "object": {"key": "a+b", "version-id": "v"},
            "requester": "111122223333", "source-ip-address": "192.0.2.1"}});
    let found = change(&event);
    assert_eq!((found.kind, found.target), (Kind::ObjectAcl, object("a+b")));
    let created = json!({"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put"}]});
    assert_eq!(items(&created), [Item::Skipped]);
}
