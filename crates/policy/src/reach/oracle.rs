//! The plain evaluator as oracle, both ways: what it lets in must be covered by an opening, and each witness must be
//! let in. `BUCKETWATCH_PROPTEST_CASES` sets the number of policies.

use std::cell::RefCell;
use std::net::IpAddr;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

use super::glob::Glob;
use super::*;
use crate::catalogue;
use crate::document::Policy;
use crate::evaluate::evaluate;
use crate::name::{AccountId, Partition};
use crate::request::{Caller, Context, Request, Signed};
use crate::setting::Setting;

/// Reads choices off a list of numbers, so that shrinking the list shrinks the case.
struct Dice<'d> {
    rolls: std::slice::Iter<'d, u16>,
}

impl Dice<'_> {
    fn roll(&mut self, sides: usize) -> usize {
        usize::from(self.rolls.next().copied().unwrap_or(0)) % sides
    }

    fn one_in(&mut self, sides: usize) -> bool {
        self.roll(sides) == sides - 1
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())].clone()
    }
}

const NAMED: &str = "444455556666";
const STRANGER: &str = "777700001111";

fn policy(dice: &mut Dice<'_>) -> String {
    let mut statements = vec![statement(dice, true)];
    for _ in 0..dice.roll(4) {
        let allow = dice.one_in(4);
        statements.push(statement(dice, allow));
    }
    let version = if dice.one_in(8) { "2008-10-17" } else { "2012-10-17" };
    json!({"Version": version, "Statement": statements}).to_string()
}

fn statement(dice: &mut Dice<'_>, allow: bool) -> Value {
    let mut statement = Map::new();
    statement.insert("Effect".into(), json!(if allow { "Allow" } else { "Deny" }));
    let who = [
        json!("*"),
        json!("*"),
        json!("*"),
        json!({"AWS": NAMED}),
        json!({"AWS": format!("arn:aws:iam::{NAMED}:user/bob")}),
        json!({"Service": "cloudtrail.amazonaws.com"}),
    ];
    let element = if dice.one_in(12) { "NotPrincipal" } else { "Principal" };
    statement
        .insert(element.into(), if element == "Principal" { dice.pick(&who) } else { dice.pick(&who[3..]) });
    let what = ["s3:GetObject", "s3:*", "s3:ListBucket", "s3:Get*", "s3:PutObject"];
    statement.insert(if dice.one_in(12) { "NotAction" } else { "Action" }.into(), json!(dice.pick(&what)));
    let which = [
        json!(["arn:aws:s3:::b", "arn:aws:s3:::b/*"]),
        json!("arn:aws:s3:::b/*"),
        json!("arn:aws:s3:::b*"),
        json!("arn:aws:s3:::b/x*"),
        json!("arn:aws:s3:::b/?y*"),
        json!("arn:aws:s3:::b/${aws:username}/*"),
        json!(["arn:aws:s3:::b/x", "arn:aws:s3:::b/xy"]),
    ];
    statement.insert(if dice.one_in(12) { "NotResource" } else { "Resource" }.into(), dice.pick(&which));
    let mut conditions: Map<String, Value> = Map::new();
    for _ in 0..dice.roll(4) {
        let (operator, key, value) = entry(dice);
        let keys = conditions.entry(operator).or_insert_with(|| json!({}));
        keys[key] = value;
    }
    if !conditions.is_empty() {
        statement.insert("Condition".into(), conditions.into());
    }
    Value::Object(statement)
}

fn entry(dice: &mut Dice<'_>) -> (String, &'static str, Value) {
    let texts = ["x", "xy", "x*", "*y", "?y", "z", "x?*", ""];
    let families: [(&[&str], &'static str, &[&str]); 13] = [
        (&STRINGS, "aws:Referer", &texts),
        (&STRINGS, "aws:Referer", &texts),
        (&STRINGS, "s3:prefix", &texts),
        (&STRINGS, "s3:ExistingObjectTag/a", &texts),
        (&STRINGS, "aws:PrincipalTag/t", &["x", "xy", "x*", "${aws:username}"]),
        (&STRINGS, "aws:PrincipalOrgID", &["o-named00000", "o-*", "o-other00000"]),
        (&STRINGS, "aws:PrincipalAccount", &[NAMED, "anonymous", "*"]),
        (
            &["ArnLike", "ArnNotLike", "ArnEquals"],
            "aws:PrincipalArn",
            &[
                "arn:aws:iam::444455556666:user/bob",
                "arn:aws:iam::*:user/*",
                "arn:aws:iam::444455556666:*",
                "arn:aws:iam::*:root",
            ],
        ),
        (
            &["IpAddress", "NotIpAddress"],
            "aws:SourceIp",
            &["203.0.113.0/24", "0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8", "::/0", "2001:db8::/64"],
        ),
        (&STRINGS, "aws:SourceVpc", &["vpc-11111111", "vpc-*"]),
        (&["Bool"], "aws:SecureTransport", &["true", "false"]),
        (
            &["NumericLessThan", "NumericGreaterThanEquals", "NumericEquals", "NumericNotEquals"],
            "s3:max-keys",
            &["5", "10", "1"],
        ),
        (&["StringEquals", "StringNotEquals", "StringLike"], "s3:RequestObjectTagKeys", &["x", "y", "x*"]),
    ];
    let (operators, key, values) = families[dice.roll(families.len())];
    if dice.one_in(8) {
        return ("Null".to_owned(), key, json!(dice.pick(&["true", "false"])));
    }
    let mut operator = dice.pick(operators).to_owned();
    if key == "s3:RequestObjectTagKeys" || dice.one_in(12) {
        operator = format!("{}{operator}", dice.pick(&["ForAllValues:", "ForAnyValue:"]));
    }
    if dice.one_in(8) {
        operator.push_str("IfExists");
    }
    let first = dice.pick(values);
    let value = if dice.one_in(3) { json!([first, dice.pick(values)]) } else { json!(first) };
    (operator, key, value)
}

const STRINGS: [&str; 5] =
    ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase"];

fn setting() -> Setting {
    Setting {
        partition: Partition::Aws,
        bucket: Some("b".into()),
        account: AccountId::parse("111122223333"),
        region: Some("eu-west-1".to_owned()),
        organization: None,
        bucket_tags: Some(std::collections::BTreeMap::new()),
        now: "2026-11-22T00:00:00Z".parse().unwrap(),
    }
}

fn caller(dice: &mut Dice<'_>) -> Caller {
    let signed = |account: &str, arn: String, session: Option<String>| {
        Caller::Signed(Signed {
            account: AccountId::parse(account).unwrap(),
            arn: arn.into(),
            session_arn: session.map(Into::into),
            canonical_id: Some("canonical".into()),
            provider: None,
        })
    };
    match dice.roll(8) {
        0..=2 => Caller::Anonymous,
        3 => signed(
            STRANGER,
            format!("arn:aws:iam::{STRANGER}:user/{}", dice.pick(&["x", "eve", "a/xy"])),
            None,
        ),
        4 => signed(STRANGER, format!("arn:aws:iam::{STRANGER}:root"), None),
        5 => signed(
            STRANGER,
            format!("arn:aws:iam::{STRANGER}:role/r"),
            Some(format!("arn:aws:sts::{STRANGER}:assumed-role/r/xy")),
        ),
        6 => signed(NAMED, format!("arn:aws:iam::{NAMED}:user/{}", dice.pick(&["bob", "x"])), None),
        _ => Caller::Service { name: "cloudtrail.amazonaws.com".into() },
    }
}

fn request(dice: &mut Dice<'_>, setting: &Setting) -> Request {
    let caller = caller(dice);
    let name =
        dice.pick(&["s3:GetObject", "s3:ListBucket", "s3:PutObject", "s3:GetObjectAcl", "s3:GetBucketAcl"]);
    let action = catalogue::find(name).unwrap();
    let resource = match action.kind() {
        crate::action::ResourceKind::Object => {
            format!("arn:aws:s3:::b/{}", dice.pick(&["x", "xy", "y", "zy", "eve/k", "x/k"]))
        }
        _ => "arn:aws:s3:::b".to_owned(),
    };
    let mut context = Context::defaults(&caller, setting, action);
    let mut set = |key: &str, value: &str| {
        if action.defines(key) {
            context.set(key, value);
        }
    };
    let texts = ["x", "xy", "y", "zy", "z", "X", "", "xyz"];
    for key in ["aws:Referer", "s3:prefix", "s3:ExistingObjectTag/a"] {
        if dice.one_in(2) {
            set(key, dice.pick(&texts));
        }
    }
    if dice.one_in(2) {
        set("s3:max-keys", dice.pick(&["1", "4", "5", "7", "10", "100"]));
    }
    if let Caller::Signed(signed) = &caller {
        if dice.one_in(2) && !signed.arn.as_raw().ends_with(":root") {
            set("aws:PrincipalTag/t", dice.pick(&texts));
        }
        let organizations: &[&str] = if signed.account.as_str() == NAMED {
            &["o-named00000", "o-other00000", "o-mine000000"]
        } else {
            &["o-mine000000", "o-named00000"]
        };
        if dice.one_in(2) {
            set("aws:PrincipalOrgID", dice.pick(organizations));
        }
    }
    if dice.one_in(3) {
        set("aws:SecureTransport", "false");
    }
    let through = dice.one_in(3);
    if through {
        set("aws:SourceVpc", dice.pick(&["vpc-11111111", "vpc-99999999"]));
        set("aws:SourceVpce", "vpce-99999999");
        set("aws:VpcSourceIp", "10.0.0.7");
    } else {
        set("aws:SourceIp", dice.pick(&["203.0.113.9", "198.51.100.7", "9.9.9.9", "2001:db8::5", "2a00::1"]));
    }
    if dice.one_in(2) && action.defines("s3:RequestObjectTagKeys") {
        let keys = dice.pick(&[vec!["x"], vec!["y"], vec!["x", "y"], vec!["xz", "q"]]);
        context.set_all("s3:RequestObjectTagKeys", keys.into_iter().map(str::to_owned).collect());
    }
    if through {
        context.remove("aws:SourceIp");
    }
    if context.get("aws:SecureTransport").is_some_and(|values| values == ["false"]) {
        context.remove("s3:TlsVersion");
    }
    Request { caller, action, resource: resource.into(), context }
}

fn covers(opening: &Opening, request: &Request) -> bool {
    let matches = |pattern: &crate::untrusted::Untrusted| {
        Glob::wild(pattern.as_raw()).matches(request.resource.as_raw())
    };
    let context = |key| request.context.get(key).and_then(<[String]>::first).map(String::as_str);
    let in_ranges = |ranges: &[String]| {
        let Some(address) = context("aws:sourceip").and_then(|text| text.parse::<IpAddr>().ok()) else {
            return false;
        };
        ranges.iter().any(|range| {
            let (base, prefix) = range.split_once('/').unwrap();
            let cidr =
                crate::condition::Cidr { address: base.parse().unwrap(), prefix: prefix.parse().unwrap() };
            domain::network::Span::of(cidr).contains(address)
        })
    };
    let signed = if let Caller::Signed(signed) = &request.caller { Some(signed) } else { None };
    let narrow = ["203.0.113.0/24".to_owned(), "2001:db8::/64".to_owned()];
    let in_network = context("aws:sourcevpc") == Some("vpc-11111111") || in_ranges(&narrow);
    let audience = match &opening.audience {
        Audience::Anyone { ranges } => ranges.is_empty() || in_ranges(ranges) || in_network,
        Audience::AnyAwsAccount { ranges } => {
            request.caller != Caller::Anonymous && (ranges.is_empty() || in_ranges(ranges) || in_network)
        }
        Audience::Network { ranges, vpcs, endpoints } => {
            in_ranges(ranges)
                || context("aws:sourcevpc").is_some_and(|vpc| vpcs.iter().any(|known| known.as_raw() == vpc))
                || context("aws:sourcevpce")
                    .is_some_and(|id| endpoints.iter().any(|known| known.as_raw() == id))
        }
        Audience::Account { ids, principals } => {
            signed.is_some_and(|signed| ids.contains(&signed.account) || principals.contains(&signed.arn))
        }
        Audience::Organization { ids } => {
            context("aws:principalorgid").is_some_and(|id| ids.iter().any(|known| known.as_raw() == id))
        }
        Audience::Service { names, .. } => {
            matches!(&request.caller, Caller::Service { name } if names.contains(name) || names.iter().any(|known| known.as_raw() == "*"))
        }
    };
    audience
        && opening.actions.contains(request.action)
        && opening.resources.iter().any(matches)
        && !opening.resources_except.iter().any(matches)
}

#[derive(Default)]
struct Coverage {
    policies: u32,
    with_both: u32,
    open: u32,
    narrowed: u32,
    undecided: u32,
    allowed: u32,
}

/// Judges one random policy against random requests.
fn agree(rolls: &[u16], coverage: &mut Coverage) -> Result<(), TestCaseError> {
    let mut dice = Dice { rolls: rolls.iter() };
    let text = policy(&mut dice);
    let policy = Policy::parse(&text).unwrap();
    let setting = setting();
    let document = Document { policy: &policy, attached_to: AttachedTo::Bucket, restricted: false };
    let question = Question {
        setting: &setting,
        endpoint: Endpoint::Bucket,
        layers: vec![Layer::Policy(document)],
        denies: Vec::new(),
        callers: Callers::All,
    };
    let answer = reach(&question, Budget::default());
    let has = |effect| policy.statements.iter().any(|statement| statement.effect == effect);
    coverage.policies += 1;
    coverage.with_both += u32::from(has(Effect::Allow) && has(Effect::Deny));
    coverage.open += u32::from(!answer.openings.is_empty());
    let narrow = |opening: &Opening| !matches!(&opening.audience, Audience::Anyone { .. });
    coverage.narrowed += u32::from(!answer.openings.is_empty() && answer.openings.iter().all(narrow));
    coverage.undecided += u32::from(!answer.undecided.is_empty());
    for opening in &answer.openings {
        prop_assert!(!opening.witnesses.is_empty(), "{text}");
        for (access, witness) in &opening.witnesses {
            let request = witness.request(&setting);
            prop_assert!(evaluate(&policy, &request).is_allowed(), "{text}\n{witness:?}");
            prop_assert_eq!(witness.action.access(), *access);
            prop_assert!(opening.actions.contains(witness.action));
            prop_assert!(
                opening
                    .resources
                    .iter()
                    .any(|arn| Glob::wild(arn.as_raw()).matches(witness.resource.as_raw())),
                "{}\n{:?}",
                text,
                opening
            );
            prop_assert!(
                !opening
                    .resources_except
                    .iter()
                    .any(|arn| Glob::wild(arn.as_raw()).matches(witness.resource.as_raw())),
                "{}\n{:?}",
                text,
                opening
            );
        }
    }
    prop_assert!(
        !answer.undecided.iter().any(|branch| branch.why == Why::NoRule(proof::REFUSED)),
        "{text}\n{:?}",
        answer.undecided
    );
    for _ in 0..60 {
        let request = request(&mut dice, &setting);
        if evaluate(&policy, &request).is_allowed() {
            coverage.allowed += 1;
            let covered = answer.openings.iter().any(|opening| covers(opening, &request));
            prop_assert!(
                covered || !answer.undecided.is_empty(),
                "not covered: {text}\n{request:?}\n{:?}",
                answer.openings
            );
        }
    }
    Ok(())
}

#[test]
fn random_requests_that_are_let_in_are_covered_and_witnesses_replay() {
    let cases =
        std::env::var("BUCKETWATCH_PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(2_000);
    let mut runner = TestRunner::new(Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 300,
        ..Config::default()
    });
    let coverage = RefCell::new(Coverage::default());
    let rolls = proptest::collection::vec(any::<u16>(), 900);
    runner.run(&rolls, |rolls| agree(&rolls, &mut coverage.borrow_mut())).unwrap();
    let coverage = coverage.into_inner();
    println!(
        "{} policies: {} with Allow and Deny, {} open, {} of them not to anyone, {} undecided; {} requests let in",
        coverage.policies,
        coverage.with_both,
        coverage.open,
        coverage.narrowed,
        coverage.undecided,
        coverage.allowed
    );
    assert!(coverage.with_both > coverage.policies / 3 && coverage.open > coverage.policies / 5);
}
