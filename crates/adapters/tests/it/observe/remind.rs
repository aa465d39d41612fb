//! Reminders of what is still open.

use std::sync::Arc;
use std::time::Duration;

use bucketwatch_engine::config::AlertKind;
use bucketwatch_engine::notice::NoticeBody;
use bucketwatch_engine::observe::Observer;
use bucketwatch_engine::routing::{Receiver, Routing};
use bucketwatch_engine::state::{Claim, Claimed, Commit, Outcome, Settlement};
use jiff::Timestamp;
use serde_json::Value;

use super::world::{World, account, open, shut};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn observer(world: &World, every: Option<Duration>) -> Observer {
    let receivers = vec![
        Receiver { name: "log".to_owned(), ..Receiver::default() },
        Receiver { name: "pager".to_owned(), follows: true, ..Receiver::default() },
    ];
    let routing = Routing::new(AlertKind::DEFAULT.to_vec(), receivers);
    Observer::routed(Arc::clone(&world.store), routing).reminding(every)
}

/// Takes every notice that `notifier` waits for, whenever it is due.
async fn taken(world: &World, notifier: &str) -> Vec<NoticeBody> {
    let (notifier, holder) = (notifier.to_owned(), "host:1".to_owned());
    let claim = Claim { notifier, holder, at: Timestamp::MAX, until: Timestamp::MAX, limit: 99 };
    let claimed = world.store.claim(&claim).await.unwrap();
    let settle = |claimed: &Claimed| Settlement {
        ticket: claimed.ticket.clone(),
        at: Timestamp::now(),
        outcome: Outcome::Delivered,
    };
    world.store.settle(claimed.iter().map(settle).collect()).await.unwrap();
    claimed.into_iter().map(|claimed| claimed.notice.body).collect()
}

/// Gives of how many buckets each notice to `log` reminds, and takes them all.
async fn reminders(world: &World) -> Vec<u64> {
    let buckets = |body: NoticeBody| match body {
        NoticeBody::Reminder { buckets, .. } => Some(buckets),
        _ => None,
    };
    taken(world, "log").await.into_iter().filter_map(buckets).collect()
}

#[tokio::test]
async fn what_is_open_is_told_again_once_an_interval_until_it_is_shut() {
    let mut world = World::new().await;
    world.put("a", open());
    world.put("b", open());
    world.put("c", shut());
    world.scan().await;
    let (observer, begun) = (observer(&world, Some(DAY)), Timestamp::now());
    let remind = async |world: &World, days: u32, hours: u64| {
        let now = begun + DAY * days + Duration::from_secs(hours * 3600);
        observer.remind(&account(), now).await.unwrap();
        reminders(world).await
    };
    assert_eq!(remind(&world, 0, 23).await, [0; 0], "too early");
    assert_eq!(remind(&world, 1, 1).await, [2]);
    assert_eq!(remind(&world, 1, 23).await, [0; 0], "told already");
    assert_eq!(remind(&world, 5, 1).await, [2], "what was missed is told once");
    assert_eq!(taken(&world, "pager").await, [], "an incident is open anyway");
    world.put("a", shut());
    world.scan().await;
    assert_eq!(remind(&world, 9, 0).await, [1], "what was shut is not told again");
}

#[tokio::test]
async fn nobody_is_reminded_unless_asked_for_and_never_of_what_is_accepted() {
    let mut world = World::new().await;
    world.put("a", open());
    world.scan().await;
    let later = Timestamp::now() + DAY * 400;
    observer(&world, None).remind(&account(), later).await.unwrap();
    assert_eq!(reminders(&world).await, [0; 0]);
    let accept = async |by: Value| {
        let mut record = world.stored("a").await;
        let shown = record.assessment.as_mut().unwrap();
        for exposure in shown.document["exposures"].as_array_mut().unwrap() {
            exposure["accepted_by"] = by.clone();
        }
        world.store.commit(Commit { buckets: vec![record], ..Commit::default() }).await.unwrap();
        observer(&world, Some(DAY)).remind(&account(), later).await.unwrap();
        reminders(&world).await
    };
    assert_eq!(accept("e-1".into()).await, [0; 0]);
    assert_eq!(accept(Value::Null).await, [1], "accepted no longer");
}

#[tokio::test]
async fn a_reminder_goes_by_routes_and_holds_what_somebody_needs_to_act() {
    let mut world = World::new().await;
    world.put("a", open());
    world.put("b", open());
    world.scan().await;
    let file = "[[notify.log]]\nname = \"log\"\npath = \"x\"\n[notify]\nremind_days = 1\n[[notify.route]]\nto = [\"log\"]\nkind = [\"reminder\"]\nbucket = [\"b\"]\n";
    let notify = bucketwatch_engine::config::Config::parse(file).unwrap().notify;
    let receiver =
        Receiver { name: "log".to_owned(), routes: notify.routes_to("log"), ..Receiver::default() };
    let routing = Routing::new(AlertKind::DEFAULT.to_vec(), vec![receiver]);
    let observer = Observer::routed(Arc::clone(&world.store), routing).reminding(notify.remind_every());
    observer.remind(&account(), Timestamp::now() + DAY * 2).await.unwrap();
    let bodies = taken(&world, "log").await;
    let found = bodies.iter().find_map(|body| match body {
        NoticeBody::Reminder { open, .. } => Some(open),
        _ => None,
    });
    let [one] = &found.unwrap()[..] else { panic!("{bodies:?}") };
    assert_eq!((one.bucket.as_raw(), &one.exposures[0]["audience"]), ("b", &"anyone".into()));
}
