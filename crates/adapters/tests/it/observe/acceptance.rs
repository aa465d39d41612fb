//! What somebody accepts: it stays in the state, marked, and alerts only when it is outgrown or over.

use bucketwatch_engine::config::AlertKind;
use bucketwatch_engine::exception::{Choice, ExceptionWord, Written};
use bucketwatch_engine::notice::{TransitionCause, TransitionRecord};
use bucketwatch_engine::observe::{AcceptError, Acceptable, Observer, Review};
use bucketwatch_engine::report::wire::{Access as Word, Audience as Who};
use bucketwatch_engine::scan::Seen;
use bucketwatch_engine::state::{BucketKey, HistoryQuery};
use bucketwatch_exposure::exception::{Accepted, Act, Exception, Tag};
use bucketwatch_exposure::observed::{Observed, Unreadable};
use bucketwatch_exposure::snapshot::{BucketSnapshot, Permission};
use bucketwatch_policy::action::Access;
use bucketwatch_policy::reach::Audience;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;

use super::plain::judge;
use super::world::{World, account, denied, open, open_for, shut};

fn in_hours(hours: i64) -> Timestamp {
    Timestamp::now() + SignedDuration::from_hours(hours)
}

/// Anyone may list whatever bucket is called like `bucket`, for a day.
fn listing(id: &str, bucket: &str) -> Exception {
    let accepted = Accepted {
        audience: Audience::Anyone { ranges: Vec::new() },
        access: vec![Access::List],
        resources: vec!["arn:aws:s3:::*".into()],
        resources_except: Vec::new(),
    };
    Exception {
        id: id.to_owned(),
        account: account(),
        bucket: bucket.into(),
        accepted: vec![accepted],
        owner: "web team".into(),
        reason: "the website".into(),
        until: in_hours(24),
        incarnation: None,
        while_tag: None,
        made: None,
        revoked: None,
    }
}

fn owned_by(owner: &str, snapshot: BucketSnapshot) -> BucketSnapshot {
    let tags = BTreeMap::from([("owner".into(), owner.into())]);
    BucketSnapshot { tags: Observed::Present(tags), ..snapshot }
}

/// Gives a world in which `a` and `b` were shut when it was first scanned.
async fn world(accepted: Vec<Exception>) -> World {
    let mut world = World::new().await;
    world.put("a", shut());
    world.put("b", shut());
    world.scan().await;
    world.told().await;
    world.accepted = accepted;
    world
}

async fn latest(world: &World) -> TransitionRecord {
    world.store.history(&HistoryQuery::default()).await.unwrap().rows.remove(0)
}

/// Gives what the latest transition says of exceptions: `name what detail`.
async fn said(world: &World) -> Vec<String> {
    let said = |note: &bucketwatch_engine::exception::ExceptionNote| {
        let detail = note.detail.as_ref().map_or("", |detail| detail.as_raw());
        format!("{} {} {detail}", note.id, note.what.as_str()).trim_end().to_owned()
    };
    latest(world).await.acceptance.exceptions.iter().map(said).collect()
}

/// Gives by which exceptions the exposures of a bucket are accepted, as the state shows it.
async fn marks(world: &World, bucket: &str) -> Vec<Option<String>> {
    let shown = world.stored(bucket).await.assessment.unwrap();
    let exposures = shown.document["exposures"].as_array().unwrap().clone();
    exposures.iter().map(|exposure| exposure["accepted_by"].as_str().map(str::to_owned)).collect()
}

fn act() -> Act {
    Act { by: "jane on bastion".into(), at: Timestamp::now() }
}

fn acceptable(bucket: &str) -> Acceptable {
    Acceptable {
        key: BucketKey { account: account(), name: bucket.into() },
        choice: Choice::default(),
        owner: None,
        reason: "the website".into(),
        until: in_hours(24),
        while_tag: None,
        act: act(),
    }
}

fn observer(world: &World) -> Observer {
    Observer::new(Arc::clone(&world.store), Vec::new(), Vec::new()).judging_by(judge)
}

#[tokio::test]
async fn the_first_run_says_how_much_of_what_is_open_somebody_accepts() {
    let mut world = World::new().await;
    world.put("a", open());
    world.put("b", open());
    world.put("c", shut());
    world.accepted = vec![listing("A", "a")];
    world.scan().await;
    assert_eq!(world.told().await, ["baseline 3/2 (1 accepted)/0"]);
}

#[tokio::test]
async fn what_opens_as_accepted_is_recorded_marked_and_told_nobody() {
    let mut world = world(vec![listing("x", "a*")]).await;
    world.put("a", open());
    world.put("b", open());
    assert_eq!(world.scan().await, ["opened a", "opened b"]);
    assert_eq!(world.told().await, ["opened b"]);
    assert_eq!(marks(&world, "a").await, [Some("x".to_owned())]);
    assert_eq!(marks(&world, "b").await, [None]);
    assert_eq!(world.scan().await, [""; 0]);
    world.put("a", shut());
    assert_eq!(world.scan().await, ["closed a"]);
}

#[tokio::test]
async fn write_that_opens_beside_an_accepted_list_alerts_and_names_what_it_outgrew() {
    let mut world = world(vec![listing("x", "a")]).await;
    world.put("a", open());
    world.scan().await;
    assert_eq!(world.told().await, [""; 0]);
    world.put("a", open_for(Permission::FullControl));
    assert_eq!(world.scan().await, ["widened a"]);
    assert_eq!(world.told().await, ["widened a"]);
    assert_eq!(said(&world).await, ["x outgrown access write_acl, write"]);
    assert_eq!(latest(&world).await.alerts_as(), Some("opened"), "of what nobody accepts, it is the first");
    assert_eq!(world.scan().await, [""; 0]);
    assert_eq!(world.told().await, [""; 0]);
}

#[tokio::test]
async fn an_exception_that_expires_alerts_once_and_says_so() {
    let mut world = world(vec![listing("x", "a")]).await;
    world.put("a", open());
    world.scan().await;
    world.accepted[0].until = Timestamp::now();
    assert_eq!(world.scan().await, ["lapsed(opened) a"]);
    assert_eq!(world.told().await, ["lapsed a"]);
    assert_eq!(said(&world).await, ["x expired"]);
    let note = latest(&world).await.acceptance.exceptions.remove(0);
    assert_eq!(note.owner, Some("web team".into()));
    assert_eq!(marks(&world, "a").await, [None]);
    for _ in 0..3 {
        assert_eq!(world.scan().await, [""; 0]);
    }
    assert_eq!(world.told().await, [""; 0]);
    world.put("a", open_for(Permission::FullControl));
    world.scan().await;
    assert_eq!(said(&world).await, [""; 0], "what ended before has nothing to say");
}

#[tokio::test]
async fn an_exception_that_is_taken_out_of_the_configuration_alerts_once() {
    let mut world = world(vec![listing("x", "a")]).await;
    world.put("a", open());
    world.scan().await;
    world.accepted.clear();
    assert_eq!(world.scan().await, ["lapsed(opened) a"]);
    assert_eq!(
        (world.told().await, said(&world).await),
        (vec!["lapsed a".to_owned()], vec!["x withdrawn".to_owned()])
    );
    assert_eq!(world.scan().await, [""; 0]);
}

#[tokio::test]
async fn what_begins_or_ends_between_two_looks_is_noticed_without_one() {
    let mut world = world(Vec::new()).await;
    world.put("a", open());
    world.put("b", open());
    world.scan().await;
    world.told().await;
    let written = Written::default();
    let observer =
        Observer::new(Arc::clone(&world.store), AlertKind::DEFAULT.to_vec(), vec!["log".to_owned()]);
    let mut review = Review::of(observer.judging_by(judge).accepting(written.clone()));
    assert_eq!(review.turn(in_hours(0)).await.unwrap(), 0, "nothing is accepted");
    written.replace(vec![listing("x", "a")]);
    assert_eq!(review.turn(in_hours(0)).await.unwrap(), 1);
    assert_eq!(
        (marks(&world, "a").await, marks(&world, "b").await),
        (vec![Some("x".to_owned())], vec![None])
    );
    assert_eq!(latest(&world).await.kind, "accepted");
    assert_eq!(world.told().await, [""; 0]);
    assert_eq!(review.turn(in_hours(23)).await.unwrap(), 0, "it counts still");
    assert_eq!(review.turn(in_hours(25)).await.unwrap(), 1);
    let told = latest(&world).await;
    assert_eq!((told.kind.as_str(), told.alerts_as()), ("lapsed", Some("opened")));
    assert!(matches!(told.cause, TransitionCause::Review { .. }), "{:?}", told.cause);
    assert_eq!(said(&world).await, ["x expired"]);
    assert_eq!(review.turn(in_hours(26)).await.unwrap(), 0);
}

#[tokio::test]
async fn what_is_taken_back_is_noticed_without_a_look_also_by_one_who_begins_then() {
    let mut world = world(Vec::new()).await;
    world.put("a", open());
    world.scan().await;
    world.told().await;
    let new = observer(&world).accept(&acceptable("a")).await.unwrap();
    let alerting =
        Observer::new(Arc::clone(&world.store), AlertKind::DEFAULT.to_vec(), vec!["log".to_owned()]);
    let mut review = Review::of(alerting.judging_by(judge));
    assert_eq!(review.turn(in_hours(0)).await.unwrap(), 0, "it is marked already");
    observer(&world).revoke(&new.exception.id, &act()).await.unwrap();
    assert_eq!(Review::of(observer(&world)).turn(in_hours(0)).await.unwrap(), 1);
    assert_eq!(review.turn(in_hours(0)).await.unwrap(), 0, "somebody else was first");
    assert_eq!(marks(&world, "a").await, [None]);
}

#[tokio::test]
async fn a_process_that_begins_notices_what_ended_shortly_before_and_goes_through_patterns() {
    for (rule, pattern, since, expected) in [
        ("ended since", "a", -2, 1),
        ("ended since, by a pattern", "?*", -2, 1),
        ("of another bucket", "b*", -2, 0),
        ("ended before", "a", 0, 0),
    ] {
        let mut world = world(vec![listing("x", pattern)]).await;
        world.accepted[0].until = in_hours(0) + SignedDuration::from_secs(60);
        world.put("a", open());
        world.scan().await;
        let ended = Exception { until: in_hours(-1), ..world.accepted[0].clone() };
        let mut review = Review::of(observer(&world).accepting(vec![ended])).since(in_hours(since));
        assert_eq!(review.turn(in_hours(0)).await.unwrap(), expected, "{rule}");
        assert_eq!(review.turn(in_hours(0)).await.unwrap(), 0, "{rule}: once");
    }
}

#[tokio::test]
async fn what_is_accepted_later_is_recorded_once_and_told_nobody() {
    let mut world = world(Vec::new()).await;
    world.put("a", open());
    world.scan().await;
    world.told().await;
    world.accepted = vec![listing("x", "a")];
    assert_eq!(world.scan().await, ["accepted a"]);
    assert_eq!(said(&world).await, ["x accepted"]);
    assert_eq!(world.scan().await, [""; 0]);
    assert_eq!(world.told().await, [""; 0]);
}

#[tokio::test]
async fn an_exception_bound_to_a_tag_lapses_when_that_changes_or_cannot_be_read() {
    let tag = Tag { key: "owner".into(), value: "web".into() };
    let bound = Exception { while_tag: Some(tag), ..listing("x", "a") };
    for (after, expected) in [
        (owned_by("data", open()), "x tag_changed data"),
        (open(), "x tag_changed"),
        (BucketSnapshot { tags: Observed::Unreadable(Unreadable::denied()), ..open() }, "x tag_changed"),
    ] {
        let mut world = world(vec![bound.clone()]).await;
        world.put("a", owned_by("web", open()));
        world.scan().await;
        assert_eq!(world.told().await, [""; 0]);
        world.put("a", after);
        assert_eq!(world.scan().await, ["lapsed(opened) a"]);
        assert_eq!(said(&world).await, [expected]);
    }
}

#[tokio::test]
async fn an_exception_that_ends_while_nobody_can_see_alerts_when_sight_is_regained() {
    let mut world = world(vec![listing("x", "a")]).await;
    world.put("a", open());
    world.scan().await;
    world.put("a", denied());
    assert_eq!(world.scan().await, ["lost_sight a"], "nobody accepts what nobody knows");
    world.accepted[0].until = Timestamp::now();
    world.put("a", open());
    assert_eq!(world.scan().await, ["regained_sight(opened) a"]);
    assert_eq!(world.told().await, ["regained_sight a"]);
    assert_eq!(said(&world).await, ["x expired"]);
}

#[tokio::test]
async fn what_is_accepted_by_the_command_is_marked_recorded_with_who_and_kept() {
    let mut world = world(Vec::new()).await;
    world.put("a", owned_by("web team", open()));
    world.scan().await;
    world.told().await;
    let new = observer(&world).accept(&acceptable("a")).await.unwrap();
    assert_eq!((new.left, new.exception.owner.as_raw()), (0, "web team"), "the tag says whose it is");
    assert_eq!(new.exception.incarnation, Some(1));
    assert_eq!(marks(&world, "a").await, [Some(new.exception.id.clone())]);
    let record = latest(&world).await;
    let TransitionCause::Operator { by, .. } = &record.cause else { panic!("{:?}", record.cause) };
    assert_eq!((record.kind.as_str(), by.as_raw()), ("accepted", "jane on bastion"));
    assert_eq!(record.acceptance.exceptions[0].what, ExceptionWord::Accepted);
    assert_eq!(record.before.unwrap()["exposures"][0]["accepted_by"], serde_json::Value::Null);
    assert_eq!(record.after.unwrap()["exposures"][0]["accepted_by"], new.exception.id.as_str());
    assert_eq!(world.scan().await, [""; 0]);
    world.put("a", owned_by("web team", open_for(Permission::FullControl)));
    assert_eq!(world.scan().await, ["widened a"]);
    assert_eq!(world.told().await, ["widened a"]);
}

#[tokio::test]
async fn accepting_one_thing_keeps_the_end_of_another_to_be_told() {
    let mut world = world(vec![listing("x", "a")]).await;
    world.put("a", open());
    world.scan().await;
    world.accepted[0].until = Timestamp::now();
    let mut wanted = acceptable("a");
    wanted.choice.ahead = true;
    (wanted.choice.audience, wanted.choice.access) = (vec![Who::Anyone], vec![Word::Delete]);
    observer(&world).accept(&wanted).await.unwrap();
    assert_eq!(world.scan().await, ["lapsed(opened) a"]);
    assert_eq!(world.told().await, ["lapsed a"]);
}

#[tokio::test]
async fn what_is_taken_back_alerts_once_at_the_next_look() {
    let mut world = world(Vec::new()).await;
    world.put("a", open());
    world.scan().await;
    let id = observer(&world).accept(&acceptable("a")).await.unwrap().exception.id;
    world.scan().await;
    world.told().await;
    let revoked = observer(&world).revoke(&id, &act()).await.unwrap();
    assert_eq!(revoked.revoked.unwrap().by.as_raw(), "jane on bastion");
    assert_eq!(latest(&world).await.kind, "revoked");
    assert_eq!(world.told().await, [""; 0]);
    assert_eq!(world.scan().await, ["lapsed(opened) a"]);
    assert_eq!(world.told().await, ["lapsed a"]);
    assert_eq!(said(&world).await, [format!("{id} revoked jane on bastion")]);
    assert_eq!(world.scan().await, [""; 0]);
    let again = observer(&world).revoke(&id, &act()).await;
    assert!(matches!(again, Err(AcceptError::Revoked(_))), "{again:?}");
    let nothing = observer(&world).revoke("x-none", &act()).await;
    assert!(matches!(nothing, Err(AcceptError::NoSuch(_))), "{nothing:?}");
}

#[tokio::test]
async fn a_bucket_that_is_created_anew_has_nothing_accepted() {
    let mut world = world(Vec::new()).await;
    world.put("a", open());
    world.scan().await;
    let id = observer(&world).accept(&acceptable("a")).await.unwrap().exception.id;
    world.told().await;
    world.buckets.insert("a", Seen::Gone);
    assert_eq!(world.scan().await, ["deleted a"]);
    world.put("a", open());
    assert_eq!(world.scan().await, ["opened a"]);
    assert_eq!(world.told().await, ["opened a"]);
    assert_eq!(said(&world).await, [format!("{id} created_anew")]);
    assert_eq!(marks(&world, "a").await, [None]);
}

#[tokio::test]
async fn only_what_is_known_and_open_is_accepted() {
    let mut world = world(Vec::new()).await;
    world.put("b", denied());
    world.put("c", open_for(Permission::FullControl));
    world.scan().await;
    let accept = async |bucket: &str, change: fn(&mut Acceptable)| {
        let mut wanted = acceptable(bucket);
        change(&mut wanted);
        observer(&world).accept(&wanted).await
    };
    let refused = [
        accept("never-seen", |_| {}).await,
        accept("b", |_| {}).await,
        accept("a", |_| {}).await,
        accept("c", |wanted| wanted.choice.access = vec![Word::Read]).await,
        accept("c", |wanted| wanted.while_tag = Some("owner".into())).await,
    ];
    let why: Vec<String> = refused.into_iter().map(|refused| refused.unwrap_err().to_string()).collect();
    for (why, expected) in why.iter().zip([
        "nothing is known of bucket `never-seen` in account 123456789012",
        "bucket `b` could not be judged at the last look",
        "bucket `a`: nothing of it is open to strangers now",
        "bucket `c`: read is not open now",
        "bucket `c` has no tag `owner` that could be read",
    ]) {
        assert!(why.starts_with(expected), "{why}");
    }
    let part = accept("c", |wanted| wanted.choice.access = vec![Word::List]).await.unwrap();
    assert_eq!(
        (part.left, marks(&world, "c").await),
        (1, vec![None]),
        "the finding is more than what is accepted"
    );
    assert_eq!(world.store.exceptions().await.unwrap().len(), 1, "what was refused left no trace");
}

#[tokio::test]
async fn accepting_beside_a_scan_neither_waits_nor_loses_anything() {
    let mut world = world(Vec::new()).await;
    world.put("a", open());
    world.scan().await;
    world.told().await;
    let (recorder, _) = world.begin().await;
    let id = observer(&world).accept(&acceptable("a")).await.unwrap().exception.id;
    world.record(&recorder).await;
    use bucketwatch_engine::scan::Recorder as _;
    recorder.finish(None, Default::default()).await.unwrap();
    assert_eq!(marks(&world, "a").await, [Some(id)]);
    assert_eq!(world.told().await, [""; 0]);
}
