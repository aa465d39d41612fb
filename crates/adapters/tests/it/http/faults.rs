//! What the client makes of a server that fails.

use std::time::{Duration, Instant};

use bucketwatch_adapters::http::{Answer, Endpoint, HttpClient, HttpError, HttpSettings};
use bucketwatch_engine::notifier::{DeliveryError, Retry};

use super::stand_in::{Reply, StandIn};

async fn post(url: &str) -> Result<Answer, HttpError> {
    let settings = HttpSettings {
        allow_private: true,
        timeout: Some(Duration::from_millis(700)),
        ..HttpSettings::default()
    };
    let endpoint = Endpoint::parse(url).unwrap();
    HttpClient::new(&settings).unwrap().post(&endpoint, Vec::new(), "{\"a\": 1}".to_owned()).await
}

async fn refusal(reply: Reply) -> DeliveryError {
    let server = StandIn::start(move |_| reply.clone()).await;
    let endpoint = Endpoint::parse(&server.url("/secret")).unwrap();
    match post(&server.url("/secret?token=secret")).await {
        Ok(answer) => answer.taken(&endpoint).unwrap_err(),
        Err(error) => error.into(),
    }
}

#[tokio::test]
async fn a_request_arrives_whole() {
    let server = StandIn::start(|_| Reply::Answer(200, String::new(), "ok".to_owned())).await;
    let answer = post(&server.url("/a/b?c=d")).await.unwrap();
    assert_eq!((answer.status.as_u16(), answer.said()), (200, "ok".to_owned()));
    let request = &server.received()[0];
    assert_eq!((request.line.as_str(), request.body.as_str()), ("POST /a/b?c=d HTTP/1.1", "{\"a\": 1}"));
    assert_eq!(request.header("host"), Some(server.address.to_string().as_str()));
    assert_eq!(request.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn every_fault_says_whether_to_try_again_and_tells_no_secret() {
    let headers = |text: &str| text.to_owned();
    for (reply, retry, words) in [
        (Reply::status(500), Retry::Later, "answered 500"),
        (Reply::status(404), Retry::Never, "answered 404"),
        (Reply::status(429), Retry::Later, "answered 429"),
        (
            Reply::Answer(429, headers("retry-after: 30\r\n"), String::new()),
            Retry::After(Duration::from_secs(30)),
            "answered 429",
        ),
        (
            Reply::Answer(302, headers("location: http://169.254.169.254/\r\n"), String::new()),
            Retry::Later,
            "redirects are not followed",
        ),
        (Reply::Nothing, Retry::Later, "did not answer within 0.7 s"),
        (Reply::Close, Retry::Later, "broke off"),
        (Reply::ResetInBody, Retry::Later, "broke off"),
        (Reply::EndlessHeaders, Retry::Later, "broke off"),
    ] {
        let refusal = refusal(reply.clone()).await;
        assert_eq!(refusal.retry, retry, "{reply:?}: {refusal}");
        assert!(refusal.reason.contains(words) && !refusal.reason.contains("secret"), "{reply:?}: {refusal}");
    }
}

#[tokio::test]
async fn an_answer_without_end_is_read_no_further_than_needed() {
    let server = StandIn::start(|_| Reply::Endless).await;
    let begun = Instant::now();
    let answer = post(&server.url("/")).await.unwrap();
    assert_eq!((answer.status.as_u16(), answer.body.len()), (200, 64 * 1024));
    assert!(begun.elapsed() < Duration::from_secs(30));
}

#[tokio::test]
async fn a_server_that_refuses_and_a_name_that_nobody_knows_are_errors() {
    let server = StandIn::start(|_| Reply::status(200)).await;
    let url = server.url("/secret");
    drop(server);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let refused = post(&url).await.unwrap_err().to_string();
    assert!(refused.contains("Connection refused") && !refused.contains("secret"), "{refused}");
    let unknown = post("http://no-such-host.invalid/secret").await.unwrap_err().to_string();
    assert!(unknown.starts_with("cannot resolve the host of `http://no-such-host.invalid`"), "{unknown}");
    assert!(!unknown.contains("secret"));
}
