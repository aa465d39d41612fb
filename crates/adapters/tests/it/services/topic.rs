//! SNS.

use bucketwatch_adapters::sns::Sns;
use bucketwatch_engine::notifier::{Notifier as _, Retry};
use serde_json::{Value, json};

use super::{ACCOUNT, Emulator, session};
use crate::hooks::configured;
use crate::http::stand_in::{Received, Reply, StandIn};
use crate::notifier_contract::documents::entries;
use crate::notifier_contract::{notifier_contract, sample};

pub(super) fn sns(topic: &str, aws: std::sync::Arc<bucketwatch_adapters::aws::AwsSession>) -> Sns {
    let config = configured(&format!("[[notify.sns]]\ntopic = \"{topic}\"\n"));
    Sns::new(&config.sns[0], aws).unwrap()
}

/// Makes a topic whose messages go to a queue; gives the topic's ARN and the queue's URL.
fn topic(emulator: &Emulator, suffix: &str) -> (String, String) {
    let name = format!("alerts{suffix}");
    let (attributes, of_queue) = match suffix {
        ".fifo" => (json!({"FifoTopic": "true"}), json!({"FifoQueue": "true"})),
        _ => (json!({}), json!({})),
    };
    let made = emulator.call("sns", "create_topic", json!({"Name": name, "Attributes": attributes}));
    let topic = made["TopicArn"].as_str().unwrap().to_owned();
    let (url, arn) = emulator.queue(&format!("inbox{suffix}"), of_queue);
    emulator.call("sns", "subscribe", json!({"TopicArn": topic, "Protocol": "sqs", "Endpoint": arn}));
    (topic, url)
}

#[tokio::test]
async fn the_contract_holds_through_a_topic_and_a_queue() {
    let Some(emulator) = Emulator::start() else { return };
    let (topic, url) = topic(&emulator, "");
    let seen = std::sync::Mutex::new(Vec::new());
    let received = async || {
        let mut seen = seen.lock().unwrap();
        for envelope in emulator.take(&url) {
            assert_eq!(envelope["TopicArn"], topic.as_str());
            let subject = envelope["Subject"].as_str().unwrap();
            assert!(
                subject.len() < 100 && subject.bytes().all(|byte| (b' '..=b'~').contains(&byte)),
                "{subject}"
            );
            let attributes = &envelope["MessageAttributes"];
            assert!(attributes["severity"]["Value"].is_string(), "{envelope}");
            let document: Value = serde_json::from_str(envelope["Message"].as_str().unwrap()).unwrap();
            assert_eq!(attributes["notice"]["Value"], document["id"]);
            seen.extend(entries(&document));
        }
        seen.clone()
    };
    notifier_contract(&sns(&topic, emulator.session()), received, str::to_owned).await;
}

#[tokio::test]
async fn a_fifo_topic_takes_a_repeat_once() {
    let Some(emulator) = Emulator::start() else { return };
    let (topic, url) = topic(&emulator, ".fifo");
    let notifier = sns(&topic, emulator.session());
    for id in ["n1", "n1", "n2", "odd id\n"] {
        notifier.deliver(&sample::opened(id, &["photos"])).await.unwrap();
    }
    let ids: Vec<_> = emulator
        .take(&url)
        .iter()
        .map(|envelope| {
            serde_json::from_str::<Value>(envelope["Message"].as_str().unwrap()).unwrap()["id"].clone()
        })
        .collect();
    assert_eq!(ids, ["n1", "n2", "odd id\n"]);
}

/// Reads a form.
pub(super) fn form(request: &Received) -> Vec<(String, String)> {
    let decoded = |text: &str| {
        let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
        while let Some((first, after)) = rest.split_first() {
            if *first == b'%' {
                bytes.push(u8::from_str_radix(std::str::from_utf8(&after[..2]).unwrap(), 16).unwrap());
                rest = &after[2..];
            } else {
                bytes.push(*first);
                rest = after;
            }
        }
        String::from_utf8(bytes).unwrap()
    };
    let pairs = request.body.split('&').map(|pair| pair.split_once('=').unwrap());
    pairs.map(|(name, value)| (decoded(name), decoded(value))).collect()
}

#[tokio::test]
async fn mail_gets_text_and_machines_the_document_and_all_of_it_fits() {
    let server = StandIn::start(|_| Reply::status(200)).await;
    let notifier = sns(&format!("arn:aws:sns:eu-west-1:{ACCOUNT}:alerts"), session(&server.url("")));
    for notice in crate::hooks::limits::notices() {
        notifier.deliver(&notice).await.unwrap();
    }
    for request in server.received() {
        let form = form(&request);
        let value =
            |name: &str| form.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        assert!(request.header("authorization").unwrap().contains("/eu-west-1/sns/aws4_request"));
        assert_eq!((value("Action"), value("MessageStructure")), (Some("Publish"), Some("json")));
        let size: usize = form.iter().map(|(_, value)| value.len()).sum();
        assert!(size <= 256 * 1024, "{size}");
        let message: Value = serde_json::from_str(value("Message").unwrap()).unwrap();
        let document: Value = serde_json::from_str(message["default"].as_str().unwrap()).unwrap();
        assert_eq!(document["schema"], "bucketwatch.notice/1");
        assert!(message["email"].as_str().unwrap().contains("bucketwatch, notice "));
        let subject = value("Subject").unwrap();
        assert!((1..100).contains(&subject.len()) && subject.is_ascii(), "{subject}");
    }
}

#[tokio::test]
async fn what_aws_refuses_says_whether_to_try_again() {
    let error = |code: &str| format!("<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>");
    for (status, code, retry) in [
        (400, "InvalidParameter", Retry::Never),
        (403, "AuthorizationError", Retry::Later),
        (404, "NotFound", Retry::Later),
        (400, "Throttling", Retry::Later),
        (500, "InternalError", Retry::Later),
    ] {
        let body = error(code);
        let server = StandIn::start(move |_| Reply::Answer(status, String::new(), body.clone())).await;
        let notifier = sns(&format!("arn:aws:sns:eu-west-1:{ACCOUNT}:alerts"), session(&server.url("")));
        let refusal = notifier.deliver(&sample::baseline("n1")).await.unwrap_err();
        assert_eq!((refusal.reason, refusal.retry), (format!("sns in eu-west-1: {code} ({status})"), retry));
    }
    let config = configured("[[notify.sns]]\ntopic = \"alerts\"\n");
    assert!(Sns::new(&config.sns[0], session("http://127.0.0.1:9")).is_err());
}
