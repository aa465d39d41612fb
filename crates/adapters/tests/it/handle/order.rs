//! Any order and multiplicity of a set of events ends in one state.

use std::collections::BTreeSet;

use bucketwatch_engine::notice::NoticeBody;
use bucketwatch_engine::state::StatusQuery;
use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::BucketSnapshot;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::object::{EVERYBODY, acl, with_acls};
use super::world::{World, blocking, event, held, open, policy_put, shut, unreadable, with};

/// Twelve events of buckets, objects and the account; what they led to is what [`after`] shows.
fn events() -> Vec<Value> {
    let of = |bucket: &str| json!({"bucketName": bucket});
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
    ]
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
    world.scan().await;
    world
}

fn after(world: &World) {
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
        told.push(match &notice.body {
            NoticeBody::Transitions { transitions } => {
                format!("{} {}", transitions[0].kind, transitions[0].bucket.as_raw())
            }
            NoticeBody::Event(event) => format!("{:?} {}", event.kind, event.deed.event),
            other => format!("{other:?}"),
        });
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
            "opened Public",
            "secret Undetermined",
            "unblocked Public",
        ])
        .into_iter()
        .collect(),
        changed: strings(&[
            "closed closed",
            "deleted gone",
            "opened acls",
            "opened new",
            "opened opened",
            "opened unblocked",
        ]),
        told: strings(&[
            "Refused e-7",
            "Watcher e-9",
            "closed closed",
            "deleted gone",
            "opened acls",
            "opened new",
            "opened opened",
            "opened unblocked",
        ]),
    }
}

#[test]
fn the_events_one_by_one_in_their_order_end_as_they_should() {
    let one_by_one: Vec<Vec<usize>> = (0..events().len()).map(|index| vec![index]).collect();
    assert_eq!(block_on(end(&one_by_one)), expected());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_order_and_multiplicity_ends_in_the_same_state(batches in vec(vec(0..12_usize, 0..6), 0..8)) {
        prop_assert_eq!(block_on(end(&batches)), expected());
    }
}
