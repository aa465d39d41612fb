//! Records to store.

use std::collections::BTreeMap;

use bucketwatch_engine::notice::{Acceptance, Notice, NoticeBody, TransitionCause, TransitionRecord};
use bucketwatch_engine::state::{
    AccountRecord, AssessmentRecord, BucketKey, BucketRecord, Facet, FacetKind, Look, OutgoingNotice, RunId,
    RunRequest, StandingRecord,
};
use bucketwatch_exposure::assessment::{Objects, Severity, Verdict};
use bucketwatch_exposure::exception::{Accepted, Act, Exception, Tag};
use bucketwatch_exposure::standing::Standing;
use bucketwatch_policy::action::Access;
use bucketwatch_policy::name::{AccountId, Partition};
use bucketwatch_policy::reach::Audience;
use jiff::Timestamp;
use serde_json::json;

/// Gives an instant: `second` past the start of the samples, and some nanoseconds.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::new(1_795_000_000 + second, 123_456_789).unwrap()
}

pub(crate) fn account_id() -> AccountId {
    AccountId::parse("123456789012").unwrap()
}

pub(crate) fn key(name: &str) -> BucketKey {
    BucketKey { account: account_id(), name: name.into() }
}

pub(crate) fn request(run: &str, second: i64) -> RunRequest {
    RunRequest { id: RunId::new(run), holder: format!("host:{run}"), at: at(second), until: at(second + 60) }
}

pub(crate) fn account() -> AccountRecord {
    AccountRecord {
        account: account_id(),
        version: 0,
        partition: Partition::Aws,
        block: Some(Facet { observed_at: at(0), document: json!({ "account": null }) }),
        revision: 1,
        failed_runs: 0,
        last_look: Look { at: at(0), run: None },
        baseline: None,
    }
}

/// Gives a bucket with every field filled.
pub(crate) fn bucket(name: &str, verdict: Verdict) -> BucketRecord {
    let facet = |document| Facet { observed_at: at(2), document };
    BucketRecord {
        key: key(name),
        version: 0,
        region: Some("eu-west-1".to_owned()),
        incarnation: 1,
        first_seen_at: at(1),
        last_look: Look { at: at(3), run: None },
        failed_runs: 1,
        facets: BTreeMap::from([
            (FacetKind::Configuration, facet(json!({ "policy": "{\"Statement\": []}\n", "acl": null }))),
            (
                FacetKind::AccessPoints,
                facet(json!({ "access_points": [{ "name": "a", "policy": "{\"Statement\": []}\n" }] })),
            ),
            (FacetKind::Objects, facet(json!({ "object_acls": [] }))),
        ]),
        assessment: Some(AssessmentRecord {
            verdict,
            severity: (verdict == Verdict::Public).then_some(Severity::High),
            objects: Objects::Unchecked,
            observed_at: at(2),
            document: json!({ "verdict": verdict, "exposures": [] }),
        }),
        standing: Some(StandingRecord {
            verdict: Verdict::NotPublic,
            since: at(1),
            standing: Standing::shut(),
            side: json!({ "verdict": "not_public", "exposures": [] }),
        }),
        sight_lost_at: Some(at(3)),
        deleted_at: None,
        account_revision: 1,
    }
}

pub(crate) fn transition(id: &str, bucket: &str, run: &str) -> TransitionRecord {
    TransitionRecord {
        id: id.to_owned(),
        at: at(4),
        bucket: bucket.into(),
        account: account_id(),
        region: None,
        kind: "opened".to_owned(),
        inner: None,
        before: None,
        after: Some(json!({ "verdict": "public", "exposures": [] })),
        cause: TransitionCause::Scan { run: run.to_owned() },
        group_key: run.to_owned(),
        acceptance: Acceptance::default(),
    }
}

/// Gives an exception with every field filled.
pub(crate) fn exception(id: &str, second: i64) -> Exception {
    let accepted = Accepted {
        audience: Audience::Anyone { ranges: Vec::new() },
        access: vec![Access::Read],
        resources: vec!["arn:aws:s3:::b/*".into()],
        resources_except: vec!["arn:aws:s3:::b/x".into()],
    };
    Exception {
        id: id.to_owned(),
        account: account_id(),
        bucket: "b".into(),
        accepted: vec![accepted],
        owner: "web team".into(),
        reason: "the website".into(),
        until: at(second),
        incarnation: Some(1),
        while_tag: Some(Tag { key: "owner".into(), value: "web".into() }),
        made: Some(Act { by: "jane".into(), at: at(0) }),
        revoked: None,
    }
}

pub(crate) fn notice(id: &str, second: i64, notifiers: &[&str]) -> OutgoingNotice {
    OutgoingNotice {
        notice: Notice {
            id: id.to_owned(),
            at: at(second),
            body: NoticeBody::Transitions { transitions: vec![transition(id, "b", "r")] },
            group_key: "r".to_owned(),
        },
        notifiers: notifiers.iter().map(|&name| name.to_owned()).collect(),
    }
}
