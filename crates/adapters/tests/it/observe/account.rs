//! Facts of the account, and looks that race.

use std::sync::Arc;

use bucketwatch_engine::config::AlertKind;
use bucketwatch_engine::judgement::Judged;
use bucketwatch_engine::notice::{Deed, NoticeBody};
use bucketwatch_engine::observe::{AccountLook, BucketLook, Observer, Occasion};
use bucketwatch_engine::routing::{Receiver, Routing};
use bucketwatch_engine::scan::{AccountSight, BucketSight, Recorder as _, Seen};
use bucketwatch_engine::state::{Claim, Claimed, Coverage, HistoryQuery, Settlement};
use bucketwatch_exposure::observed::{Observed, Unreadable};
use bucketwatch_exposure::snapshot::{BlockPublicAccess, BucketSnapshot};
use bucketwatch_policy::name::Partition;
use jiff::{SignedDuration, Timestamp};

use super::plain::judge;
use super::world::{World, account, open, shut};

fn ignoring_acls() -> Observed<BlockPublicAccess> {
    Observed::Present(BlockPublicAccess { ignore_public_acls: true, ..BlockPublicAccess::default() })
}

fn event(id: &str) -> Occasion {
    let nobody = || "".into();
    let deed = Deed {
        event: id.to_owned(),
        name: "PutBucketAcl".into(),
        at: Timestamp::now(),
        actor: nobody(),
        agent: nobody(),
        address: nobody(),
    };
    let cause = deed.into();
    Occasion { cause, at: Timestamp::now(), hands: Vec::new() }
}

fn observer(world: &World) -> Observer {
    Observer::new(Arc::clone(&world.store), AlertKind::DEFAULT.to_vec(), vec!["log".to_owned()])
        .judging_by(judge)
}

fn look(snapshot: BucketSnapshot, at: Timestamp) -> BucketLook {
    let snapshot = BucketSnapshot {
        bucket: Some("a".into()),
        account: Some(account()),
        account_block: Observed::Absent,
        ..snapshot
    };
    let configuration_at = Some(at);
    BucketLook {
        name: "a".into(),
        snapshot,
        assessment: None,
        configuration_at,
        access_points_at: None,
        objects_at: None,
        objects: Vec::new(),
    }
}

#[tokio::test]
async fn a_change_of_the_account_is_assessed_for_every_bucket_without_reading_any() {
    let mut world = World::new().await;
    world.account_block = ignoring_acls();
    let names: Vec<&'static str> = (0..300).map(|n| &*format!("bucket-{n:03}").leak()).collect();
    for name in &names {
        world.put(name, open());
    }
    world.scan().await;
    world.told().await;
    let block = AccountLook {
        account: account(),
        partition: Partition::Aws,
        block: Observed::Absent,
        observed_at: Timestamp::now(),
    };
    let (observer, occasion) = (observer(&world), event("e-1"));
    observer.account(&occasion, &block).await.unwrap();
    observer.conclude(&occasion, &account(), false).await.unwrap();
    let counts = world.store.outbox_counts().await.unwrap();
    assert_eq!(counts[0].waiting, 1 + names.len() as u64, "the baseline, and an `opened` for each bucket");
    observer.conclude(&occasion, &account(), false).await.unwrap();
    assert_eq!(world.store.outbox_counts().await.unwrap(), counts, "once only");
}

#[tokio::test]
async fn the_block_that_could_not_be_read_in_passing_stays_what_it_was() {
    let mut world = World::new().await;
    world.account_block = ignoring_acls();
    world.put("a", open());
    world.scan().await;
    world.account_block = Observed::Unreadable(Unreadable { code: "SlowDown".to_owned(), passing: true });
    assert_eq!(world.scan().await, [""; 0]);
    world.account_block = Observed::Unreadable(Unreadable::denied());
    assert_eq!(world.scan().await, ["lost_sight a"]);
    world.account_block = Observed::Absent;
    assert_eq!(world.scan().await, ["regained_sight(opened) a"]);
}

#[tokio::test]
async fn an_older_look_changes_nothing_and_a_tie_asks_to_read_again() {
    let world = World::new().await;
    let (observer, now) = (observer(&world), Timestamp::now());
    let record = async |id: &str, snapshot, at| {
        let outcomes = observer.buckets(&event(id), &account(), vec![look(snapshot, at)]).await.unwrap();
        outcomes.into_iter().next().unwrap()
    };
    record("e-1", shut(), now).await;
    let older = record("e-2", open(), now - SignedDuration::from_secs(1)).await;
    assert_eq!((older.transition, older.read_again), (None, false));
    let tie = record("e-3", open(), now).await;
    assert_eq!((tie.transition, tie.read_again), (None, true));
    let newer = record("e-4", open(), now + SignedDuration::from_nanos(1)).await;
    assert_eq!(newer.transition.unwrap().kind, "opened");
}

#[tokio::test]
async fn observers_that_race_record_each_change_once() {
    let mut world = World::new().await;
    world.put("a", shut());
    world.scan().await;
    world.told().await;
    let at = Timestamp::now();
    let (first, second) = (observer(&world), observer(&world));
    let (event_1, event_2) = (event("e-1"), event("e-2"));
    let account = account();
    let (one, two) = tokio::join!(
        first.buckets(&event_1, &account, vec![look(open(), at)]),
        second.buckets(&event_2, &account, vec![look(open(), at)]),
    );
    let found = |outcomes: Vec<bucketwatch_engine::observe::Outcome>| {
        outcomes.iter().filter(|outcome| outcome.transition.is_some()).count()
    };
    assert_eq!(found(one.unwrap()) + found(two.unwrap()), 1);
    assert_eq!(world.told().await, ["opened a"]);
}

#[tokio::test]
async fn a_run_that_lost_its_lease_records_nothing_more() {
    let mut world = World::new().await;
    world.put("a", open());
    let (recorder, _) = world.begin().await;
    recorder.finish(None, Coverage::default()).await.unwrap();
    let refused = recorder.buckets(Vec::new()).await.unwrap_err();
    assert!(matches!(refused, bucketwatch_engine::state::StateError::LeaseLost));
}

#[tokio::test]
async fn who_follows_hears_of_what_is_shut_and_the_others_only_of_what_is_chosen() {
    let world = World::new().await;
    world.scan().await;
    world.told().await;
    let receivers = vec![
        Receiver { name: "log".to_owned(), ..Receiver::default() },
        Receiver { name: "incidents".to_owned(), follows: true, ..Receiver::default() },
    ];
    let routing = Routing::new(AlertKind::DEFAULT.to_vec(), receivers);
    let observer = Observer::routed(Arc::clone(&world.store), routing).judging_by(judge);
    for (id, snapshot) in [("e-1", open()), ("e-2", shut())] {
        observer.buckets(&event(id), &account(), vec![look(snapshot, Timestamp::now())]).await.unwrap();
    }
    assert_eq!(world.told().await, ["opened a"]);
    let at = Timestamp::now();
    let (notifier, holder) = ("incidents".to_owned(), "host:1".to_owned());
    let claim = Claim { notifier, holder, at, until: at, limit: 9 };
    let claimed = world.store.claim(&claim).await.unwrap();
    let kinds: Vec<_> = claimed
        .iter()
        .map(|claimed| match &claimed.notice.body {
            NoticeBody::Transitions { transitions } => transitions[0].kind.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(kinds, ["opened", "closed"]);
}

#[tokio::test]
async fn who_lists_findings_hears_of_what_is_open_at_first_sight_and_nobody_else_does() {
    let world = World::new().await;
    let receivers = vec![
        Receiver { name: "log".to_owned(), ..Receiver::default() },
        Receiver { name: "list".to_owned(), follows: true, registers: true, ..Receiver::default() },
    ];
    let routing = Routing::new(AlertKind::DEFAULT.to_vec(), receivers);
    let scan = async |names: &[(&'static str, BucketSnapshot)]| {
        let observer = Observer::routed(Arc::clone(&world.store), routing.clone()).judging_by(judge);
        let (recorder, _) = world.begin_with(observer).await;
        let observed_at = Timestamp::now();
        recorder.account(AccountSight { observed_at, block: Observed::Absent }).await.unwrap();
        let sights = names.iter().map(|(name, snapshot)| {
            let snapshot = BucketSnapshot {
                bucket: Some((*name).into()),
                account: Some(account()),
                account_block: Observed::Absent,
                ..snapshot.clone()
            };
            let seen = Seen::There(Box::new(Judged::by(judge, snapshot, observed_at)));
            BucketSight { name: (*name).into(), observed_at, seen, objects: Vec::new() }
        });
        recorder.buckets(sights.collect()).await.unwrap();
        recorder.finish(None, Coverage::default()).await.unwrap();
    };
    let waiting = async |notifier: &str| {
        let (notifier, at) = (notifier.to_owned(), Timestamp::MAX);
        let claim = Claim { notifier, holder: "host:1".to_owned(), at, until: at, limit: 9 };
        let claimed = world.store.claim(&claim).await.unwrap();
        let settle = |claimed: &Claimed| Settlement {
            ticket: claimed.ticket.clone(),
            at: Timestamp::now(),
            outcome: bucketwatch_engine::state::Outcome::Delivered,
        };
        world.store.settle(claimed.iter().map(settle).collect()).await.unwrap();
        let told = claimed.iter().map(|claimed| match &claimed.notice.body {
            NoticeBody::Transitions { transitions } => {
                format!("{} {}", transitions[0].kind, transitions[0].bucket.as_raw())
            }
            _ => "baseline".to_owned(),
        });
        told.collect::<Vec<_>>()
    };
    scan(&[("a", open()), ("b", shut())]).await;
    assert_eq!(waiting("log").await, ["baseline"]);
    assert_eq!(waiting("list").await, ["opened a", "baseline"]);
    assert_eq!(world.store.history(&HistoryQuery::default()).await.unwrap().rows, [], "it is no change");
    scan(&[("a", open()), ("b", shut())]).await;
    assert_eq!(waiting("list").await, [""; 0], "once only");
    scan(&[("a", shut()), ("b", shut())]).await;
    assert_eq!(waiting("list").await, ["closed a"]);
}
