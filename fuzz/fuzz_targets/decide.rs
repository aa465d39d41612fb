//! The whole decision on any text that is a policy or a snapshot: it ends within its budget, and nobody strange is
//! said to get in without a request that the plain authoriser lets in.
#![no_main]

use bucketwatch_exposure::assess::assess;
use bucketwatch_exposure::assessment::Verdict;
use bucketwatch_exposure::authorize::{Knock, authorize};
use bucketwatch_ingest::document::{Options, parse_input};
use bucketwatch_policy::document::Policy;
use bucketwatch_policy::reach::{AttachedTo, Budget, Callers, Document, Endpoint, Layer, Question, reach};
use libfuzzer_sys::fuzz_target;

/// 2026-11-22T00:00:00Z.
const NOW: i64 = 1_795_305_600;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let now = jiff::Timestamp::from_second(NOW).expect("an instant");
    for subject in parse_input(text, &Options::default()).into_iter().flatten() {
        let assessment = assess(&subject.snapshot, now);
        let strange = assessment.exposures.iter().filter(|exposure| exposure.is_to_strangers());
        let mut proven = false;
        for exposure in strange {
            assert!(!exposure.witnesses.is_empty(), "a claim without a witness: {exposure:?}");
            for (_, witness) in &exposure.witnesses {
                let answer = authorize(&subject.snapshot, &Knock::of(witness, &subject.snapshot, now));
                assert!(answer.is_allowed(), "{answer:?} for {witness:?}");
            }
            proven = true;
        }
        assert_eq!(assessment.verdict == Verdict::Public, proven, "public is what is proven");
        if let Some(policy) = subject.snapshot.policy.present().and_then(|text| Policy::parse(text).ok()) {
            bounded(&policy, &subject.snapshot.setting(now));
        }
    }
});

/// The search on a small budget does not overrun it.
fn bounded(policy: &Policy, setting: &bucketwatch_policy::setting::Setting) {
    let budget = Budget { work: 100_000, classes: 256 };
    let document = Document { policy, attached_to: AttachedTo::Bucket, restricted: false };
    let question = Question {
        setting,
        endpoint: Endpoint::Bucket,
        layers: vec![Layer::Policy(document)],
        denies: Vec::new(),
        callers: Callers::All,
    };
    let effort = reach(&question, budget).effort.work;
    assert!(effort <= budget.work, "{effort} units of work");
}
