//! What touches objects: their ACLs are read where they can matter, and nowhere else.

use bucketwatch_engine::notice::{NoticeBody, OccurrenceKind, TransitionCause};
use bucketwatch_exposure::observed::{Observed, Unreadable};
use bucketwatch_exposure::snapshot::{Acl, BucketSnapshot, Grant, Grantee, Ownership, Permission};
use serde_json::{Value, json};

use super::world::{World, blocking, event, shut, with};

pub(super) const EVERYBODY: &str = "http://acs.amazonaws.com/groups/global/AllUsers";

/// A bucket whose objects' ACLs count.
pub(super) fn with_acls() -> BucketSnapshot {
    let acl = Observed::Present(Acl { owner: Some("me".into()), grants: Vec::new() });
    BucketSnapshot { ownership: Observed::Present(Ownership::ObjectWriter), acl, ..shut() }
}

pub(super) fn acl(group: Option<&str>) -> Observed<Acl> {
    let grant = |uri: &str| Grant { grantee: Grantee::Group(uri.into()), permission: Permission::Read };
    Observed::Present(Acl { owner: Some("me".into()), grants: group.map(grant).into_iter().collect() })
}

async fn world() -> World {
    let world = World::new().await;
    world.put("photos", with_acls());
    world.scan().await;
    world
}

impl World {
    pub(super) fn object(&self, place: &str, acl: Observed<Acl>) {
        self.facts().objects.insert(place.to_owned(), acl);
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.facts().asked)
    }
}

fn of(id: &str, name: &str, extra: Value) -> Value {
    let mut request = json!({"bucketName": "photos", "key": "a.jpg"});
    request.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    event(id, name, 1, request)
}

/// S3's own notification, which carries no ACL.
fn notified(id: &str) -> Value {
    json!({"Records": [{"eventSource": "aws:s3", "eventName": "ObjectAcl:Put", "awsRegion": "eu-west-1",
        "eventTime": jiff::Timestamp::now().to_string(), "userIdentity": {"principalId": "AWS:AIDAEXAMPLE"},
        "requestParameters": {"sourceIPAddress": "198.51.100.7"}, "responseElements": {"x-amz-request-id": id},
        "s3": {"bucket": {"name": "photos"}, "object": {"key": "a.jpg"}}}]})
}

#[tokio::test]
async fn an_object_that_was_opened_is_found_by_its_acl_and_told_with_who_did_it() {
    for (rule, told) in [
        ("an ACL is put", of("e-1", "PutObjectAcl", json!({"x-amz-acl": "public-read"}))),
        ("an ACL that the event does not show", of("e-1", "PutObjectAcl", json!({"acl": ""}))),
        ("a notification of S3", notified("e-1")),
        ("it is written so", of("e-1", "PutObject", json!({"x-amz-acl": "public-read"}))),
        ("it is copied so", of("e-1", "CopyObject", json!({"x-amz-acl": "public-read"}))),
        ("it was uploaded in parts", of("e-1", "CompleteMultipartUpload", json!({"uploadId": "u"}))),
    ] {
        let world = world().await;
        world.object("photos/a.jpg", acl(Some(EVERYBODY)));
        world.handle(&[told.clone(), told.clone()]).await;
        world.handle(&[told]).await;
        assert_eq!(world.told().await, ["opened photos"], "{rule}");
        assert_eq!(world.asked(), ["photos/a.jpg"], "{rule}");
        let [transition] = &world.history().await[..] else { panic!("{rule}") };
        assert!(matches!(&transition.cause, TransitionCause::Event { address, .. }
            if address.as_raw() == "198.51.100.7"));
        let exposure = &transition.after.as_ref().unwrap()["exposures"][0];
        assert_eq!((&exposure["path"], &exposure["audience"]), (&json!("object_acl"), &json!("anyone")));
    }
}

#[tokio::test]
async fn no_object_is_asked_where_its_acl_cannot_matter() {
    let ignoring = BucketSnapshot { bucket_block: Observed::Present(blocking()), ..with_acls() };
    for (rule, bucket) in [("ACLs are disabled", shut()), ("public ones are ignored", ignoring)] {
        let world = World::new().await;
        world.put("photos", bucket);
        world.scan().await;
        world.object("photos/a.jpg", acl(Some(EVERYBODY)));
        world
            .handle(&[of("e-1", "PutObjectAcl", json!({"x-amz-acl": "public-read"})), notified("e-2")])
            .await;
        world.handle(&[of("e-3", "CompleteMultipartUpload", json!({}))]).await;
        assert_eq!((world.told().await, world.facts().looks), (vec![], 0), "{rule}");
        assert_eq!((world.asked(), world.store.next_revisit().await.unwrap()), (vec![], None), "{rule}");
    }
}

#[tokio::test]
async fn an_object_that_is_its_owners_alone_opens_nothing_and_is_not_remembered() {
    let world = world().await;
    world.object("photos/a.jpg", acl(None));
    let handled =
        world.handle(&[of("e-1", "PutObject", json!({})), of("e-2", "DeleteObject", json!({}))]).await;
    assert_eq!((handled.events, handled.looks), (0, 0));
    world.handle(&[of("e-3", "PutObjectAcl", json!({"x-amz-acl": "private"}))]).await;
    assert_eq!((world.told().await, world.changed().await), (vec![], vec![]));
}

#[tokio::test]
async fn an_open_object_closes_when_it_is_shut_overwritten_or_deleted() {
    let acl_put = of("e-2", "PutObjectAcl", json!({"x-amz-acl": "private"}));
    for (rule, now, told) in [
        ("shut", acl(None), acl_put),
        ("overwritten", acl(None), of("e-2", "PutObject", json!({}))),
        ("deleted", Observed::Absent, of("e-2", "DeleteObject", json!({}))),
        (
            "deleted with others",
            Observed::Absent,
            event("e-2", "DeleteObjects", 1, json!({"bucketName": "photos"})),
        ),
    ] {
        let world = world().await;
        world.object("photos/a.jpg", acl(Some(EVERYBODY)));
        world.handle(&[of("e-1", "PutObject", json!({"x-amz-acl": "public-read"}))]).await;
        world.object("photos/a.jpg", now);
        world.handle(&[told]).await;
        assert_eq!(world.told().await, ["opened photos", "closed photos"], "{rule}");
        assert_eq!(world.history().await[1].cause.event(), Some("e-2"), "{rule}");
    }
}

#[tokio::test]
async fn one_object_more_widens_and_what_is_known_of_the_others_stays() {
    let world = world().await;
    world.object("photos/a.jpg", acl(Some(EVERYBODY)));
    world.object("photos/b.jpg", acl(Some(EVERYBODY)));
    world.handle(&[of("e-1", "PutObjectAcl", json!({}))]).await;
    world.handle(&[of("e-2", "PutObjectAcl", json!({"key": "b.jpg"}))]).await;
    world.scan().await;
    world.handle(&[event("e-3", "PutBucketTagging", -20, json!({"bucketName": "photos"}))]).await;
    assert_eq!(
        world.changed().await,
        ["opened photos", "widened photos"],
        "neither a scan nor a look closes"
    );
    world.facts().objects.clear();
    world.wait(61).await;
    assert_eq!(world.changed().await[2..], ["closed photos"], "open objects are asked in every later look");
}

#[tokio::test]
async fn an_object_that_appears_late_is_found_by_the_last_look() {
    let world = world().await;
    world.handle(&[of("e-1", "CreateMultipartUpload", json!({"x-amz-acl": "public-read"}))]).await;
    assert_eq!(world.changed().await, [""; 0]);
    world.object("photos/a.jpg", acl(Some(EVERYBODY)));
    assert_eq!(world.wait(61).await, 1);
    assert_eq!(world.changed().await, ["opened photos"]);
    assert_eq!(world.store.next_revisit().await.unwrap(), None);
}

#[tokio::test]
async fn an_object_that_may_not_be_read_is_told_by_what_was_asked_for() {
    for (told, exposures) in
        [(of("e-1", "PutObjectAcl", json!({"x-amz-acl": "public-read"})), 1), (notified("e-1"), 0)]
    {
        let world = world().await;
        world.object("photos/a.jpg", Observed::Unreadable(Unreadable::denied()));
        world.handle(&[told]).await;
        let notices = world.notices().await;
        let [notice] = &notices[..] else { panic!("{notices:?}") };
        let NoticeBody::Event(event) = &notice.body else { panic!("{notice:?}") };
        assert_eq!(event.code.as_ref().map(|code| code.as_raw()), Some("AccessDenied"));
        assert_eq!((event.kind, event.exposures.len()), (OccurrenceKind::Unverified, exposures));
    }
}

#[tokio::test]
async fn an_object_that_does_not_answer_is_asked_again() {
    let world = world().await;
    let busy = Unreadable { code: "SlowDown".to_owned(), passing: true };
    world.object("photos/a.jpg", Observed::Unreadable(busy));
    world.handle(&[notified("e-1")]).await;
    assert_eq!((world.told().await, world.changed().await), (vec![], vec![]));
    world.object("photos/a.jpg", acl(Some(EVERYBODY)));
    assert_eq!(world.wait(6).await, 1);
    assert_eq!(world.told().await, ["opened photos"]);
}

#[tokio::test]
async fn of_many_open_objects_some_are_kept_and_every_one_is_told() {
    let world = world().await;
    let put =
        |number: usize| of(&format!("e-{number:02}"), "PutObjectAcl", json!({"key": format!("{number:02}")}));
    let all: Vec<Value> = (0..40).map(put).collect();
    for number in 0..40 {
        world.object(&format!("photos/{number:02}"), acl(Some(EVERYBODY)));
    }
    world.handle(&all).await;
    let told = world.told().await;
    assert_eq!(told.iter().filter(|line| line.starts_with("unverified PutObjectAcl")).count(), 8, "{told:?}");
    let [transition] = &world.history().await[..] else { panic!("one transition") };
    assert_eq!(transition.after.as_ref().unwrap()["exposures"].as_array().unwrap().len(), 32);
}

#[tokio::test]
async fn a_refused_attempt_to_open_an_object_is_told_and_costs_no_look() {
    let world = world().await;
    let attempt = of("e-1", "PutObjectAcl", json!({"x-amz-acl": "public-read"}));
    world.handle(&[with(attempt, "errorCode", json!("AccessDenied"))]).await;
    assert_eq!(world.told().await, ["refused PutObjectAcl photos, 1 asked"]);
    assert_eq!(world.facts().looks, 0);
}
