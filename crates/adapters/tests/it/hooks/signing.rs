//! What a webhook's requests carry: the signature of Standard Webhooks, headers, formats, templates.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bucketwatch_engine::notifier::{Notifier as _, Retry};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use super::webhook;
use crate::http::stand_in::{Received, Reply, StandIn};
use crate::notifier_contract::sample;

const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Verifies as a receiver does that follows the specification.
fn verified(request: &Received) -> bool {
    let (id, at) = (request.header("webhook-id").unwrap(), request.header("webhook-timestamp").unwrap());
    let age = jiff::Timestamp::now().as_second() - at.parse::<i64>().unwrap();
    let key = STANDARD.decode(KEY.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{id}.{at}.{}", request.body).as_bytes());
    let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    age.abs() < 300 && request.header("webhook-signature") == Some(&expected)
}

#[tokio::test]
async fn a_request_is_signed_over_id_time_and_body() {
    let server = StandIn::start(|_| Reply::status(200)).await;
    let settings = "signing_key = { env = \"KEY\" }\nheaders = { Authorization = { env = \"TOKEN\" } }";
    let secrets = [("KEY", KEY), ("TOKEN", "Bearer t0ken")];
    let notifier = webhook(&server.url("/in"), settings, &secrets).unwrap();
    notifier.deliver(&sample::opened("n1", &["photos", sample::HOSTILE[5]])).await.unwrap();
    let request = &server.received()[0];
    assert!(verified(request), "{request:?}");
    assert_eq!(request.header("webhook-id"), Some("n1"));
    assert_eq!(request.header("authorization"), Some("Bearer t0ken"));
    let mut forged = request.clone();
    forged.body.push(' ');
    assert!(!verified(&forged));
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_and_tells_no_secret() {
    for (settings, reason) in [
        ("headers = { \"bad header\" = { env = \"A\" } }", "`headers` may not hold `bad header`"),
        ("headers = { Host = { env = \"A\" } }", "`headers` may not hold `Host`"),
        ("headers = { Webhook-Signature = { env = \"A\" } }", "`headers` may not hold `Webhook-Signature`"),
        ("template = \"{{ oops\"", "`template`: syntax error"),
    ] {
        let error = webhook("http://127.0.0.1:9/", settings, &[]).err().unwrap().to_string();
        assert!(error.starts_with(reason), "{error}");
    }
    for (settings, secret, reason) in [
        ("signing_key = { env = \"KEY\" }", "5ecret", "holds no signing key"),
        (
            "headers = { X-Key = { env = \"KEY\" } }",
            "5ecret\r\nX-Other: y",
            "a character that no header may hold",
        ),
        ("signing_key = { env = \"GONE\" }", "5ecret", "it is not set"),
    ] {
        let notifier = webhook("http://127.0.0.1:9/", settings, &[("KEY", secret)]).unwrap();
        let error = notifier.deliver(&sample::baseline("n1")).await.unwrap_err();
        assert!(error.reason.contains(reason) && !error.reason.contains("5ecret"), "{error}");
        assert_eq!(error.retry, Retry::Later, "somebody can correct it");
    }
}

#[tokio::test]
async fn ocsf_findings_are_posted_and_nothing_where_there_is_none() {
    let server = StandIn::start(|_| Reply::status(200)).await;
    let notifier = webhook(&server.url("/"), "format = \"ocsf\"", &[]).unwrap();
    notifier.deliver(&sample::opened("n1", &["a", "b"])).await.unwrap();
    notifier.deliver(&sample::baseline("n2")).await.unwrap();
    let requests = server.received();
    assert_eq!(requests.len(), 1, "a baseline has no finding");
    let findings = requests[0].json();
    assert_eq!(findings.as_array().unwrap().len(), 2);
    findings.as_array().unwrap().iter().for_each(ocsf_takes);
}

/// Asserts what OCSF asks of a Detection Finding. *Source*: schema.ocsf.io 1.3.0, class 2004: its required attributes.
fn ocsf_takes(finding: &Value) {
    for required in [
        "activity_id",
        "category_uid",
        "class_uid",
        "finding_info",
        "metadata",
        "severity_id",
        "time",
        "type_uid",
    ] {
        assert!(!finding[required].is_null(), "{required}: {finding}");
    }
    assert_eq!((&finding["class_uid"], &finding["category_uid"]), (&json!(2004), &json!(2)));
    assert_eq!(finding["type_uid"].as_u64().unwrap(), 200_400 + finding["activity_id"].as_u64().unwrap());
    for required in ["uid", "title"] {
        assert!(finding["finding_info"][required].is_string(), "{finding}");
    }
    let metadata = &finding["metadata"];
    assert!(metadata["version"].is_string() && metadata["product"]["vendor_name"].is_string(), "{finding}");
    assert_eq!(finding["cloud"]["provider"], "AWS", "the cloud profile requires it");
}

#[tokio::test]
async fn a_template_shapes_the_body() {
    let server = StandIn::start(|_| Reply::status(200)).await;
    let template = "template = '{\"text\": {{ message.headline }}, \"id\": {{ notice.id }}}'";
    let notifier = webhook(&server.url("/"), template, &[]).unwrap();
    notifier.deliver(&sample::opened("n1", &["\"},{"])).await.unwrap();
    assert_eq!(server.received()[0].json(), json!({"text": "\"},{ is public: anyone can read", "id": "n1"}));
}
