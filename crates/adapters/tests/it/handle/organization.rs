//! Changes of the organization: every account that they cover.

use std::sync::Arc;

use bucketwatch_engine::notice::{Notice, NoticeBody, OccurrenceKind};
use bucketwatch_exposure::observed::{Observed, Unreadable};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::world::{Account, World, blocking, changes, event, in_words, open, shut, with};

const OURS: &str = "111122223333";
const THEIRS: &str = "444455556666";
const UNKNOWN: &str = "777788889999";

/// An event of the management account, which is none of those that are looked at.
fn organizations(id: &str, name: &str, request: Value) -> Value {
    let event = event(id, name, 1, request);
    let event = with(event, "recipientAccountId", json!("999900001111"));
    with(event, "eventSource", json!("organizations.amazonaws.com"))
}

fn detach(id: &str, target: &str) -> Value {
    organizations(id, "DetachPolicy", json!({"policyId": "p-1", "targetId": target}))
}

/// Our account with two buckets and another with three that only the organization holds shut, and both seen.
async fn two_accounts() -> (World, Arc<Account>) {
    let world = World::new().await;
    let theirs = world.other(THEIRS, true);
    for (account, buckets) in [(&world.account, 2), (&theirs, 3)] {
        account.facts().block = Observed::Present(blocking());
        for number in 0..buckets {
            account.put(&format!("open-{number}"), open());
        }
        account.put("shut", shut());
        world.scan_of(account).await;
    }
    (world, theirs)
}

fn lift(world: &World, theirs: &Account) {
    world.facts().block = Observed::Absent;
    theirs.facts().block = Observed::Absent;
}

/// Gives each notice of many buckets as `account buckets event`, and any other in words.
fn grouped(notices: &[Notice]) -> Vec<String> {
    let mut told: Vec<String> = notices
        .iter()
        .map(|notice| match &notice.body {
            NoticeBody::Group { account, buckets, cause, .. } => {
                format!("{account} {buckets} {}", cause.event().unwrap_or("?"))
            }
            _ => in_words(notice),
        })
        .collect();
    told.sort();
    told
}

#[tokio::test]
async fn each_account_that_the_change_covers_is_looked_at_and_told_as_one() {
    for (rule, event, covered) in [
        ("the root", detach("e-1", "r-ab12"), [true, true]),
        ("a unit, whose members nobody here knows", detach("e-1", "ou-ab12-cdefghij"), [true, true]),
        ("one account", detach("e-1", THEIRS), [false, true]),
        ("our own", detach("e-1", OURS), [true, false]),
        ("one that nobody has seen", detach("e-1", UNKNOWN), [false, false]),
        (
            "what a policy says",
            organizations("e-1", "UpdatePolicy", json!({"policyId": "p-1"})),
            [true, true],
        ),
        (
            "a type of policy",
            organizations("e-1", "DisablePolicyType", json!({"rootId": "r-1", "policyType": "S3_POLICY"})),
            [true, true],
        ),
        (
            "an account that moves",
            organizations("e-1", "MoveAccount", json!({"accountId": THEIRS, "sourceParentId": "r-1"})),
            [false, true],
        ),
        (
            "an account that is put out",
            organizations("e-1", "RemoveAccountFromOrganization", json!({"accountId": THEIRS})),
            [false, true],
        ),
        (
            "an account that leaves",
            with(organizations("e-1", "LeaveOrganization", Value::Null), "recipientAccountId", json!(THEIRS)),
            [false, true],
        ),
    ] {
        let (world, theirs) = two_accounts().await;
        lift(&world, &theirs);
        world.handle(&[event.clone(), event.clone()]).await;
        world.handle(&[event]).await;
        let expected = [format!("{OURS} 2 e-1"), format!("{THEIRS} 3 e-1")];
        let expected: Vec<_> =
            expected.into_iter().zip(covered).filter_map(|(told, is)| is.then_some(told)).collect();
        assert_eq!(grouped(&world.notices().await), expected, "{rule}");
        assert_eq!((world.facts().looks, theirs.facts().looks), (0, 0), "{rule}: no bucket is read");
        world.wait(61).await;
        world.wait(3600).await;
        assert_eq!(world.told().await, [""; 0], "{rule}: once only");
        assert_eq!(world.store.next_revisit().await.unwrap(), None, "{rule}");
    }
}

#[tokio::test]
async fn an_account_that_cannot_be_opened_is_told_and_looked_at_when_it_can() {
    let (world, theirs) = two_accounts().await;
    lift(&world, &theirs);
    world.other(THEIRS, false);
    world.handle(&[detach("e-1", "r-1")]).await;
    let notices = world.notices().await;
    let unverified = notices.iter().find_map(|notice| match &notice.body {
        NoticeBody::Event(event) => Some(event),
        _ => None,
    });
    let event = unverified.expect("that nobody has seen it");
    assert_eq!((event.kind, event.account.as_str()), (OccurrenceKind::Unverified, THEIRS));
    let why = event.code.as_ref().unwrap().as_raw();
    assert_eq!(why, "account 444455556666 cannot be asked: the role is refused");
    assert_eq!(event.deed.event, "e-1");
    assert_eq!(notices.len(), 2, "and our own account's group");
    world.other(THEIRS, true);
    world.wait(61).await;
    assert_eq!(grouped(&world.notices().await), [format!("{THEIRS} 3 e-1")]);
}

#[tokio::test]
async fn an_account_that_never_opens_is_told_once_and_given_up() {
    let (world, theirs) = two_accounts().await;
    lift(&world, &theirs);
    world.other(THEIRS, false);
    world.handle(&[detach("e-1", THEIRS)]).await;
    for _ in 0..6 {
        world.wait(61).await;
    }
    assert_eq!(world.told().await, ["unverified DetachPolicy account, 0 asked"]);
    assert_eq!(world.store.next_revisit().await.unwrap(), None);
}

#[tokio::test]
async fn a_block_that_may_not_be_read_leaves_nothing_clean() {
    let (world, theirs) = two_accounts().await;
    theirs.facts().block = Observed::Unreadable(Unreadable::denied());
    world.handle(&[detach("e-1", "r-1")]).await;
    world.wait(61).await;
    let lost = world.changed().await;
    assert_eq!(lost, ["lost_sight open-0", "lost_sight open-1", "lost_sight open-2"]);
}

#[tokio::test]
async fn what_does_not_end_in_time_is_continued_account_by_account() {
    let (world, theirs) = two_accounts().await;
    lift(&world, &theirs);
    let past = Instant::now();
    world.handler.events(changes(&[detach("e-1", "r-1")]), Timestamp::now(), past).await.unwrap();
    assert_eq!((world.changed().await, world.told().await), (vec![], vec![]));
    world.wait(0).await;
    assert_eq!(grouped(&world.notices().await), [format!("{OURS} 2 e-1"), format!("{THEIRS} 3 e-1")]);
}

#[tokio::test]
async fn a_refused_change_of_the_organization_looks_at_nobody() {
    let (world, theirs) = two_accounts().await;
    lift(&world, &theirs);
    world.handle(&[with(detach("e-1", "r-1"), "errorCode", json!("AccessDeniedException"))]).await;
    assert_eq!(world.told().await.len(), 1);
    assert_eq!(world.changed().await, [""; 0]);
    drop(theirs);
}
