mod small_world;

use bucketwatch_policy::action::Access::{self, Delete, List, Read, Write};

use super::*;
use crate::assessment::{Path, Verdict};
use crate::standing::Standing;

fn at(day: i8) -> Timestamp {
    format!("2026-11-{day:02}T00:00:00Z").parse().unwrap()
}

fn account(digit: &str) -> AccountId {
    AccountId::parse(&digit.repeat(12)).unwrap()
}

fn anyone() -> Audience {
    Audience::Anyone { ranges: Vec::new() }
}

fn signed() -> Audience {
    Audience::AnyAwsAccount { ranges: Vec::new() }
}

fn from(range: &str) -> Audience {
    Audience::Network { ranges: vec![range.to_owned()], vpcs: Vec::new(), endpoints: Vec::new() }
}

fn named(digits: &[&str]) -> Audience {
    Audience::Account { ids: digits.iter().map(|digit| account(digit)).collect(), principals: Vec::new() }
}

fn texts(texts: &[&str]) -> Vec<Untrusted> {
    texts.iter().map(|text| (*text).into()).collect()
}

fn accepted(audience: Audience, access: &[Access], resources: &[&str]) -> Accepted {
    let resources = texts(resources);
    Accepted { audience, access: access.to_vec(), resources, resources_except: Vec::new() }
}

fn entry(audience: Audience, access: &[Access], resources: &[&str]) -> Entry {
    Entry {
        fingerprint: format!("{audience:?}{access:?}{resources:?}"),
        path: Path::BucketPolicy,
        via: None,
        audience,
        access: access.to_vec(),
        resources: texts(resources),
        resources_except: Vec::new(),
        accepted_by: None,
    }
}

fn public_read() -> Entry {
    entry(anyone(), &[Read], &["arn:aws:s3:::web/*"])
}

/// Anyone may read the objects of `web` until the 20th.
fn exception() -> Exception {
    Exception {
        id: "x".to_owned(),
        account: account("1"),
        bucket: "web".into(),
        accepted: vec![Accepted::of(&public_read())],
        owner: "web team".into(),
        reason: "the website".into(),
        until: at(20),
        incarnation: None,
        while_tag: None,
        made: None,
        revoked: None,
    }
}

fn subject<'a>(account: &'a AccountId, bucket: &'a Untrusted, tags: &'a [Tag]) -> Subject<'a> {
    Subject { account: Some(account), bucket: Some(bucket), incarnation: Some(1), tags }
}

fn standing(entries: &[Entry]) -> Standing {
    Standing { verdict: Verdict::Public, complete: true, entries: entries.to_vec() }
}

#[test]
fn an_exception_covers_what_it_contains_axis_by_axis() {
    let all = &["arn:aws:s3:::web", "arn:aws:s3:::web/*"][..];
    let parts = [accepted(anyone(), &[Read], &["web/*"]), accepted(anyone(), &[List], &["web"])];
    let halves = [
        accepted(Audience::Anyone { ranges: vec!["10.0.0.0/9".to_owned()] }, &[Read], &["web/*"]),
        accepted(from("10.128.0.0/9"), &[Read], &["web/*"]),
    ];
    let cut =
        Accepted { resources_except: texts(&["web/secret/*"]), ..accepted(anyone(), &[Read], &["web/*"]) };
    let spared = Entry { resources_except: texts(&["web/secret/*"]), ..entry(anyone(), &[Read], &["web/*"]) };
    let one = |accepted| vec![accepted];
    let rows = [
        ("the same", one(accepted(anyone(), &[Read], all)), entry(anyone(), &[Read], all), true),
        ("a lesser audience", one(accepted(anyone(), &[Read], all)), entry(signed(), &[Read], all), true),
        ("a wider audience", one(accepted(signed(), &[Read], all)), entry(anyone(), &[Read], all), false),
        (
            "a part of a network",
            one(accepted(from("10.0.0.0/8"), &[Read], all)),
            entry(from("10.1.0.0/16"), &[Read], all),
            true,
        ),
        (
            "another network",
            one(accepted(from("10.0.0.0/8"), &[Read], all)),
            entry(from("11.0.0.0/8"), &[Read], all),
            false,
        ),
        (
            "one of two accounts",
            one(accepted(named(&["1", "2"]), &[Read], all)),
            entry(named(&["2"]), &[Read], all),
            true,
        ),
        (
            "a third account",
            one(accepted(named(&["1", "2"]), &[Read], all)),
            entry(named(&["3"]), &[Read], all),
            false,
        ),
        (
            "one of two accesses",
            one(accepted(anyone(), &[Read, List], all)),
            entry(anyone(), &[List], all),
            true,
        ),
        (
            "write beside read",
            one(accepted(anyone(), &[Read], all)),
            entry(anyone(), &[Write, Read], all),
            false,
        ),
        (
            "a prefix",
            one(accepted(anyone(), &[Read], all)),
            entry(anyone(), &[Read], &["arn:aws:s3:::web/a/*"]),
            true,
        ),
        (
            "more than a prefix",
            one(accepted(anyone(), &[Read], &["web/a/*"])),
            entry(anyone(), &[Read], &["web/*"]),
            false,
        ),
        (
            "another bucket",
            one(accepted(anyone(), &[Read], &["web/*"])),
            entry(anyone(), &[Read], &["data/*"]),
            false,
        ),
        ("each part of it, not together", parts.to_vec(), entry(anyone(), &[Read], &["web"]), false),
        ("two halves of a network", halves.to_vec(), entry(from("10.0.0.0/8"), &[Read], &["web/*"]), true),
        ("what was cut out is open now", one(cut.clone()), entry(anyone(), &[Read], &["web/*"]), false),
        ("what was cut out still is", one(cut), spared, true),
        ("nothing is accepted", Vec::new(), public_read(), false),
        ("nobody is named", one(accepted(anyone(), &[Read], all)), entry(named(&[]), &[Read], all), false),
        ("no access is named", one(accepted(anyone(), &[Read], all)), entry(anyone(), &[], all), false),
        ("no resource is named", one(accepted(anyone(), &[Read], all)), entry(anyone(), &[Read], &[]), false),
    ];
    for (name, accepted, entry, expected) in rows {
        let exception = Exception { accepted, ..exception() };
        assert_eq!(exception.covers(&entry), expected, "{name}");
        let beyond = exception.beyond(&entry);
        assert!(!expected || beyond == Beyond::default(), "{name}: covered, and yet beyond: {beyond:?}");
    }
}

#[test]
fn an_exception_concerns_the_buckets_that_its_pattern_names_in_its_account() {
    for (pattern, bucket, owner, expected) in [
        ("web", "web", "1", true),
        ("web", "web", "2", false),
        ("web", "webb", "1", false),
        ("web-*", "web-eu", "1", true),
        ("web-*", "web", "1", false),
        ("web-??", "web-eu", "1", true),
        ("*", "anything", "1", true),
        ("WEB", "web", "1", false),
        ("", "web", "1", false),
    ] {
        let exception = Exception { bucket: pattern.into(), ..exception() };
        let (owner, bucket) = (account(owner), bucket.into());
        assert_eq!(exception.concerns(&subject(&owner, &bucket, &[])), expected, "{pattern} {bucket:?}");
    }
    let nowhere = Subject { account: None, bucket: Some(&"web".into()), incarnation: None, tags: &[] };
    assert!(!exception().concerns(&nowhere), "an account that nobody knows is no account");
}

#[test]
fn an_exception_ends_by_time_revocation_incarnation_and_tag() {
    let nanosecond = jiff::SignedDuration::from_nanos(1);
    let tag = |value: &str| Tag { key: "owner".into(), value: value.into() };
    let by = Act { by: "jane".into(), at: at(9) };
    let plain = exception();
    let revoked = Exception { revoked: Some(by.clone()), ..exception() };
    let first = Exception { incarnation: Some(1), ..exception() };
    let second = Exception { incarnation: Some(2), ..exception() };
    let tagged = Exception { while_tag: Some(tag("web")), ..exception() };
    let (account, bucket) = (account("1"), Untrusted::new("web"));
    let rows = [
        ("in its time", &plain, at(10), vec![], None),
        ("in its last nanosecond", &plain, at(20) - nanosecond, vec![], None),
        ("at its end", &plain, at(20), vec![], Some(Lapse::Expired)),
        ("long after", &plain, at(30), vec![], Some(Lapse::Expired)),
        ("taken back", &revoked, at(10), vec![], Some(Lapse::Revoked(by.clone()))),
        ("taken back before it expired", &revoked, at(30), vec![], Some(Lapse::Revoked(by.clone()))),
        ("the same bucket", &first, at(10), vec![], None),
        ("a bucket created anew", &second, at(10), vec![], Some(Lapse::CreatedAnew)),
        ("the same tag", &tagged, at(10), vec![tag("web")], None),
        ("another tag", &tagged, at(10), vec![tag("data")], Some(Lapse::TagChanged(Some("data".into())))),
        ("no tag, or unreadable tags", &tagged, at(10), vec![], Some(Lapse::TagChanged(None))),
    ];
    for (name, exception, at, tags, expected) in rows {
        assert_eq!(exception.lapse(&subject(&account, &bucket, &tags), at), expected, "{name}");
    }
    let unknown = Subject { incarnation: None, ..subject(&account, &bucket, &[]) };
    assert_eq!(first.lapse(&unknown, at(10)), Some(Lapse::CreatedAnew));
}

#[test]
fn of_several_exceptions_the_one_that_lasts_longest_is_named() {
    let (account, bucket) = (account("1"), Untrusted::new("web"));
    let lasting = |id: &str, day| Exception { id: id.to_owned(), until: at(day), ..exception() };
    let all = [lasting("a", 12), lasting("c", 15), lasting("b", 15)];
    let id = |day| {
        let found = accepting(&all, &subject(&account, &bucket, &[]), &public_read(), at(day));
        found.map(|exception| exception.id.as_str())
    };
    assert_eq!((id(10), id(13), id(15)), (Some("b"), Some("b"), None));
}

#[test]
fn what_fails_to_cover_an_opening_is_named_with_the_reason() {
    let (account, bucket) = (account("1"), Untrusted::new("web"));
    let subject = subject(&account, &bucket, &[]);
    let write = entry(anyone(), &[Write, Read], &["arn:aws:s3:::web/*", "arn:aws:s3:::web"]);
    let marked = Entry { accepted_by: Some("x".to_owned()), ..public_read() };
    let before = standing(std::slice::from_ref(&marked));
    let why = |exceptions: &[Exception], before: Option<&Standing>, after: &[Entry], day| -> Vec<String> {
        let after = standing(after);
        let failing = failing(exceptions, &subject, before, &after, at(day)).into_iter();
        failing
            .map(|failing| match failing {
                Failing::Lapsed(exception, lapse) => format!("{} {lapse:?}", exception.id),
                Failing::Outgrown(exception, beyond) => {
                    let Beyond { audience, access, resources } = beyond;
                    format!("{} outgrown {audience:?} {access:?} {resources:?}", exception.id)
                }
                Failing::Withdrawn(id) => format!("{id} withdrawn"),
            })
            .collect()
    };
    let one = [exception()];
    let anew = [Exception { incarnation: Some(7), ..exception() }];
    let none: [&str; 0] = [];
    assert_eq!(why(&one, Some(&before), std::slice::from_ref(&marked), 10), none, "all is covered");
    assert_eq!(why(&one, Some(&before), &[public_read()], 20), ["x Expired"]);
    assert_eq!(why(&one, None, &[public_read()], 20), none, "it had ended before this was open");
    let outgrown = "x outgrown None [Write] [\"arn:aws:s3:::web\"]";
    assert_eq!(why(&one, Some(&before), &[marked.clone(), write], 10), [outgrown]);
    assert_eq!(why(&anew, None, &[public_read()], 10), ["x CreatedAnew"]);
    assert_eq!(why(&anew, None, &[entry(anyone(), &[Delete], &["b"])], 10), none, "it never covered that");
    assert_eq!(why(&[], Some(&before), &[public_read()], 10), ["x withdrawn"]);
}

#[test]
fn the_stored_form_is_what_the_first_version_wrote() {
    let whole = Exception {
        incarnation: Some(2),
        while_tag: Some(Tag { key: "owner".into(), value: "web".into() }),
        made: Some(Act { by: "jane".into(), at: at(1) }),
        revoked: Some(Act { by: "joe".into(), at: at(2) }),
        ..exception()
    };
    let stored = r#"{"id":"x","account":"111111111111","bucket":"web","accepted":[{"audience":{"kind":"anyone"},"access":["read"],"resources":["arn:aws:s3:::web/*"]}],"owner":"web team","reason":"the website","until":"2026-11-20T00:00:00Z","incarnation":2,"while_tag":{"key":"owner","value":"web"},"made":{"by":"jane","at":"2026-11-01T00:00:00Z"},"revoked":{"by":"joe","at":"2026-11-02T00:00:00Z"}}"#;
    assert_eq!(serde_json::to_string(&whole).unwrap(), stored);
    assert_eq!(serde_json::from_str::<Exception>(stored).unwrap(), whole);
}
