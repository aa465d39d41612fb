//! The corpus against an independent emulator that enforces: every case that names it as a judge.

mod case;

use serde_json::Value;

use crate::emulator::front::Front;
use crate::emulator::ministack::Ministack;
use crate::emulator::{calls, environment, http};
use crate::program::{bucketwatch, document};
use crate::stranger;
use case::Case;

/// Cases at which the emulator does not do what AWS documents, and why.
const EMULATOR_DIFFERS: &[(&str, &str)] = &[
    ("C6-deny_beats_a_grant", "the emulator asks the ACL before the policy's Deny"),
    ("C2-object_full_control", "the emulator asks no ACL of an object who may change it"),
    ("C2-object_write_acp", "the emulator asks no ACL of an object who may change it"),
];

/// Witnesses that cannot be sent, or not to this emulator.
const NOT_REPLAYED: &[&str] = &[
    "the emulator's policies never see aws:referer",
    "the emulator's policies never see aws:useragent",
    // These need an upload under way, a lock, or an object that is archived.
    "no unsigned request is written for s3:BypassGovernanceRetention",
    "no unsigned request is written for s3:ListMultipartUploadParts",
    "no unsigned request is written for s3:RestoreObject",
    // Another API than that of the bucket.
    "no unsigned request is written for s3:ListTagsForResource",
];

struct World {
    _emulator: Ministack,
    front: Front,
    environment: std::path::PathBuf,
}

impl World {
    fn with(test: &str, cases: &[Case]) -> Option<Self> {
        let environment = environment(test)?;
        let emulator = Ministack::start(&environment);
        let front = Front::start(emulator.address());
        let creation: Vec<_> = cases.iter().flat_map(Case::creation).collect();
        calls::make(&environment, front.address(), &creation);
        Some(Self { _emulator: emulator, front, environment })
    }
}

#[test]
fn what_the_corpus_calls_shut_refuses_a_stranger() {
    let cases: Vec<Case> = case::all().into_iter().filter(|case| !case.is_public).collect();
    assert!(cases.len() >= 30, "the corpus has {} cases for the emulator that are not public", cases.len());
    let Some(world) = World::with("what_the_corpus_calls_shut_refuses_a_stranger", &cases) else { return };
    let mut wrong = Vec::new();
    for case in &cases {
        for (door, attempt) in stranger::doors(&case.bucket) {
            let status = attempt.send(world.front.address());
            if http::succeeded(status) {
                wrong.push((case.name.as_str(), format!("{door} was answered {status}")));
            }
        }
    }
    assert_known(&wrong, EMULATOR_DIFFERS);
}

#[test]
fn every_unsigned_witness_of_the_corpus_succeeds() {
    let cases: Vec<Case> = case::all().into_iter().filter(|case| case.is_public).collect();
    assert!(cases.len() >= 60, "the corpus has {} cases for the emulator that are public", cases.len());
    let Some(world) = World::with("every_unsigned_witness_of_the_corpus_succeeds", &cases) else { return };
    let home = tempfile::tempdir().expect("a home");
    let (mut attempts, mut objects, mut unsent) = (Vec::new(), Vec::new(), Vec::new());
    for case in &cases {
        let witnesses = witnesses(home.path(), case);
        assert!(!witnesses.is_empty(), "{} has no unsigned witness", case.name);
        for witness in witnesses {
            match stranger::replay(&case.bucket, &witness) {
                Ok(attempt) => {
                    // AWS answers 403 or 404 for an object that is not there.
                    let missing = stranger::key(&witness).filter(|key| !case.has_object(key));
                    objects.extend(missing.map(|key| case.put_object(key)));
                    attempts.push((case.name.as_str(), witness, attempt));
                }
                Err(why) => unsent.push((case.name.as_str(), why)),
            }
        }
    }
    calls::make(&world.environment, world.front.address(), &objects);
    // What deletes goes last, for others read the same object.
    attempts.sort_by_key(|(_, witness, _)| {
        witness["action"].as_str().is_some_and(|name| name.contains("Delete"))
    });
    let mut wrong = Vec::new();
    for (name, witness, attempt) in &attempts {
        let status = attempt.send(world.front.address());
        if !http::succeeded(status) {
            wrong.push((*name, format!("{status}: {witness}")));
        }
    }
    assert_known(&wrong, EMULATOR_DIFFERS);
    unsent.retain(|(_, why)| !NOT_REPLAYED.contains(&why.as_str()));
    assert!(unsent.is_empty(), "{unsent:#?}");
    assert!(attempts.len() >= 60, "only {} witnesses were sent", attempts.len());
}

/// Fails where a case is wrong that is not listed with its reason.
#[track_caller]
fn assert_known(found: &[(&str, String)], known: &[(&str, &str)]) {
    let unknown: Vec<_> =
        found.iter().filter(|(name, _)| !known.iter().any(|(known, _)| known == name)).collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
}

/// Gives the unsigned witnesses of what the case opens to anybody.
fn witnesses(home: &std::path::Path, case: &Case) -> Vec<Value> {
    let file = home.join(format!("{}.json", case.name));
    std::fs::write(&file, case.document.to_string()).expect("a file");
    let mut check = bucketwatch(home);
    check
        .args(["check", "--format", "json", "--bucket", &case.bucket, "--account", calls::ACCOUNT])
        .arg(&file);
    let (judged, _) = document(&mut check);
    let exposures = judged[0]["exposures"].as_array().unwrap_or_else(|| panic!("{}: {judged}", case.name));
    let to_anyone = exposures.iter().filter(|exposure| exposure["audience"] == "anyone");
    to_anyone
        .flat_map(|exposure| {
            exposure["witnesses"].as_object().into_iter().flat_map(|all| all.values().cloned())
        })
        .filter(|witness| witness["signed"] == false)
        .collect()
}
