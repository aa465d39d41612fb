//! Notices to deliver.

use bucketwatch_engine::notice::{Notice, NoticeBody, TransitionCause, TransitionRecord};
use bucketwatch_policy::name::AccountId;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Names that attack a line, a structured value, a terminal or a reader.
pub(crate) const HOSTILE: [&str; 9] = [
    "new\nline\r\n<0>1 - - - - - - forged",
    "\"] [forged@1 a=\"b",
    "back\\slash\\",
    "]]]",
    "\u{1b}[31mred\u{7}\0",
    "\u{202e}drow\u{200b}\u{feff}",
    "12 <34>1 octets",
    "é日😀",
    "${jndi:ldap://x}{\"json\": [",
];

fn account() -> AccountId {
    AccountId::parse("123456789012").unwrap()
}

fn at() -> Timestamp {
    "2026-11-22T06:00:00.123456789Z".parse().unwrap()
}

/// Gives a way in for anyone, of the given severity.
pub(crate) fn exposure(severity: &str, access: &str) -> Value {
    json!({
        "fingerprint": "f00d", "audience": "anyone", "audience_detail": {}, "path": "bucket_policy",
        "access": [access], "actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::photos/*"],
        "pointer": "/policy/Statement/0", "statement": "Public\u{1b}Read", "severity": severity, "valid": null,
        "accepted_by": null, "witness": null, "notes": []
    })
}

/// Gives the record of a bucket's opening.
pub(crate) fn record(bucket: &str) -> TransitionRecord {
    TransitionRecord {
        id: "t1".to_owned(),
        at: at(),
        bucket: bucket.into(),
        account: account(),
        region: Some("eu-west-1".to_owned()),
        kind: "opened".to_owned(),
        inner: None,
        before: Some(json!({ "verdict": "not_public", "exposures": [] })),
        after: Some(json!({ "verdict": "public", "exposures": [exposure("high", "read")] })),
        cause: TransitionCause::Event {
            id: "e1".to_owned(),
            actor: bucket.into(),
            agent: "aws-cli/2".into(),
            address: "198.51.100.9".into(),
            name: "PutBucketPolicy".into(),
            at: None,
            also: Vec::new(),
        },
        group_key: "e1".to_owned(),
        acceptance: Default::default(),
    }
}

/// Gives a notice of `records`.
pub(crate) fn notice(id: &str, transitions: Vec<TransitionRecord>) -> Notice {
    Notice {
        id: id.to_owned(),
        at: at(),
        body: NoticeBody::Transitions { transitions },
        group_key: "e1".to_owned(),
    }
}

/// Gives a notice that each of `buckets` has opened.
pub(crate) fn opened(id: &str, buckets: &[&str]) -> Notice {
    notice(id, buckets.iter().map(|bucket| record(bucket)).collect())
}

/// Gives a notice in which every text that a stranger can choose is `text`.
pub(crate) fn hostile(id: &str, text: &str) -> Notice {
    let mut record = record(text);
    let mut exposure = exposure("high", "read");
    exposure["statement"] = text.into();
    record.after =
        Some(json!({ "verdict": "public", "exposures": [exposure], "tags": {"owner": text, text: text} }));
    if let TransitionCause::Event { actor, agent, address, name, .. } = &mut record.cause {
        [actor, agent, address, name].into_iter().for_each(|chosen| *chosen = text.into());
    }
    notice(id, vec![record])
}

/// Gives the notice of a first run.
pub(crate) fn baseline(id: &str) -> Notice {
    let worst = HOSTILE.iter().map(|&name| name.into()).collect();
    let body = NoticeBody::Baseline {
        account: account(),
        buckets: 12,
        public: 9,
        accepted: 0,
        undetermined: 1,
        worst,
    };
    Notice { id: id.to_owned(), at: at(), body, group_key: "run-1".to_owned() }
}
