//! Any order and multiplicity of a set of events ends in one state.

use std::collections::BTreeSet;

use bucketwatch_engine::notice::NoticeBody;
use bucketwatch_engine::state::StatusQuery;
use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::{AccessPoint, BucketSnapshot, NetworkOrigin};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::object::{EVERYBODY, acl, with_acls};
use super::world::{World, account_id, blocking, event, held, open, policy_put, shut, unreadable, with};

const THEIRS: &str = "444455556666";

/// How many events there are.
const EVENTS: usize = 19;

/// Events of buckets, access points, objects, the account, another account and the organization; what they led to is what
/// [`after`] shows.
fn events() -> Vec<Value> {
    let of = |bucket: &str| json!({"bucketName": bucket});
    let theirs = |event| with(event, "recipientAccountId", json!(THEIRS));
    let above = |event| with(event, "eventSource", json!("organizations.amazonaws.com"));
    let refused = |event| with(event, "errorCode", json!("AccessDenied"));
    vec![
        policy_put("e-0", "opened", 9),
        event("e-1", "PutBucketTagging", 8, of("opened")),
        event("e-2", "DeleteBucketPublicAccessBlock", 7, of("unblocked")),
        event("e-3", "DeleteBucketPolicy", 6, of("closed")),
        event("e-4", "DeleteBucket", 5, of("gone")),
        event("e-5", "CreateBucket", 4, of("new")),
        event("e-6", "DeleteAccountPublicAccessBlock", 3, json!({})),
        refused(policy_put("e-7", "closed", 2)),
        policy_put("e-8", "secret", 3600),
        with(
            event("e-9", "StopLogging", 1, json!({"name": "trail"})),
            "eventSource",
            json!("cloudtrail.amazonaws.com"),
        ),
        event("e-10", "PutObject", 8, json!({"bucketName": "acls", "key": "k", "x-amz-acl": "public-read"})),
        event("e-11", "DeleteObject", 7, json!({"bucketName": "acls", "key": "other"})),
        event("e-12", "PutAccessPointPolicy", 6, json!({"name": "door"})),
        event("e-13", "DeleteAccessPointPolicy", 5, json!({"name": "window"})),
        event("e-14", "PutAccessPointPolicy", 7200, json!({"name": "late", "bucket": "bystander"})),
        theirs(policy_put("e-15", "theirs", 4)),
        theirs(event("e-16", "DeleteAccountPublicAccessBlock", 3, json!({}))),
        above(event("e-17", "DetachPolicy", 2, json!({"policyId": "p-1", "targetId": "r-1"}))),
        theirs(refused(policy_put("e-18", "theirs-held", 1))),
    ]
}

/// A bucket that lets access points of its account decide, with one of these.
fn behind(point: &str, is_open: bool) -> BucketSnapshot {
    let allow = |resource: Value, condition: Value| {
        let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": resource,
            "Condition": condition});
        json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
    };
    let own = json!({"StringEquals": {"s3:DataAccessPointAccount": "111122223333"}});
    let objects = format!("arn:aws:s3:eu-west-1:111122223333:accesspoint/{point}/object/*");
    let policy = is_open.then(|| allow(json!(objects), json!({})));
    let point = AccessPoint {
        name: point.into(),
        account: Some(account_id()),
        origin: NetworkOrigin::Internet,
        policy: policy.map_or(Observed::Absent, Observed::Present),
        block: Observed::Absent,
    };
    BucketSnapshot {
        policy: Observed::Present(allow(json!("arn:aws:s3:::*/*"), own)),
        access_points: Observed::Present(vec![point]),
        ..shut()
    }
}

async fn before() -> World {
    let world = World::new().await;
    world.facts().block = Observed::Absent;
    world.put("opened", shut());
    world.put("unblocked", held());
    world.put("closed", open());
    world.put("gone", open());
    world.put("acls", with_acls());
    world.put("secret", unreadable());
    world.put("bystander", BucketSnapshot { bucket_block: Observed::Present(blocking()), ..shut() });
    for (point, bucket, is_open) in [("door", "shut-door", false), ("window", "open-window", true)] {
        world.put(bucket, behind(point, is_open));
        world.facts().points.insert(point.to_owned(), bucket.to_owned());
    }
    world.scan().await;
    let theirs = world.other(THEIRS, true);
    theirs.facts().block = Observed::Present(blocking());
    theirs.put("theirs", shut());
    theirs.put("theirs-held", open());
    world.scan_of(&theirs).await;
    world
}

fn after(world: &World) {
    world.put("shut-door", behind("door", true));
    world.put("open-window", behind("window", false));
    let theirs = world.other(THEIRS, true);
    theirs.facts().block = Observed::Absent;
    theirs.put("theirs", open());
    world.put("opened", open());
    world.put("unblocked", open());
    world.put("closed", shut());
    world.facts().buckets.remove("gone");
    world.put("new", open());
    world.object("acls/k", acl(Some(EVERYBODY)));
}

/// What is left when all is handled: how the buckets stand, what changed, and what was told.
#[derive(Debug, PartialEq, Eq)]
struct End {
    standing: BTreeSet<String>,
    changed: Vec<String>,
    told: Vec<String>,
}

/// Hands `batches` of events over, and gives the end.
async fn end(batches: &[Vec<usize>]) -> End {
    let (world, events) = (before().await, events());
    after(&world);
    let mut told = Vec::new();
    for batch in batches {
        let batch: Vec<Value> = batch.iter().map(|index| events[*index].clone()).collect();
        world.handle(&batch).await;
    }
    // Whatever was left out comes at last: AWS delivers at least once.
    world.handle(&events).await;
    for _ in 0..8 {
        world.wait(7200).await;
    }
    assert_eq!(world.store.next_revisit().await.unwrap(), None);
    let mut ids = BTreeSet::new();
    for notice in world.notices().await {
        assert!(ids.insert(notice.id.clone()), "{notice:?} is told twice");
        // By which of two events something is seen to be open, and so with what else it is told, is a matter of order.
        match &notice.body {
            NoticeBody::Transitions { transitions } | NoticeBody::Group { transitions, .. } => told.extend(
                transitions
                    .iter()
                    .map(|transition| format!("{} {}", transition.kind, transition.bucket.as_raw())),
            ),
            NoticeBody::Event(event) => told.push(format!("{:?} {}", event.kind, event.deed.event)),
            other => told.push(format!("{other:?}")),
        }
    }
    let mut changed = world.changed().await;
    changed.sort();
    told.sort();
    let rows = world.store.status(&StatusQuery::default()).await.unwrap().rows;
    let row = |row: &bucketwatch_engine::state::StatusRow| {
        format!("{} {:?}", row.key.name.as_raw(), row.assessment.verdict)
    };
    End { standing: rows.iter().map(row).collect(), changed, told }
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn expected() -> End {
    let strings = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    End {
        standing: strings(&[
            "acls Public",
            "bystander NotPublic",
            "closed NotPublic",
            "new Public",
            "open-window NotPublic",
            "opened Public",
            "secret Undetermined",
            "shut-door Public",
            "theirs Public",
            "theirs-held Public",
            "unblocked Public",
        ])
        .into_iter()
        .collect(),
        changed: strings(&[
            "closed closed",
            "closed open-window",
            "deleted gone",
            "opened acls",
            "opened new",
            "opened opened",
            "opened shut-door",
            "opened theirs",
            "opened theirs-held",
            "opened unblocked",
        ]),
        told: strings(&[
            "Refused e-18",
            "Refused e-7",
            "Watcher e-9",
            "closed closed",
            "closed open-window",
            "deleted gone",
            "opened acls",
            "opened new",
            "opened opened",
            "opened shut-door",
            "opened theirs",
            "opened theirs-held",
            "opened unblocked",
        ]),
    }
}

#[test]
fn the_events_one_by_one_in_their_order_end_as_they_should() {
    assert_eq!(events().len(), EVENTS);
    let one_by_one: Vec<Vec<usize>> = (0..EVENTS).map(|index| vec![index]).collect();
    assert_eq!(block_on(end(&one_by_one)), expected());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_order_and_multiplicity_ends_in_the_same_state(batches in vec(vec(0..EVENTS, 0..8), 0..8)) {
        prop_assert_eq!(block_on(end(&batches)), expected());
    }
}
