//! What is written is read again as the same snapshot.

use bucketwatch_exposure::observed::{Observed, Unreadable};
use bucketwatch_exposure::snapshot::{
    AccessPoint, Acl, BlockPublicAccess, Grant, Grantee, ObjectAcl, Ownership, Permission,
};
use bucketwatch_policy::name::Partition;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::*;

fn observed<T: std::fmt::Debug + Clone + 'static>(
    present: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Observed<T>> {
    prop_oneof![
        3 => present.prop_map(Observed::Present),
        1 => Just(Observed::Absent),
        1 => Just(Observed::NotAsked),
        1 => "[A-Z][a-z]{1,8}".prop_map(|code| Observed::Unreadable(Unreadable { code, passing: false })),
    ]
}

fn text() -> impl Strategy<Value = Untrusted> {
    prop_oneof!["[a-z0-9.-]{1,10}", "\\PC{1,6}", Just("\u{1b}[31m\r\n\"\\".to_owned())]
        .prop_map(Untrusted::new)
}

fn grant() -> impl Strategy<Value = Grant> {
    let grantee = prop_oneof![
        text().prop_map(Grantee::Group),
        text().prop_map(Grantee::CanonicalUser),
        text().prop_map(Grantee::Email),
    ];
    let permission = prop_oneof![
        Just(Permission::Read),
        Just(Permission::Write),
        Just(Permission::ReadAcp),
        Just(Permission::WriteAcp),
        Just(Permission::FullControl),
        Just(Permission::Unknown("SING".into())),
    ];
    (grantee, permission).prop_map(|(grantee, permission)| Grant { grantee, permission })
}

fn block() -> impl Strategy<Value = BlockPublicAccess> {
    any::<[bool; 4]>().prop_map(|[a, b, c, d]| BlockPublicAccess {
        block_public_acls: a,
        ignore_public_acls: b,
        block_public_policy: c,
        restrict_public_buckets: d,
    })
}

fn policy() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(r#"{"Statement":[],"Version":"2012-10-17"}"#.to_owned()),
        Just(r#"{"Id":"a","Id":"b","Statement":[]}"#.to_owned()),
        Just(r#"{"Statement":[{"Condition":{"NumericEquals":{"s3:max-keys":1.50}}}]}"#.to_owned()),
        Just("no policy at all".to_owned()),
    ]
}

fn access_point(origin: impl Strategy<Value = NetworkOrigin>) -> impl Strategy<Value = AccessPoint> {
    (text(), origin, observed(policy()), observed(block())).prop_map(|(name, origin, policy, block)| {
        AccessPoint { name, account: AccountId::parse("111122223333"), origin, policy, block }
    })
}

fn origin() -> impl Strategy<Value = NetworkOrigin> {
    prop_oneof![
        Just(NetworkOrigin::Internet),
        Just(NetworkOrigin::NotAsked),
        proptest::option::of(text()).prop_map(NetworkOrigin::Vpc),
    ]
}

fn object_acl() -> impl Strategy<Value = ObjectAcl> {
    let grants = prop_oneof![
        vec(grant(), 0..2).prop_map(Observed::Present),
        Just(Observed::Absent),
        Just(Observed::Unreadable(Unreadable::denied())),
    ];
    (text(), proptest::option::of(text()), proptest::option::of(text()), grants)
        .prop_map(|(key, version_id, owner, grants)| ObjectAcl { key, version_id, owner, grants })
}

fn configuration() -> impl Strategy<Value = BucketSnapshot> {
    let acl =
        (proptest::option::of(text()), vec(grant(), 0..3)).prop_map(|(owner, grants)| Acl { owner, grants });
    let ownership = prop_oneof![Just(Ownership::BucketOwnerEnforced), Just(Ownership::ObjectWriter)];
    (
        text(),
        observed(policy()),
        observed(any::<bool>()),
        observed(acl),
        observed(ownership),
        observed(block()),
        observed(block()),
    )
        .prop_map(|(bucket, policy, policy_status, acl, ownership, bucket_block, account_block)| {
            BucketSnapshot {
                account: AccountId::parse("111122223333"),
                partition: Partition::AwsCn,
                region: Some("cn-north-1".to_owned()),
                organization: Some("o-abcdefghij".to_owned()),
                policy,
                policy_status,
                acl,
                ownership,
                bucket_block,
                account_block,
                ..BucketSnapshot::unseen(Some(bucket))
            }
        })
}

fn snapshot() -> impl Strategy<Value = BucketSnapshot> {
    let website = any::<bool>().prop_map(|on| if on { Observed::Present(()) } else { Observed::NotAsked });
    let points = observed(vec(access_point(origin()), 0..3));
    let multi_region = observed(vec(access_point(Just(NetworkOrigin::Internet)), 0..2));
    let tags = observed(btree_map(text(), text(), 0..3));
    (
        configuration(),
        website,
        observed(any::<bool>()),
        tags,
        points,
        multi_region,
        observed(vec(policy(), 0..2)),
        observed(vec(object_acl(), 0..3)),
    )
        .prop_map(
            |(
                rest,
                website,
                requester_pays,
                tags,
                access_points,
                multi_region_access_points,
                resource_control_policies,
                object_acls,
            )| {
                BucketSnapshot {
                    website,
                    requester_pays,
                    default_encryption: Observed::Present("aws:kms".to_owned()),
                    tags,
                    access_points,
                    multi_region_access_points,
                    resource_control_policies,
                    object_acls,
                    ..rest
                }
            },
        )
}

proptest! {
    #[test]
    fn a_snapshot_survives_its_document(snapshot in snapshot()) {
        let text = write_snapshot(&snapshot, None).to_string();
        let read = parse_input(&text, &Options::default());
        prop_assert_eq!(read.unwrap().remove(0).snapshot, snapshot);
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,60}|[\\[\\]{}\",:a-z0-9 ]{0,60}") {
        let _ = parse_input(&text, &Options::default());
    }
}
