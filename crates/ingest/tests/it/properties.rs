//! What holds of every bucket, tried on random ones.

use bucketwatch_exposure::assess::assess;
use bucketwatch_exposure::assessment::{Assessment, Verdict};
use bucketwatch_exposure::authorize::{Authorizer, Knock};
use bucketwatch_exposure::containment::covers;
use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::{BlockPublicAccess, BucketSnapshot, Ownership};
use bucketwatch_exposure::standing::Standing;
use bucketwatch_policy::reach::Audience;
use bucketwatch_policy::request::Caller;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::world::{document, now, read, strangers};

fn judge(snapshot: &BucketSnapshot) -> Assessment {
    assess(snapshot, now())
}

/// Fails where `less`, which knows less than `more`, has the cleaner verdict.
fn check_not_cleaner(more: &Map<String, Value>, less: &Map<String, Value>) -> Result<(), TestCaseError> {
    let (known, hidden) = (judge(&read(more)).verdict, judge(&read(less)).verdict);
    let cleaner = hidden == Verdict::NotPublic && known != Verdict::NotPublic;
    prop_assert!(!cleaner, "{:?} became {:?} by hiding {}", known, hidden, Value::Object(less.clone()));
    Ok(())
}

/// Every way to hide a single fact: where it stands, and what stands there instead; nothing = the key is left out.
fn hidings() -> Vec<(&'static str, Value)> {
    let refused = json!({"unreadable": "AccessDenied"});
    let facts = [
        "/policy",
        "/acl",
        "/ownership",
        "/requester_pays",
        "/access_points",
        "/multi_region_access_points",
        "/block_public_access",
        "/block_public_access/bucket",
        "/block_public_access/account",
        "/access_points/0/policy",
        "/access_points/0/block_public_access",
    ];
    let both = facts.into_iter().flat_map(|fact| [(fact, Value::Null), (fact, refused.clone())]);
    both.chain([("/access_points/0/origin", Value::Null)]).collect()
}

/// Hides one fact, where it is still there.
fn hide(document: &mut Map<String, Value>, (fact, instead): &(&str, Value)) {
    let (parent, key) = fact.rsplit_once('/').unwrap();
    let mut whole = Value::Object(std::mem::take(document));
    if let Some(fields) = whole.pointer_mut(parent).and_then(Value::as_object_mut)
        && !fields.contains_key("unreadable")
        && fields.contains_key(key)
    {
        match instead {
            Value::Null => fields.remove(key),
            refused => fields.insert(key.to_owned(), refused.clone()),
        };
    }
    *document = serde_json::from_value(whole).unwrap();
}

/// Gives the snapshot with every block lifted: flags, ownership, and the Denies of its policies.
fn lifted(document: &Map<String, Value>) -> BucketSnapshot {
    let mut document = document.clone();
    document["block_public_access"] = json!({"bucket": null, "account": null});
    if document["ownership"] == "BucketOwnerEnforced" {
        document["ownership"] = json!("ObjectWriter");
    }
    drop_denies(&mut document["policy"]);
    for point in document["access_points"].as_array_mut().unwrap() {
        point["block_public_access"] = Value::Null;
        drop_denies(&mut point["policy"]);
    }
    read(&document)
}

fn drop_denies(policy: &mut Value) {
    if let Some(statements) = policy.get_mut("Statement").and_then(Value::as_array_mut) {
        for statement in statements.iter_mut().filter(|statement| statement["Effect"] == "Deny") {
            statement["Effect"] = json!("Allow");
            statement["Principal"] = json!({"AWS": "111122223333"});
        }
    }
}

/// How many buckets are tried: few in the normal run, many where `BUCKETWATCH_TEST_NIGHTLY` is set.
fn config() -> ProptestConfig {
    let cases = if std::env::var_os("BUCKETWATCH_TEST_NIGHTLY").is_some() { 2_000 } else { 40 };
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_witness_is_authorised_by_the_plain_rules(document in document()) {
        let snapshot = read(&document);
        let judged = judge(&snapshot);
        let authorizer = Authorizer::new(&snapshot);
        for exposure in &judged.exposures {
            let proven: Vec<_> = exposure.witnesses.iter().map(|(access, _)| *access).collect();
            prop_assert_eq!(&proven, &exposure.access, "{:?}", exposure);
            for (_, witness) in &exposure.witnesses {
                let answer = authorizer.authorize(&Knock::of(witness, &snapshot, now()));
                prop_assert!(answer.is_allowed(), "{:?} for {:?} of {:?}", answer, witness, exposure);
            }
        }
    }

    #[test]
    fn every_latent_witness_is_authorised_once_all_blocks_are_lifted(document in document()) {
        let snapshot = lifted(&document);
        let authorizer = Authorizer::new(&snapshot);
        for latent in &judge(&read(&document)).latent {
            prop_assert!(!latent.held_by.is_empty());
            for (_, witness) in &latent.exposure.witnesses {
                let answer = authorizer.authorize(&Knock::of(witness, &snapshot, now()));
                prop_assert!(answer.is_allowed(), "{:?} for {:?} of {:?}", answer, witness, latent);
            }
        }
    }

    #[test]
    fn every_request_of_a_stranger_that_gets_in_is_in_the_assessment(document in document()) {
        let snapshot = read(&document);
        let judged = judge(&snapshot);
        let authorizer = Authorizer::new(&snapshot);
        for request in strangers() {
            if !authorizer.authorize(&Knock::of(&request, &snapshot, now())).is_allowed() {
                continue;
            }
            let unsigned = request.caller == Caller::Anonymous;
            let told = judged.exposures.iter().any(|exposure| {
                let reaches = match exposure.audience {
                    Audience::Anyone { .. } | Audience::Network { .. } => true,
                    Audience::AnyAwsAccount { .. } => !unsigned,
                    _ => false,
                };
                reaches && exposure.actions.contains(request.action)
            });
            prop_assert!(told || judged.verdict == Verdict::Undetermined, "{:?} is not told of", request);
        }
    }

    #[test]
    fn a_fact_that_is_not_known_never_makes_the_verdict_cleaner(document in document()) {
        for hiding in hidings() {
            let mut less = document.clone();
            hide(&mut less, &hiding);
            check_not_cleaner(&document, &less)?;
        }
    }

    #[test]
    fn hiding_more_and_more_never_makes_the_verdict_cleaner(
        document in document(),
        order in proptest::sample::subsequence(hidings(), 2..6).prop_shuffle(),
    ) {
        let mut before = document;
        for hiding in order {
            let mut less = before.clone();
            hide(&mut less, &hiding);
            check_not_cleaner(&before, &less)?;
            before = less;
        }
    }

    #[test]
    fn lifting_a_block_never_narrows(document in document()) {
        let snapshot = read(&document);
        let before = Standing::of(&judge(&snapshot));
        let off = || Observed::Present(BlockPublicAccess::default());
        let mut looser = vec![
            BucketSnapshot { bucket_block: off(), ..snapshot.clone() },
            BucketSnapshot { account_block: off(), ..snapshot.clone() },
        ];
        if snapshot.ownership == Observed::Present(Ownership::BucketOwnerEnforced) {
            looser.push(BucketSnapshot { ownership: Observed::Absent, ..snapshot.clone() });
        }
        for snapshot in looser {
            let after = Standing::of(&judge(&snapshot));
            prop_assert!(covers(&after.entries, &before.entries), "{:?} lacks {:?}", after, before);
        }
    }

    #[test]
    fn the_verdict_says_what_the_findings_say(document in document()) {
        for hiding in hidings() {
            let mut less = document.clone();
            hide(&mut less, &hiding);
            let judged = judge(&read(&less));
            let open = judged.exposures.iter().any(|exposure| exposure.is_to_strangers());
            prop_assert_eq!(judged.verdict == Verdict::Public, open);
            let hanging = judged.undetermined.iter().flat_map(|element| &element.exposures);
            let stranger = hanging.filter(|exposure| exposure.is_to_strangers()).count() > 0;
            prop_assert!(!stranger || judged.verdict != Verdict::NotPublic, "{:?}", judged);
            prop_assert!(!judged.undetermined.is_empty() || judged.verdict != Verdict::Undetermined);
        }
    }
}
