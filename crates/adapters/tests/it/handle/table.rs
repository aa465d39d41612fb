//! Policies of tables and of their buckets: what is stored is looked at, and whom it names is told.

use bucketwatch_engine::notice::{Notice, NoticeBody, TransitionCause};
use bucketwatch_exposure::observed::{Observed, Unreadable};
use serde_json::{Value, json};

use super::world::{World, event, held, open, with};

const SALES: &str = "arn:aws:s3tables:eu-west-1:111122223333:bucket/sales";
const ORDERS: &str = "arn:aws:s3tables:eu-west-1:111122223333:bucket/sales, table eu.orders";

const OWN: &str = "111122223333";
const FOREIGN: &str = "444455556666";

fn policy(principal: &str) -> String {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": principal},
        "Action": "s3tables:GetTableData", "Resource": "*"}]})
    .to_string()
}

fn stored(principal: &str) -> Observed<String> {
    Observed::Present(policy(principal))
}

fn of_tables(event: Value) -> Value {
    with(event, "eventSource", json!("s3tables.amazonaws.com"))
}

fn put(id: &str, principal: &str) -> Value {
    let request = json!({"tableBucketARN": SALES, "resourcePolicy": policy(principal)});
    of_tables(event(id, "PutTableBucketPolicy", 1, request))
}

/// The table's own policy is put, and the event does not show it.
fn put_unshown(id: &str) -> Value {
    let request = json!({"tableBucketARN": SALES, "namespace": "eu", "name": "orders"});
    of_tables(event(id, "PutTablePolicy", 1, request))
}

fn delete(id: &str) -> Value {
    of_tables(event(id, "DeleteTableBucketPolicy", 1, json!({"tableBucketARN": SALES})))
}

fn keep(world: &World, table: &str, policy: Observed<String>) {
    world.facts().tables.insert(table.to_owned(), policy);
}

/// Gives an event's notice as `kind name subject: why`, without the words that all of them begin with.
fn in_words(notice: &Notice) -> String {
    let NoticeBody::Event(event) = &notice.body else { panic!("{notice:?}") };
    let [subject, why] =
        [&event.subject, &event.code].map(|text| text.as_ref().map_or("-", |text| text.as_raw()));
    let why = why.trim_start_matches("undetermined: what such a policy lets others do is not judged; ");
    format!("{:?} {} {subject}: {why}", event.kind, event.deed.name.as_raw())
}

async fn told(world: &World) -> Vec<String> {
    world.notices().await.iter().map(in_words).collect()
}

#[tokio::test]
async fn a_stored_policy_that_names_others_is_told_whatever_the_event_shows() {
    let world = World::new().await;
    keep(&world, SALES, stored(FOREIGN));
    keep(&world, ORDERS, stored("*"));
    let events = [put("e-1", FOREIGN), put_unshown("e-2")];
    assert_eq!(world.handle(&events).await.looks, 2);
    world.handle(&events).await;
    let expected = [
        format!("Unverified PutTableBucketPolicy {SALES}: as it is stored now, it names {FOREIGN}"),
        format!("Unverified PutTablePolicy {ORDERS}: as it is stored now, it names anybody"),
    ];
    assert_eq!(told(&world).await, expected);
    assert_eq!(world.facts().asked, [SALES, ORDERS], "each is looked at once");
    assert_eq!(world.wait(61).await, 0, "what is told is not looked at again");
    assert_eq!(world.changed().await, [""; 0]);
}

#[tokio::test]
async fn what_was_put_and_is_not_stored_now_is_told_so() {
    let world = World::new().await;
    keep(&world, SALES, stored(OWN));
    world.handle(&[put("e-1", FOREIGN)]).await;
    keep(&world, SALES, Observed::Absent);
    world.handle(&[put("e-2", FOREIGN), put_unshown("e-3")]).await;
    let (asked, lag) = (format!("the request names {FOREIGN}"), "taken back since, or not visible yet");
    let expected = [
        format!("PutTableBucketPolicy {SALES}: {asked}, and what is stored now does not name them: {lag}"),
        format!("PutTableBucketPolicy {SALES}: {asked}, and none is stored now: {lag}"),
        format!(
            "PutTablePolicy {ORDERS}: the event does not show what was put, and none is stored now: {lag}"
        ),
    ];
    assert_eq!(told(&world).await, expected.map(|told| format!("Unverified {told}")));
}

#[tokio::test]
async fn what_names_nobody_else_is_looked_at_once_more_and_told_if_that_has_changed() {
    for (rule, event, first, later, expected) in [
        ("own put", put("e-1", OWN), stored(OWN), stored(OWN), None),
        (
            "unshown put",
            put_unshown("e-1"),
            stored(OWN),
            stored(FOREIGN),
            Some("as it is stored now, it names"),
        ),
        ("delete", delete("e-1"), Observed::Absent, Observed::Absent, None),
        ("delete that lags", delete("e-1"), stored(FOREIGN), Observed::Absent, Some("as it is stored now")),
        (
            "refused later",
            put("e-1", OWN),
            stored(OWN),
            Observed::Unreadable(Unreadable::denied()),
            Some("what is stored cannot be read (AccessDenied); a look before found nobody else named"),
        ),
    ] {
        let world = World::new().await;
        for table in [SALES, ORDERS] {
            keep(&world, table, first.clone());
        }
        world.handle(std::slice::from_ref(&event)).await;
        for table in [SALES, ORDERS] {
            keep(&world, table, later.clone());
        }
        world.wait(61).await;
        world.handle(&[event]).await;
        let told = told(&world).await;
        match (&told[..], expected) {
            ([], None) => {}
            ([one], Some(words)) if one.contains(words) => {}
            _ => panic!("{rule}: {told:?}"),
        }
        assert_eq!(world.wait(61).await, 0, "{rule}: no third look");
    }
}

#[tokio::test]
async fn what_is_stored_is_told_as_the_work_of_the_latest_event_in_whatever_order_they_come() {
    let (late, early) =
        (put("e-2", FOREIGN), with(put("e-1", OWN), "eventTime", json!("2026-11-22T06:00:00Z")));
    for events in [[&early, &late], [&late, &early]] {
        let world = World::new().await;
        keep(&world, SALES, stored(FOREIGN));
        world.handle(&events.map(Clone::clone)).await;
        assert_eq!(told(&world).await.len(), 1, "together");
    }
    let world = World::new().await;
    keep(&world, SALES, stored(OWN));
    world.handle(std::slice::from_ref(&early)).await;
    keep(&world, SALES, stored(FOREIGN));
    world.handle(std::slice::from_ref(&late)).await;
    assert_eq!(told(&world).await.len(), 1);
    world.wait(61).await;
    assert_eq!(told(&world).await, [""; 0], "the look that the earlier event led to is not made");

    let world = World::new().await;
    keep(&world, SALES, stored(OWN));
    let shown = with(put("e-3", OWN), "eventTime", json!(jiff::Timestamp::now().to_string()));
    world.handle(&[shown]).await;
    keep(&world, SALES, stored(FOREIGN));
    world.handle(&[early]).await;
    assert_eq!(told(&world).await, [""; 0], "it is not the earlier event's work");
    world.wait(61).await;
    assert_eq!(told(&world).await.len(), 1, "it is the later one's, and looked at once more");
}

#[tokio::test]
async fn what_cannot_be_looked_at_is_told_with_the_reason() {
    let world = World::new().await;
    keep(&world, SALES, Observed::Unreadable(Unreadable::denied()));
    let nowhere = of_tables(event("e-3", "PutTablePolicy", 1, json!({"resourcePolicy": policy(OWN)})));
    world.handle(&[put("e-1", OWN), delete("e-2"), nowhere]).await;
    let elsewhere = put_unshown("e-4").to_string().replace(OWN, FOREIGN);
    world.handle(&[serde_json::from_str(&elsewhere).unwrap()]).await;
    let there = ORDERS.replace(OWN, FOREIGN);
    let unread = |told: &str, why: &str, asked: &str| {
        format!("Unverified {told}: what is stored cannot be read ({why}); {asked}")
    };
    let refused = format!("account {FOREIGN} cannot be asked: the role is refused");
    let expected = [
        unread("PutTablePolicy -", "the event names no table", "the request names nobody else"),
        unread(&format!("DeleteTableBucketPolicy {SALES}"), "AccessDenied", "the request takes it away"),
        unread(&format!("PutTablePolicy {there}"), &refused, "the event does not show what was put"),
    ];
    assert_eq!(told(&world).await, expected);
    world.facts().credentials_gone = true;
    assert!(world.try_handle(&[put("e-5", OWN)]).await.is_err(), "it comes again");
    world.facts().credentials_gone = false;
    world.handle(&[put("e-5", OWN)]).await;
    assert_eq!(told(&world).await.len(), 1);
}

#[tokio::test]
async fn tables_of_another_account_are_looked_at_through_its_role_also_the_second_time() {
    let world = World::new().await;
    let other = world.other(FOREIGN, true);
    let there = SALES.replace(OWN, FOREIGN);
    let event = |id: &str| serde_json::from_str(&put(id, OWN).to_string().replace(OWN, FOREIGN)).unwrap();
    other.facts().tables.insert(there.clone(), stored(FOREIGN));
    world.handle(&[event("e-1")]).await;
    assert_eq!((told(&world).await, other.facts().asked.clone()), (vec![], vec![there.clone()]));
    other.facts().tables.insert(there.clone(), stored(OWN));
    world.wait(61).await;
    let named = format!("Unverified PutTableBucketPolicy {there}: as it is stored now, it names {OWN}");
    assert_eq!(told(&world).await, [named]);

    other.facts().tables.insert(there.clone(), stored(FOREIGN));
    world.handle(&[event("e-2")]).await;
    world.other(FOREIGN, false);
    world.wait(200).await;
    world.wait(200).await;
    let told = told(&world).await;
    let [one] = &told[..] else { panic!("{told:?}") };
    assert!(one.contains("the role is refused") && one.contains("a look before"), "{one}");
}

#[tokio::test]
async fn a_refused_attempt_to_name_others_is_told_and_costs_no_look() {
    let world = World::new().await;
    let refused = |event: Value, code: &str| with(event, "errorCode", json!(code));
    world
        .handle(&[
            refused(put("e-1", FOREIGN), "ForbiddenException"),
            refused(put("e-2", OWN), "ForbiddenException"),
            refused(put("e-3", FOREIGN), "BadRequestException"),
            refused(delete("e-4"), "AccessDenied"),
        ])
        .await;
    assert_eq!(told(&world).await, [format!("Refused PutTableBucketPolicy {SALES}: ForbiddenException")]);
    assert!(world.facts().asked.is_empty());
}

#[tokio::test]
async fn the_policy_of_a_table_has_no_hand_in_what_opens_a_bucket() {
    let world = World::new().await;
    world.put("photos", held());
    world.scan().await;
    let unnamed = of_tables(event("e-1", "PutTablePolicy", 2, json!({"resourcePolicy": policy("*")})));
    world.handle(&[unnamed]).await;
    world.notices().await;
    world.put("photos", open());
    let lifted = event("e-2", "DeleteBucketPublicAccessBlock", 1, json!({"bucketName": "photos"}));
    world.handle(&[lifted]).await;
    let history = world.history().await;
    let [opened] = &history[..] else { panic!("{history:?}") };
    assert!(matches!(&opened.cause, TransitionCause::Event { also, .. } if also.is_empty()), "{opened:?}");
}
