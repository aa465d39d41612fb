//! What an error tells: never the secret, whatever the other side does.

use bucketwatch_engine::notifier::{DeliveryError, Notifier};

use super::{pagerduty, slack, teams, webhook};
use crate::http::stand_in::{Reply, StandIn};
use crate::notifier_contract::sample;

const SECRET: &str = "T0PSECRETx";

async fn error_of(notifier: &dyn Notifier) -> DeliveryError {
    notifier.deliver(&sample::opened("n1", &["photos"])).await.unwrap_err()
}

#[tokio::test]
async fn no_error_repeats_the_address_even_if_the_other_side_does() {
    for reply in [
        Reply::Answer(400, format!("x-echo: {SECRET}\r\n"), format!("no such hook: {SECRET}")),
        Reply::Answer(500, String::new(), SECRET.to_owned()),
        Reply::Answer(302, format!("location: http://127.0.0.1/{SECRET}\r\n"), String::new()),
        Reply::Close,
        Reply::ResetInBody,
    ] {
        let shown = format!("{reply:?}");
        let server = StandIn::start(move |_| reply.clone()).await;
        let url = server.url(&format!("/services/{SECRET}?sig={SECRET}"));
        let notifiers: [Box<dyn Notifier>; 4] = [
            Box::new(slack(&url)),
            Box::new(teams(&url)),
            Box::new(pagerduty(&url)),
            Box::new(webhook(&url, "", &[]).unwrap()),
        ];
        for notifier in notifiers {
            let error = error_of(&*notifier).await;
            let told = format!("{error} {error:?}");
            assert!(!told.contains(SECRET), "{}: {shown}: {told}", notifier.name());
            assert!(told.contains("http://127.0.0.1:"), "{told}");
        }
    }
    for broken in [
        format!("{SECRET} is no URL"),
        format!("https://user:{SECRET}@example.com/"),
        format!("ftp://{SECRET}/"),
    ] {
        let error = error_of(&slack(&broken)).await;
        let told = format!("{error} {error:?}");
        assert!(
            told.contains("the environment variable `URL` holds no address") && !told.contains(SECRET),
            "{told}"
        );
    }
}

#[tokio::test]
async fn the_word_that_slack_gives_is_told() {
    let server = StandIn::start(|_| Reply::Answer(400, String::new(), "invalid_blocks".to_owned())).await;
    let error = error_of(&slack(&server.url("/x"))).await;
    assert!(error.reason.ends_with("answered 400 Bad Request: invalid_blocks"), "{error}");
}
