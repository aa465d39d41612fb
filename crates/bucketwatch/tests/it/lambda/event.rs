//! CloudTrail records, and the wrappings that they come in.

use serde_json::{Value, json};

/// Who did something with what, and how a notice says it.
pub(super) struct Hand {
    identity: fn(&str) -> Value,
    user_agent: &'static str,
    /// Who, in a notice.
    pub(super) actor: &'static str,
    /// With what, in a notice.
    pub(super) agent: &'static str,
}

/// Everybody who does something in these tests.
pub(super) const HANDS: [Hand; 4] = [
    Hand {
        identity: |owner| {
            json!({"type": "AssumedRole", "accountId": owner,
                "arn": format!("arn:aws:sts::{owner}:assumed-role/deployer/jane")})
        },
        user_agent: "APN/1.0 HashiCorp/1.0 Terraform/1.9.2 terraform-provider-aws/5.58.0",
        actor: "role deployer (session jane)",
        agent: "Terraform",
    },
    Hand {
        identity: |owner| {
            let role = "AWSReservedSSO_Admin_d9ce1347d0a6dd3f";
            json!({"type": "AssumedRole", "accountId": owner,
                "sessionContext": {"sessionIssuer": {"type": "Role", "userName": role}},
                "arn": format!("arn:aws:sts::{owner}:assumed-role/{role}/ann@example.org")})
        },
        user_agent: "[S3Console/0.4, aws-internal/3 aws-sdk-java/1.11.1030 Linux]",
        actor: "ann@example.org (single sign-on, Admin)",
        agent: "AWS console",
    },
    Hand {
        identity: |owner| json!({"type": "IAMUser", "accountId": owner, "userName": "bob"}),
        user_agent: "[aws-cli/2.15.0 Python/3.11.6 exe/x86_64 command/s3api.put-bucket-acl]",
        actor: "IAM user bob",
        agent: "AWS CLI",
    },
    Hand {
        identity: |owner| {
            json!({"type": "IAMUser", "accountId": owner, "userName": "carol",
                "invokedBy": "cloudformation.amazonaws.com"})
        },
        user_agent: "cloudformation.amazonaws.com",
        actor: "IAM user carol",
        agent: "CloudFormation",
    },
];

/// Gives the record of the call `name` with the parameters `request`, made just now by `hand` in the account `owner`.
pub(super) fn record(id: &str, name: &str, owner: &str, request: &Value, hand: &Hand) -> Value {
    json!({
        "eventVersion": "1.11", "eventID": id, "eventName": name, "eventSource": "s3.amazonaws.com",
        "eventTime": jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "eventType": "AwsApiCall", "eventCategory": "Management", "readOnly": false,
        "awsRegion": "us-east-1", "recipientAccountId": owner, "sourceIPAddress": "198.51.100.7",
        "userAgent": hand.user_agent, "userIdentity": (hand.identity)(owner),
        "requestParameters": request, "responseElements": null,
    })
}

/// A wrapping, as the function is handed it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// A rule's event, handed over directly.
    Rule,
    /// The same on a queue.
    Queue,
    /// The same on a topic, on a queue.
    TopicOnQueue,
    /// A log file's list on a queue, in the manner of eventVersion 1.05: markers and hosts are lists.
    OldFileOnQueue,
    /// A rule's event on a topic that invokes the function.
    Topic,
}

impl Shape {
    /// Every shape.
    pub(super) const ALL: [Self; 5] =
        [Self::Rule, Self::Queue, Self::TopicOnQueue, Self::OldFileOnQueue, Self::Topic];

    /// Gives the payload that holds `record`.
    pub(super) fn payload(self, record: &Value) -> Value {
        match self {
            Self::Rule => rule(record),
            Self::Queue => batch([rule(record).to_string()]),
            Self::TopicOnQueue => {
                let told = json!({"Type": "Notification", "MessageId": "m", "TopicArn": "arn:aws:sns:us-east-1:1:t",
                    "Message": rule(record).to_string()});
                batch([told.to_string()])
            }
            Self::OldFileOnQueue => batch([json!({"Records": [old(record)]}).to_string()]),
            Self::Topic => json!({"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0",
                "Sns": {"Type": "Notification", "MessageId": "m", "Message": rule(record).to_string()}}]}),
        }
    }
}

/// Gives the event of a rule that holds `record`.
pub(super) fn rule(record: &Value) -> Value {
    json!({"version": "0", "id": "x", "source": "aws.s3", "detail-type": "AWS API Call via CloudTrail",
        "account": record["recipientAccountId"], "region": record["awsRegion"], "resources": [], "detail": record})
}

/// Gives a batch of a queue with the messages `bodies`, which are called `m-0`, `m-1` and so on.
pub(super) fn batch(bodies: impl IntoIterator<Item = String>) -> Value {
    let message = |(index, body): (usize, String)| {
        json!({"messageId": format!("m-{index}"), "receiptHandle": format!("r-{index}"), "body": body,
            "attributes": {"ApproximateReceiveCount": "1"}, "messageAttributes": {}, "md5OfBody": "x",
            "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:us-east-1:111122223333:q", "awsRegion": "us-east-1"})
    };
    json!({"Records": bodies.into_iter().enumerate().map(message).collect::<Vec<_>>()})
}

fn old(record: &Value) -> Value {
    let mut record = record.clone();
    record["eventVersion"] = json!("1.05");
    if let Some(request) = record["requestParameters"].as_object_mut() {
        for value in request.values_mut().filter(|value| value.as_str() == Some("")) {
            *value = json!([""]);
        }
        if let Some(host) = request.remove("Host") {
            request.insert("host".to_owned(), json!([host]));
        }
        if let Some(acl) = request.get_mut("x-amz-acl") {
            *acl = json!([acl.take()]);
        }
    }
    record
}
