//! The verdicts against an independent emulator that enforces.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::emulator::front::Front;
use crate::emulator::ministack::Ministack;
use crate::emulator::{account, calls, environment, http};
use crate::fleet::{Case, Expect, fleet};
use crate::program::{Credentials, document, scan};
use crate::stranger;

/// Buckets at which the emulator does not do what AWS documents, and why.
const EMULATOR_DIFFERS: &[(&str, &str)] = &[
    ("deny-all-but-one-account", "the emulator never matches a statement with NotPrincipal"),
    ("acl-list-under-a-deny", "the emulator asks the ACL before the policy's Deny"),
];

/// Buckets whose unsigned witness loopback or the emulator cannot produce, and why.
const NOT_REPLAYED: &[(&str, &str)] = &[
    ("deny-unless-referer", "the emulator's policies never see aws:Referer"),
    ("if-referer", "the emulator's policies never see aws:Referer"),
    ("if-user-agent", "the emulator's policies never see aws:UserAgent"),
    ("if-key-in-other-case", "the emulator's policies never see aws:UserAgent"),
    ("policy-not-action", "of its witnesses, the one that lists the parts of an upload needs an upload"),
    ("policy-everything", "of its witnesses, the one for a rare action has no request written here"),
    ("if-from-everywhere", "the witness comes from an address that loopback does not have"),
    ("if-from-half-the-world", "the witness comes from an address that loopback does not have"),
    ("if-from-any-endpoint", "the request comes through a VPC endpoint"),
];

struct World {
    _emulator: Ministack,
    front: Front,
    environment: std::path::PathBuf,
    home: tempfile::TempDir,
}

impl World {
    fn with(test: &str, fleet: &[Case]) -> Option<Self> {
        let environment = environment(test)?;
        let emulator = Ministack::start(&environment);
        let front = Front::start(emulator.address());
        let creation: Vec<_> = fleet.iter().flat_map(account::creation).collect();
        calls::make(&environment, front.address(), &creation);
        let home = tempfile::tempdir().expect("a home");
        Some(Self { _emulator: emulator, front, environment, home })
    }

    fn scan(&self) -> Value {
        let credentials =
            Credentials { key: calls::ACCOUNT.to_owned(), secret: "any".to_owned(), token: None };
        document(&mut scan(self.home.path(), &format!("http://{}", self.front.address()), &credentials)).0
    }

    fn make(&self, calls: &[Value]) {
        calls::make(&self.environment, self.front.address(), calls);
    }
}

fn by_bucket(scan: &Value) -> BTreeMap<String, Value> {
    let assessments = scan["assessments"].as_array().expect("assessments");
    let name = |assessment: &Value| assessment["bucket"].as_str().expect("a name").to_owned();
    assessments.iter().map(|assessment| (name(assessment), assessment.clone())).collect()
}

fn changes(scan: &Value) -> BTreeMap<String, String> {
    let transitions = scan["transitions"].as_array().expect("transitions");
    let word = |transition: &Value, name: &str| transition[name].as_str().expect("a word").to_owned();
    transitions.iter().map(|transition| (word(transition, "bucket"), word(transition, "kind"))).collect()
}

#[test]
fn what_the_rules_call_shut_refuses_a_stranger() {
    let fleet = fleet();
    assert!(fleet.len() >= 40, "the fleet has {} buckets", fleet.len());
    let Some(world) = World::with("what_the_rules_call_shut_refuses_a_stranger", &fleet) else { return };
    for case in fleet.iter().filter(|case| case.expect != Expect::Anyone) {
        if EMULATOR_DIFFERS.iter().any(|(name, _)| *name == case.name) {
            continue;
        }
        for (door, attempt) in stranger::doors(case.name) {
            let status = attempt.send(world.front.address());
            assert!(!http::succeeded(status), "{door} of {} was answered {status}", case.name);
        }
    }
}

#[test]
fn every_verdict_is_the_rules_and_every_unsigned_witness_succeeds() {
    let fleet = fleet();
    let test = "every_verdict_is_the_rules_and_every_unsigned_witness_succeeds";
    let Some(world) = World::with(test, &fleet) else { return };
    let found = by_bucket(&world.scan());
    let wrong: Vec<_> = fleet
        .iter()
        .filter(|case| found[case.name]["verdict"] != case.expect.verdict())
        .map(|case| {
            (case.name, found[case.name]["verdict"].clone(), found[case.name]["undetermined"].clone())
        })
        .collect();
    assert!(wrong.is_empty(), "verdicts that differ from the rules: {wrong:#?}");
    let mut unsent = Vec::new();
    for case in &fleet {
        let unsigned = unsigned_witnesses(&found[case.name]);
        assert_eq!(case.expect == Expect::Anyone, !unsigned.is_empty(), "{}: unsigned witnesses", case.name);
        for witness in &unsigned {
            match stranger::replay(case.name, witness) {
                Ok(attempt) => {
                    put_key(&world, case.name, witness);
                    let status = attempt.send(world.front.address());
                    assert!(http::succeeded(status), "{} was answered {status}: {witness}", case.name);
                }
                Err(why) => unsent.push((case.name, why)),
            }
        }
    }
    for (bucket, why) in &unsent {
        println!("not replayed: {bucket}: {why}");
        assert!(NOT_REPLAYED.iter().any(|(name, _)| name == bucket), "{bucket} was not replayed: {why}");
    }
}

fn unsigned_witnesses(assessment: &Value) -> Vec<Value> {
    let exposures = assessment["exposures"].as_array().expect("exposures");
    let to_anyone = exposures.iter().filter(|exposure| exposure["audience"] == "anyone");
    to_anyone
        .flat_map(|exposure| {
            exposure["witnesses"].as_object().expect("witnesses").values().cloned().collect::<Vec<_>>()
        })
        .filter(|witness| witness["signed"] == false)
        .collect()
}

/// Creates the object that a witness reads, since AWS answers 403 or 404 for one that is not there.
fn put_key(world: &World, bucket: &str, witness: &Value) {
    if let Some(key) = stranger::key(witness) {
        let params = json!({"Bucket": bucket, "Key": key, "Body": "written before anybody asks"});
        world.make(&[calls::call("s3", "put_object", params)]);
    }
}

#[test]
fn a_second_scan_tells_nothing_and_a_third_exactly_what_changed() {
    let fleet = fleet();
    let test = "a_second_scan_tells_nothing_and_a_third_exactly_what_changed";
    let Some(world) = World::with(test, &fleet) else { return };
    world.scan();
    assert_eq!(changes(&world.scan()), BTreeMap::new(), "nothing changed between the first two scans");
    let open = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*",
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acl-private/*"}});
    world.make(&[
        account::put_policy("acl-private", &open.to_string()),
        account::put_acl("acl-log-delivery", "public-read"),
        account::put_block("policy-read", [true; 4]),
        calls::call("s3", "delete_object", json!({"Bucket": "account", "Key": "present"})),
        calls::call("s3", "delete_bucket", json!({"Bucket": "account"})),
    ]);
    let expected = [
        ("acl-private", "opened"),
        ("acl-log-delivery", "opened"),
        ("policy-read", "closed"),
        ("account", "deleted"),
    ];
    let expected: BTreeMap<_, _> =
        expected.iter().map(|(name, kind)| ((*name).to_owned(), (*kind).to_owned())).collect();
    assert_eq!(changes(&world.scan()), expected);
    assert_eq!(changes(&world.scan()), BTreeMap::new());
}

#[test]
fn the_account_s_block_holds_what_it_can_and_leaves_the_rest() {
    let fleet = fleet();
    let test = "the_account_s_block_holds_what_it_can_and_leaves_the_rest";
    let Some(world) = World::with(test, &fleet) else { return };
    world.front.set_account_block(Some([true; 4]));
    for (bucket, assessment) in by_bucket(&world.scan()) {
        assert_eq!(assessment["verdict"], "not_public", "{bucket} under the account's block");
    }
    world.front.set_account_block(Some([false, true, false, false]));
    let found = by_bucket(&world.scan());
    for case in &fleet {
        let by_acl = case.acl.is_some();
        let expected = if by_acl { "not_public" } else { case.expect.verdict() };
        assert_eq!(found[case.name]["verdict"], expected, "{} where ACLs are ignored", case.name);
    }
}

#[test]
fn the_exceptions_name_buckets_of_the_fleet() {
    let names: Vec<_> = fleet().iter().map(|case| case.name).collect();
    for (name, why) in EMULATOR_DIFFERS.iter().chain(NOT_REPLAYED) {
        assert!(names.contains(name), "{name} ({why}) is in no fleet");
    }
}
