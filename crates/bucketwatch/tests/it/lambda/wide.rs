//! Events about more than one bucket, or about what no emulator has or lets anybody do: against the sandbox.

use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::{AccessPoint, BlockPublicAccess, NetworkOrigin, Ownership};
use bucketwatch_sandbox::account::{BLOCK_ALL, canned};
use bucketwatch_sandbox::demo;
use serde_json::{Value, json};

use super::event::{HANDS, Shape, record};
use super::function::Function;
use super::{credentials, sandbox};
use crate::sandbox::Served;

const POINT_POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Anybody","Effect":"Allow","Principal":"*",
    "Action":"s3:GetObject","Resource":"arn:aws:s3:us-east-1:OWNER:accesspoint/door/object/*"}]}"#;

/// A change above buckets, before and after it.
struct Row {
    rule: &'static str,
    source: &'static str,
    event: &'static str,
    request: fn() -> Value,
    before: Observed<BlockPublicAccess>,
    after: Observed<BlockPublicAccess>,
    told: &'static str,
}

const OPEN_BLOCK: BlockPublicAccess = BlockPublicAccess {
    block_public_acls: false,
    ignore_public_acls: false,
    block_public_policy: false,
    restrict_public_buckets: false,
};

static ROWS: [Row; 4] = [
    Row {
        rule: "the account's block is deleted",
        source: "s3.amazonaws.com",
        event: "DeleteAccountPublicAccessBlock",
        request: || json!({"Host": "111122223333.s3-control.us-east-1.amazonaws.com", "publicAccessBlock": ""}),
        before: Observed::Present(BLOCK_ALL),
        after: Observed::Absent,
        told: "opened",
    },
    Row {
        rule: "the account's block is put without any flag",
        source: "s3.amazonaws.com",
        event: "PutAccountPublicAccessBlock",
        request: || json!({"publicAccessBlock": "", "PublicAccessBlockConfiguration": {"BlockPublicAcls": "false"}}),
        before: Observed::Present(BLOCK_ALL),
        after: Observed::Present(OPEN_BLOCK),
        told: "opened",
    },
    Row {
        rule: "the account's block is put",
        source: "s3.amazonaws.com",
        event: "PutAccountPublicAccessBlock",
        request: || {
            json!({"publicAccessBlock": "", "PublicAccessBlockConfiguration": {"BlockPublicAcls": true,
                "IgnorePublicAcls": true, "BlockPublicPolicy": true, "RestrictPublicBuckets": true}})
        },
        before: Observed::Absent,
        after: Observed::Present(BLOCK_ALL),
        told: "closed",
    },
    Row {
        rule: "the organization detaches a policy that held the block",
        source: "organizations.amazonaws.com",
        event: "DetachPolicy",
        request: || json!({"policyId": "p-1", "targetId": "r-1"}),
        before: Observed::Present(BLOCK_ALL),
        after: Observed::Absent,
        told: "opened",
    },
];

/// Three buckets that a policy opens, and one that nobody can reach.
fn account() -> Served {
    let served = sandbox(&["one", "two", "three", "shut"]);
    for bucket in ["one", "two", "three"] {
        served.open(bucket, &["s3:GetObject"]);
    }
    served
}

#[test]
fn a_change_above_the_buckets_is_told_as_one_with_who_did_it() {
    for (index, row) in ROWS.iter().enumerate() {
        for (turn, shape) in [Shape::ALL[index], Shape::ALL[(index + 2) % 5]].into_iter().enumerate() {
            let (served, hand) = (account(), &HANDS[(index + turn) % 4]);
            served.handle().change(|account| account.set_block(row.before.clone()));
            let mut function = Function::start(&served.handle().endpoint_url(), &credentials());
            function.reconcile();
            served.handle().change(|account| account.set_block(row.after.clone()));
            let owner = demo::account_id();
            let mut event = record("e-1", row.event, owner.as_str(), &(row.request)(), hand);
            event["eventSource"] = json!(row.source);
            function.handle(&shape.payload(&event));
            let groups: Vec<_> =
                function.notices().into_iter().filter(|notice| notice["kind"] == "group").collect();
            let context =
                || format!("{}, {shape:?}: {:?}: {}", row.rule, function.notices(), function.said());
            let [group] = &groups[..] else { panic!("{}", context()) };
            assert_eq!(group["group"]["buckets"], 3, "{}", context());
            let cause = &group["group"]["cause"];
            assert_eq!(
                (&cause["actor"], &cause["agent"]),
                (&json!(hand.actor), &json!(hand.agent)),
                "{}",
                context()
            );
            let transitions = group["transitions"].as_array().expect("transitions");
            assert!(transitions.iter().all(|transition| transition["kind"] == row.told), "{}", context());
        }
    }
}

fn point(owner: &str, policy: Option<&str>) -> AccessPoint {
    AccessPoint {
        name: "door".into(),
        account: Some(demo::account_id()),
        origin: NetworkOrigin::Internet,
        policy: policy.map_or(Observed::Absent, |text| Observed::Present(text.replace("OWNER", owner))),
        block: Observed::Present(BlockPublicAccess::default()),
    }
}

/// The access points of a bucket before and after an event, and what is told.
type Doors = (&'static str, &'static str, Vec<AccessPoint>, Vec<AccessPoint>, &'static str);

#[test]
fn a_change_of_an_access_point_is_told_of_its_bucket() {
    let owner = demo::account_id().as_str().to_owned();
    let (open, shut) = (point(&owner, Some(POINT_POLICY)), point(&owner, None));
    let host = format!("{owner}.s3-control.us-east-1.amazonaws.com");
    let rows: [Doors; 4] = [
        ("it is made with a policy", "CreateAccessPoint", vec![], vec![open.clone()], "opened"),
        ("it gets a policy", "PutAccessPointPolicy", vec![shut.clone()], vec![open.clone()], "opened"),
        (
            "its policy is deleted",
            "DeleteAccessPointPolicy",
            vec![open.clone()],
            vec![shut.clone()],
            "closed",
        ),
        (
            "an object Lambda one gets a policy",
            "PutAccessPointPolicyForObjectLambda",
            vec![shut],
            vec![open],
            "opened",
        ),
    ];
    for (index, (rule, name, before, after, kind)) in rows.into_iter().enumerate() {
        let served = sandbox(&["photos"]);
        let put = |points: Vec<AccessPoint>| {
            served.handle().change(|account| {
                account.change("photos", |bucket| {
                    let delegation = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*",
                        "Action": "s3:*", "Resource": ["arn:aws:s3:::photos", "arn:aws:s3:::photos/*"],
                        "Condition": {"StringEquals": {"s3:DataAccessPointAccount": owner}}}]});
                    bucket.snapshot.policy = Observed::Present(delegation.to_string());
                    bucket.snapshot.bucket_block = Observed::Absent;
                    bucket.snapshot.access_points = Observed::Present(points);
                })
            })
        };
        put(before);
        let mut function = Function::start(&served.handle().endpoint_url(), &credentials());
        function.reconcile();
        put(after);
        for (turn, shape) in [Shape::ALL[index], Shape::ALL[index + 1]].into_iter().enumerate() {
            let request = json!({"name": "door", "Host": host, "bucket": "photos",
                "CreateAccessPointRequest": {"Bucket": "photos"}});
            let event = record(&format!("e-{turn}"), name, &owner, &request, &HANDS[index]);
            function.handle(&shape.payload(&event));
            let told = function.told_of("photos");
            let [transition] = &told[..] else { panic!("{rule}: {told:?}: {}", function.said()) };
            assert_eq!(
                (&transition["kind"], &transition["cause"]["actor"]),
                (&json!(kind), &json!(HANDS[index].actor)),
                "{rule}"
            );
        }
    }
}

/// AWS lets nobody disable ACLs while one is public; what was stored before that rule may count again.
#[test]
fn a_change_of_ownership_decides_whether_the_acl_counts() {
    let owner = demo::account_id();
    let rules: [(&str, Value, Ownership, Ownership, &str); 2] = [
        (
            "PutBucketOwnershipControls",
            json!({"Rule": {"ObjectOwnership": "BucketOwnerEnforced"}}),
            Ownership::ObjectWriter,
            Ownership::BucketOwnerEnforced,
            "closed",
        ),
        (
            "DeleteBucketOwnershipControls",
            Value::Null,
            Ownership::BucketOwnerEnforced,
            Ownership::ObjectWriter,
            "opened",
        ),
    ];
    for (index, (name, controls, before, after, kind)) in rules.into_iter().enumerate() {
        let served = sandbox(&["photos"]);
        let put = |ownership: Ownership| {
            served.handle().change(|account| {
                account.change("photos", |bucket| {
                    let acl = canned(&demo::account_id(), "public-read").expect("a canned ACL");
                    bucket.snapshot.acl = Observed::Present(acl);
                    bucket.snapshot.bucket_block = Observed::Absent;
                    bucket.snapshot.ownership = Observed::Present(ownership);
                })
            })
        };
        put(before);
        let mut function = Function::start(&served.handle().endpoint_url(), &credentials());
        function.reconcile();
        put(after);
        let hand = &HANDS[index];
        let request = json!({"bucketName": "photos", "ownershipControls": "", "OwnershipControls": controls});
        for (turn, shape) in [Shape::ALL[index], Shape::ALL[index + 3]].into_iter().enumerate() {
            let event = record(&format!("e-{turn}"), name, owner.as_str(), &request, hand);
            function.handle(&shape.payload(&event));
            let told = function.told_of("photos");
            let [transition] = &told[..] else { panic!("{name}: {told:?}: {}", function.said()) };
            let seen = (&transition["kind"], &transition["cause"]["actor"]);
            assert_eq!(seen, (&json!(kind), &json!(hand.actor)), "{name}");
        }
    }
}
