//! One change, many buckets.

use std::collections::BTreeSet;

use bucketwatch_engine::config::AlertKind;
use bucketwatch_engine::message::incidents;
use bucketwatch_engine::notice::{Notice, NoticeBody};
use bucketwatch_engine::routing::{Receiver, Routing};
use bucketwatch_exposure::observed::{Observed, Unreadable};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::world::{World, blocking, changes, event, open, shut};

async fn thirty_seven() -> World {
    filled(World::new().await, 37).await
}

/// Gives `world` with so many buckets that only the account's block holds, and as many that are shut.
async fn filled(world: World, buckets: usize) -> World {
    world.facts().block = Observed::Present(blocking());
    for number in 0..buckets {
        world.put(&format!("open-{number:02}"), open());
        world.put(&format!("shut-{number:02}"), shut());
    }
    world.scan().await;
    world
}

fn deletion(id: &str) -> Value {
    let host = "111122223333.s3-control.eu-west-1.amazonaws.com";
    event(id, "DeleteAccountPublicAccessBlock", 1, json!({"Host": host}))
}

#[tokio::test]
async fn turning_the_block_off_is_told_as_one_without_a_look_at_any_bucket() {
    let world = thirty_seven().await;
    world.facts().block = Observed::Absent;
    world.handle(&[deletion("e-1"), deletion("e-1")]).await;
    assert_eq!(world.facts().looks, 0);
    let notices = world.notices().await;
    let [notice] = &notices[..] else { panic!("{} notices", notices.len()) };
    let NoticeBody::Group { buckets, transitions, cause, .. } = &notice.body else { panic!("{notice:?}") };
    assert_eq!((*buckets, transitions.len(), cause.event()), (37, 37, Some("e-1")));
    assert_eq!(world.history().await.len(), 37);
    world.handle(&[deletion("e-1")]).await;
    world.wait(61).await;
    world.wait(3600).await;
    assert_eq!(world.told().await, [""; 0], "and once only");
    assert_eq!(world.store.next_revisit().await.unwrap(), None);
}

#[tokio::test]
async fn what_does_not_end_in_time_is_continued_and_still_told_as_one() {
    let world = thirty_seven().await;
    world.facts().block = Observed::Absent;
    let past = Instant::now();
    world.handler.events(changes(&[deletion("e-1")]), Timestamp::now(), past).await.unwrap();
    assert_eq!((world.changed().await, world.told().await), (vec![], vec![]));
    let seen = world.store.seen(&["e-1".to_owned()]).await.unwrap();
    assert_eq!(seen.len(), 1, "the rest is planned, so the event counts as handled");
    world.wait(0).await;
    assert_eq!(world.told().await, ["group of 37, 37 shown"]);
}

#[tokio::test]
async fn a_crash_before_the_end_loses_nothing() {
    let world = thirty_seven().await;
    world.facts().credentials_gone = true;
    world.try_handle(&[deletion("e-1")]).await.unwrap_err();
    world.facts().credentials_gone = false;
    world.facts().block = Observed::Absent;
    world.wait(0).await;
    world.handle(&[deletion("e-1")]).await;
    assert_eq!(world.told().await, ["group of 37, 37 shown"]);
    assert_eq!(world.history().await.len(), 37);
}

#[tokio::test]
async fn an_answer_older_than_the_event_is_asked_for_again() {
    let world = thirty_seven().await;
    world.handle(&[deletion("e-1")]).await;
    assert_eq!(world.told().await, [""; 0]);
    world.facts().block = Observed::Absent;
    world.wait(6).await;
    assert_eq!(world.told().await, ["group of 37, 37 shown"]);
}

#[tokio::test]
async fn an_answer_that_does_not_come_changes_nothing_and_is_asked_for_again() {
    let world = thirty_seven().await;
    world.facts().block = Observed::Unreadable(Unreadable { code: "SlowDown".to_owned(), passing: true });
    world.handle(&[deletion("e-1")]).await;
    assert_eq!(world.changed().await, [""; 0]);
    world.facts().block = Observed::Absent;
    world.wait(6).await;
    assert_eq!(world.told().await, ["group of 37, 37 shown"]);
}

#[tokio::test]
async fn turning_it_on_again_closes_them_as_one_and_names_who_did_it() {
    let world = thirty_seven().await;
    world.facts().block = Observed::Absent;
    world.handle(&[deletion("e-1")]).await;
    world.told().await;
    world.facts().block = Observed::Present(blocking());
    let put =
        event("e-2", "PutAccountPublicAccessBlock", 0, json!({"PublicAccessBlockConfiguration": blocking()}));
    world.handle(&[put]).await;
    assert_eq!(world.told().await, ["group of 37, 37 shown"]);
    assert_eq!(world.history().await.last().unwrap().kind, "closed");
}

#[tokio::test]
async fn what_the_next_change_cuts_short_is_told_as_far_as_it_came() {
    let world = thirty_seven().await;
    world.facts().block = Observed::Absent;
    let (now, past) = (Timestamp::now(), Instant::now());
    world.handler.events(changes(&[deletion("e-1")]), now, past).await.unwrap();
    world.handler.events(changes(&[deletion("e-1"), deletion("e-2")]), now, past).await.unwrap();
    world.wait(0).await;
    world.wait(61).await;
    let told = world.notices().await;
    let buckets = told.iter().map(|notice| match &notice.body {
        NoticeBody::Group { buckets, .. } => *buckets,
        other => panic!("{other:?}"),
    });
    assert_eq!((buckets.sum::<u64>(), world.history().await.len()), (37, 37));
}

#[tokio::test]
async fn who_keeps_an_incident_for_each_bucket_hears_of_each_that_opens_and_shuts_however_many() {
    let receiver = |name: &str, follows| Receiver { name: name.to_owned(), follows, ..Receiver::default() };
    let receivers = vec![receiver("log", false), receiver("incidents", true)];
    let routing = Routing::new(AlertKind::DEFAULT.to_vec(), receivers);
    let world = filled(World::telling(routing).await, 60).await;
    world.facts().block = Observed::Absent;
    world.handle(&[deletion("e-1")]).await;
    let opened = world.notices_to("incidents").await;
    assert_eq!(world.told().await, ["group of 60, 50 shown"]);
    world.facts().block = Observed::Present(blocking());
    let put =
        event("e-2", "PutAccountPublicAccessBlock", 0, json!({"PublicAccessBlockConfiguration": blocking()}));
    world.handle(&[put]).await;
    let closed = world.notices_to("incidents").await;
    assert_eq!(world.told().await, [""; 0], "nobody else asked for what is closed");
    let keys = |notices: &[Notice], action: &str| -> BTreeSet<String> {
        let of_all = notices.iter().flat_map(incidents);
        of_all.filter(|incident| incident.event["event_action"] == action).map(|one| one.key).collect()
    };
    assert_eq!((opened.len(), closed.len()), (60, 60));
    assert_eq!(keys(&opened, "trigger"), keys(&closed, "resolve"));
}
