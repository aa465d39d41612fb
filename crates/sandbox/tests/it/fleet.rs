//! The generated fleet.

use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::Ownership;
use bucketwatch_sandbox::{Account, Fleet};

#[test]
fn every_hundred_buckets_have_the_promised_mix() {
    for seed in [0, 1, 99] {
        let fleet = Fleet::generate(1_000, seed);
        let share = |is: fn(bucketwatch_sandbox::Make) -> bool| {
            (0..fleet.len()).filter(|index| is(fleet.make(*index))).count()
        };
        let shares = [
            share(bucketwatch_sandbox::Make::has_policy),
            share(bucketwatch_sandbox::Make::has_acls),
            share(bucketwatch_sandbox::Make::is_public),
            share(bucketwatch_sandbox::Make::is_latent),
        ];
        assert_eq!(shares, [600, 200, 150, 100], "seed {seed}");
    }
}

#[test]
fn buckets_are_what_their_make_says() {
    let fleet = Fleet::generate(300, 4);
    for index in 0..fleet.len() {
        let (make, bucket) = (fleet.make(index), fleet.bucket(index));
        let snapshot = &bucket.snapshot;
        assert_eq!(matches!(snapshot.policy, Observed::Present(_)), make.has_policy(), "{index}");
        let enforced = snapshot.ownership == Observed::Present(Ownership::BucketOwnerEnforced);
        assert_eq!(!enforced, make.has_acls(), "{index}");
        assert_eq!(fleet.index_of(bucket.name()), Some(index));
    }
}

#[test]
fn policies_are_json_and_name_their_bucket() {
    let fleet = Fleet::generate(1_000, 2);
    let mut shapes = std::collections::BTreeSet::new();
    for index in 0..fleet.len() {
        let Some(text) = fleet.policy(index) else { continue };
        let policy: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert!(text.contains(&fleet.name(index)), "{text}");
        shapes.insert(policy["Statement"][0]["Sid"].to_string());
    }
    assert_eq!(fleet.policies().count(), 600);
    assert!(shapes.len() >= 11, "{shapes:?}");
}

#[test]
fn the_same_seed_gives_the_same_fleet() {
    let buckets = |seed| Fleet::generate(50, seed).policies().collect::<Vec<_>>();
    assert_eq!(buckets(1), buckets(1));
    assert_ne!(buckets(1), buckets(2));
}

#[test]
fn a_fleet_knows_no_names_but_its_own() {
    let account = Account::from_fleet(Fleet::generate(10, 1));
    for name in ["", "fleet-", "fleet-0000001", "fleet-0000011-logs", "fleet-1-logs", "other"] {
        assert!(account.bucket(name).is_none(), "{name}");
    }
    assert_eq!(account.buckets().count(), 10);
}
