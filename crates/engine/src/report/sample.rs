//! Documents for tests, with hostile names in them, and the schemas that they must obey.

use std::collections::BTreeMap;

use bucketwatch_exposure::assessment::{self as domain, ExposureNote, Objects, Path, Severity, Verdict};
use bucketwatch_policy::action::{Access, ActionSet};
use bucketwatch_policy::catalogue;
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::reach::{Audience, Note};
use bucketwatch_policy::request::{Caller, Context};
use bucketwatch_policy::untrusted::Untrusted;
use bucketwatch_policy::witness::Witness;
use jiff::Timestamp;
use serde_json::Value;

use super::End;
use super::wire::{AssessmentDocument, ErrorDocument, Origin, Side, TransitionDocument};
use crate::notice::{Deed, TransitionCause, TransitionRecord};
use crate::report::threshold::Tally;

/// A name that attacks every sink.
pub(crate) const HOSTILE: &str = "=cmd|'\u{1b}[31m\r\n\u{202e}\"],<b>${jndi}\\";

/// The instant of every sample.
pub(crate) fn instant() -> Timestamp {
    "2026-11-22T06:00:00Z".parse().unwrap()
}

/// The account of every sample.
pub(crate) fn account() -> AccountId {
    AccountId::parse("111122223333").unwrap()
}

fn origin() -> Origin {
    Origin { source: account().as_str().into(), observed_at: Some(instant()) }
}

fn assessment(bucket: &str, verdict: Verdict) -> domain::Assessment {
    domain::Assessment {
        bucket: Some(bucket.into()),
        account: Some(account()),
        region: Some("eu-west-1".to_owned()),
        verdict,
        aws_public: None,
        discrepancy: None,
        exposures: Vec::new(),
        latent: Vec::new(),
        latent_unknown: Vec::new(),
        ineffective: Vec::new(),
        objects: Objects::CannotMatter,
        undetermined: Vec::new(),
        diagnostics: Vec::new(),
    }
}

fn exposure(bucket: &str) -> domain::Exposure {
    let action = catalogue::find("s3:GetObject").unwrap();
    let mut context = Context::default();
    context.set("aws:sourceip", "198.51.100.1");
    let witness = Witness {
        caller: Caller::Anonymous,
        action,
        resource: Untrusted::new(format!("arn:aws:s3:::{bucket}/a")),
        context,
        absent: vec!["aws:referer".to_owned()],
        endpoint: None,
    };
    domain::Exposure {
        fingerprint: "f00d".to_owned(),
        audience: Audience::Anyone { ranges: Vec::new() },
        path: Path::BucketPolicy,
        via: None,
        access: vec![Access::Read],
        actions: ActionSet::from_iter([action]),
        resources: vec![Untrusted::new(format!("arn:aws:s3:::{bucket}/*"))],
        resources_except: Vec::new(),
        pointers: vec!["/policy/Statement/0".to_owned()],
        statement: Some(HOSTILE.into()),
        severity: Severity::High,
        validity: None,
        witnesses: vec![(Access::Read, witness)],
        notes: vec![ExposureNote::WebsiteEndpoint, ExposureNote::Policy(Note::Federated(HOSTILE.into()))],
    }
}

/// A public bucket whose names are hostile.
pub(crate) fn public() -> AssessmentDocument {
    let mut assessment = assessment(HOSTILE, Verdict::Public);
    assessment.aws_public = Some(true);
    assessment.exposures.push(exposure("photos"));
    assessment.latent.push(domain::Latent {
        exposure: exposure("photos"),
        held_by: vec!["deny:/policy/Statement/1".to_owned()],
    });
    AssessmentDocument::new(origin(), &assessment)
}

/// A bucket whose policy may not be read.
pub(crate) fn undetermined() -> AssessmentDocument {
    let mut assessment = assessment("secrets", Verdict::Undetermined);
    assessment.objects = Objects::Unchecked;
    assessment.undetermined.push(domain::Undetermined {
        what: "policy",
        operation: Some("GetBucketPolicy"),
        permission: Some("s3:GetBucketPolicy"),
        why: "AccessDenied".to_owned(),
        exposures: vec![exposure("secrets")],
    });
    AssessmentDocument::new(origin(), &assessment)
}

/// A bucket that is shut.
pub(crate) fn not_public() -> AssessmentDocument {
    AssessmentDocument::new(origin(), &assessment("private", Verdict::NotPublic))
}

/// A file that is no JSON.
pub(crate) fn error() -> ErrorDocument {
    ErrorDocument {
        source: "policies/=bad.json".into(),
        error: "expected a value".into(),
        line: Some(5),
        column: Some(17),
    }
}

/// What somebody did before.
pub(crate) fn deed() -> Deed {
    Deed {
        event: "e0".to_owned(),
        name: "DeleteBucketPublicAccessBlock".into(),
        at: instant(),
        actor: HOSTILE.into(),
        agent: HOSTILE.into(),
        address: "198.51.100.8".into(),
    }
}

/// The record of the public bucket's opening.
pub(crate) fn opened_record() -> TransitionRecord {
    let side = |document: &AssessmentDocument| serde_json::to_value(Side::of(document, BTreeMap::new())).ok();
    TransitionRecord {
        id: "0198-opened".to_owned(),
        at: instant(),
        bucket: HOSTILE.into(),
        account: account(),
        region: Some("eu-west-1".to_owned()),
        kind: "opened".to_owned(),
        inner: None,
        before: side(&not_public()),
        after: side(&public()),
        cause: TransitionCause::Event {
            id: "e1".to_owned(),
            actor: HOSTILE.into(),
            agent: HOSTILE.into(),
            address: "198.51.100.9".into(),
            name: "PutBucketPolicy".into(),
            at: Some(instant()),
            also: vec![deed()],
        },
        group_key: "e1".to_owned(),
        acceptance: Default::default(),
    }
}

/// The document of the public bucket's opening.
pub(crate) fn opened() -> TransitionDocument {
    (&opened_record()).into()
}

/// The end of a scan over one public and one undetermined bucket.
pub(crate) fn end() -> End {
    let mut tally = Tally::default();
    [public(), undetermined()].iter().for_each(|assessment| tally.add(assessment));
    End { finished_at: instant(), accounts: vec![account()], tally, coverage: tally.coverage(12, 1) }
}

/// Asserts that `document` obeys `schemas/NAME.schema.json`.
pub(crate) fn assert_valid(name: &str, document: &Value) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas");
    let schema = |name: &str| -> Value {
        let text = std::fs::read_to_string(folder.join(format!("{name}.schema.json"))).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let mut registry = jsonschema::Registry::new();
    for name in ["assessment", "error", "transition", "notice", "exception"] {
        registry = registry.add(format!("urn:bucketwatch:{name}:1"), schema(name)).unwrap();
    }
    let registry = registry.prepare().unwrap();
    let validator = jsonschema::options().with_registry(&registry).build(&schema(name)).unwrap();
    let faults: Vec<_> = validator.iter_errors(document).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{name}: {faults:#?}");
}
