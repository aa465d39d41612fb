//! The plain authoriser, rule by rule.

use bucketwatch_exposure::authorize::{Authorization, By, Knock, authorize};
use bucketwatch_exposure::snapshot::BucketSnapshot;
use bucketwatch_ingest::document::{Options, parse_input};
use bucketwatch_policy::catalogue;
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::request::{Caller, Signed};
use bucketwatch_policy::witness::Witness;
use serde_json::{Map, Value, json};

const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
const AUTHENTICATED: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
const POINT: &str = "arn:aws:s3:eu-west-1:111122223333:accesspoint/ap";

/// A bucket of which everything is known and nothing is open, with `changes`; a change to `"-"` leaves the key out.
fn bucket(changes: Value) -> BucketSnapshot {
    let mut document: Map<String, Value> = serde_json::from_value(json!({
        "schema": "bucketwatch.snapshot/1", "bucket": "b", "account": "111122223333", "region": "eu-west-1",
        "policy": null, "acl": {"owner": "me", "grants": []}, "ownership": "ObjectWriter",
        "block_public_access": {"bucket": null, "account": null}, "requester_pays": false,
        "default_encryption": "AES256", "access_points": [], "multi_region_access_points": [],
    }))
    .unwrap();
    for (key, value) in changes.as_object().unwrap() {
        if value == "-" {
            document.remove(key);
        } else {
            document.insert(key.clone(), value.clone());
        }
    }
    let text = Value::Object(document).to_string();
    parse_input(&text, &Options::default()).unwrap().remove(0).snapshot
}

fn allow(action: &str, resource: &str) -> Value {
    json!({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": action, "Resource": resource}]})
}

fn grants(uri: &str, permission: &str) -> Value {
    json!([{"grantee": {"type": "Group", "uri": uri}, "permission": permission}])
}

fn signed(account: &str) -> Caller {
    Caller::Signed(Signed {
        account: AccountId::parse(account).unwrap(),
        arn: format!("arn:aws:iam::{account}:user/u").as_str().into(),
        session_arn: None,
        canonical_id: Some("canonical-of-444".into()),
        provider: None,
    })
}

fn knock(
    snapshot: &BucketSnapshot,
    caller: Caller,
    action: &str,
    resource: &str,
    endpoint: Option<&str>,
) -> Authorization {
    let witness = Witness {
        caller,
        action: catalogue::find(action).unwrap(),
        resource: resource.into(),
        context: Default::default(),
        absent: Vec::new(),
        endpoint: endpoint.map(Into::into),
    };
    authorize(snapshot, &Knock::of(&witness, snapshot, "2026-11-22T00:00:00Z".parse().unwrap()))
}

fn unsigned(changes: Value, action: &str, resource: &str) -> Authorization {
    knock(&bucket(changes), Caller::Anonymous, action, resource, None)
}

fn foreign(changes: Value, action: &str, resource: &str) -> Authorization {
    knock(&bucket(changes), signed("444455556666"), action, resource, None)
}

fn is_refused(answer: &Authorization) -> bool {
    matches!(answer, Authorization::Refused(_))
}

fn unknown(what: &str) -> Authorization {
    Authorization::Unknown(what.to_owned())
}

fn restrict(on: bool) -> Value {
    json!({"BlockPublicAcls": false, "IgnorePublicAcls": on, "BlockPublicPolicy": false, "RestrictPublicBuckets": on})
}

const GET: (&str, &str) = ("s3:GetObject", "arn:aws:s3:::b/k");
const LIST: (&str, &str) = ("s3:ListBucket", "arn:aws:s3:::b");

#[test]
fn nothing_is_open_by_itself_but_to_the_owner() {
    assert!(is_refused(&unsigned(json!({}), GET.0, GET.1)));
    assert!(is_refused(&foreign(json!({}), GET.0, GET.1)));
    let owner = knock(&bucket(json!({})), signed("111122223333"), GET.0, GET.1, None);
    assert_eq!(owner, Authorization::Allowed(By::Owner));
}

#[test]
fn b1_a_policy_opens_the_buckets_own_endpoint() {
    let open = json!({"policy": allow("s3:GetObject", "arn:aws:s3:::b/*")});
    assert_eq!(unsigned(open.clone(), GET.0, GET.1), Authorization::Allowed(By::BucketPolicy));
    assert!(is_refused(&unsigned(open, LIST.0, LIST.1)));
}

#[test]
fn a6_restrict_public_buckets_is_gated_by_the_whole_document() {
    let on = json!({"bucket": restrict(true), "account": null});
    let mut policy = allow("s3:GetObject", "arn:aws:s3:::b/*");
    let open = |policy: &Value| json!({"policy": policy, "block_public_access": on.clone()});
    assert!(is_refused(&unsigned(open(&policy), GET.0, GET.1)));
    policy["Statement"][0]["Principal"] = json!({"AWS": "444455556666"});
    assert_eq!(foreign(open(&policy), GET.0, GET.1), Authorization::Allowed(By::BucketPolicy));
    let public =
        json!({"Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b"});
    policy["Statement"].as_array_mut().unwrap().push(public);
    assert!(is_refused(&foreign(open(&policy), GET.0, GET.1)));
}

#[test]
fn a1_a_block_that_was_not_read_leaves_it_unknown() {
    let policy = allow("s3:GetObject", "arn:aws:s3:::b/*");
    let half = json!({"policy": policy, "block_public_access": {"bucket": null}});
    assert_eq!(unsigned(half, GET.0, GET.1), unknown("block_public_access.account"));
    let held = json!({"policy": policy, "block_public_access": {"bucket": restrict(true)}});
    assert!(is_refused(&unsigned(held, GET.0, GET.1)));
}

#[test]
fn b4_requester_pays_refuses_the_unsigned() {
    let open = |pays: Value| json!({"policy": allow("s3:*", "*"), "requester_pays": pays});
    assert!(is_refused(&unsigned(open(json!(true)), GET.0, GET.1)));
    assert_eq!(foreign(open(json!(true)), GET.0, GET.1), Authorization::Allowed(By::BucketPolicy));
    assert_eq!(unsigned(open(json!("-")), GET.0, GET.1), unknown("requester_pays"));
}

#[test]
fn b11_some_operations_refuse_outsiders_whatever_the_policy_says() {
    let open = |ownership: &str| json!({"policy": allow("s3:*", "*"), "ownership": ownership});
    assert!(is_refused(&foreign(open("ObjectWriter"), "s3:PutBucketPolicy", "arn:aws:s3:::b")));
    let acl = |ownership: &str| foreign(open(ownership), "s3:PutBucketAcl", "arn:aws:s3:::b");
    assert_eq!(acl("ObjectWriter"), Authorization::Allowed(By::BucketPolicy));
    assert!(is_refused(&acl("BucketOwnerEnforced")));
    assert_eq!(acl("-"), unknown("ownership"));
}

#[test]
fn b12_an_unsigned_put_under_a_kms_default_fails() {
    let open = |by: &str| json!({"policy": allow("s3:*", "*"), "default_encryption": by});
    assert!(is_refused(&unsigned(open("aws:kms"), "s3:PutObject", "arn:aws:s3:::b/k")));
    assert!(unsigned(open("aws:kms"), GET.0, GET.1).is_allowed());
    assert!(unsigned(open("AES256"), "s3:PutObject", "arn:aws:s3:::b/k").is_allowed());
}

#[test]
fn c1_to_c3_grants_open_what_their_permission_says_to_whom_they_name() {
    let acl =
        |uri: &str, permission: &str| json!({"acl": {"owner": "me", "grants": grants(uri, permission)}});
    assert_eq!(unsigned(acl(ALL_USERS, "READ"), LIST.0, LIST.1), Authorization::Allowed(By::BucketAcl));
    assert!(is_refused(&unsigned(acl(ALL_USERS, "READ"), GET.0, GET.1)));
    assert!(is_refused(&unsigned(acl(AUTHENTICATED, "READ"), LIST.0, LIST.1)));
    assert_eq!(foreign(acl(AUTHENTICATED, "READ"), LIST.0, LIST.1), Authorization::Allowed(By::BucketAcl));
    let put = |permission: &str| unsigned(acl(ALL_USERS, permission), "s3:PutBucketAcl", "arn:aws:s3:::b");
    assert!(put("FULL_CONTROL").is_allowed() && put("WRITE_ACP").is_allowed() && is_refused(&put("WRITE")));
}

#[test]
fn c1_and_a4_ownership_and_ignore_public_acls_shut_grants() {
    let with = |change: Value| {
        let mut all = json!({"acl": {"owner": "me", "grants": grants(ALL_USERS, "READ")}});
        all.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        unsigned(all, LIST.0, LIST.1)
    };
    assert!(is_refused(&with(json!({"ownership": "BucketOwnerEnforced"}))));
    assert!(with(json!({"ownership": null})).is_allowed());
    assert_eq!(with(json!({"ownership": "-"})), unknown("ownership"));
    let ignored = json!({"block_public_access": {"bucket": null, "account": restrict(true)}});
    assert!(is_refused(&with(ignored)));
    assert_eq!(
        with(json!({"block_public_access": {"account": null}})),
        unknown("block_public_access.bucket")
    );
    assert_eq!(with(json!({"policy": {"unreadable": "AccessDenied"}})), unknown("policy"));
}

#[test]
fn c6_a_deny_beats_every_grant_and_every_allow() {
    let deny = json!({"Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"},
        {"Effect": "Deny", "Principal": "*", "Action": "s3:List*", "Resource": "arn:aws:s3:::b"},
    ]});
    let both = json!({"policy": deny, "acl": {"owner": "me", "grants": grants(ALL_USERS, "READ")}});
    assert!(is_refused(&unsigned(both.clone(), LIST.0, LIST.1)));
    assert!(unsigned(both, GET.0, GET.1).is_allowed());
    let control =
        json!([{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}}]);
    let controlled = json!({"policy": allow("s3:*", "*"), "resource_control_policies": control});
    assert!(is_refused(&unsigned(controlled, GET.0, GET.1)));
}

#[test]
fn c2_an_object_acl_opens_its_own_object() {
    let acls = json!({"object_acls": [{"key": "k", "grants": grants(ALL_USERS, "READ")}]});
    assert_eq!(unsigned(acls.clone(), GET.0, GET.1), Authorization::Allowed(By::ObjectAcl));
    assert!(is_refused(&unsigned(acls, GET.0, "arn:aws:s3:::b/other")));
}

fn through(point: Value, policy: Value, caller: Caller, arn: &str) -> Authorization {
    let mut listed =
        json!({"name": "ap", "account": "111122223333", "origin": "Internet", "block_public_access": null});
    listed.as_object_mut().unwrap().extend(point.as_object().unwrap().clone());
    let snapshot = bucket(json!({"policy": policy, "access_points": [listed]}));
    knock(&snapshot, caller, GET.0, GET.1, Some(arn))
}

#[test]
fn b2_and_b3_an_access_point_takes_signed_callers_whom_both_policies_let_in() {
    let own = json!({"policy": allow("s3:GetObject", &format!("{POINT}/object/*"))});
    let delegate = allow("s3:*", "*");
    let outsider = || signed("444455556666");
    let open = Authorization::Allowed(By::AccessPoint);
    assert_eq!(through(own.clone(), delegate.clone(), outsider(), POINT), open);
    assert!(is_refused(&through(own.clone(), delegate.clone(), Caller::Anonymous, POINT)));
    assert!(is_refused(&through(own.clone(), json!(null), outsider(), POINT)));
    assert!(is_refused(&through(json!({"policy": null}), delegate.clone(), outsider(), POINT)));
    let missing = through(json!({}), delegate.clone(), outsider(), POINT);
    assert_eq!(missing, unknown("access_points.policy"));
    let nowhere = "arn:aws:s3:eu-west-1:111122223333:accesspoint/none";
    assert!(is_refused(&through(own.clone(), delegate.clone(), outsider(), nowhere)));
    let theirs = "arn:aws:s3:eu-west-1:444455556666:accesspoint/x";
    assert_eq!(through(own, delegate, outsider(), theirs), open);
}

#[test]
fn b2_an_access_point_takes_https_only() {
    let point = json!({
        "name": "ap", "account": "111122223333", "origin": "Internet", "block_public_access": null,
        "policy": allow("s3:GetObject", &format!("{POINT}/object/*")),
    });
    let snapshot = bucket(json!({"policy": allow("s3:*", "*"), "access_points": [point]}));
    let mut witness = Witness {
        caller: signed("444455556666"),
        action: catalogue::find(GET.0).unwrap(),
        resource: GET.1.into(),
        context: Default::default(),
        absent: Vec::new(),
        endpoint: Some(POINT.into()),
    };
    let now = "2026-11-22T00:00:00Z".parse().unwrap();
    assert!(authorize(&snapshot, &Knock::of(&witness, &snapshot, now)).is_allowed());
    witness.context.set("aws:SecureTransport", "false");
    assert!(is_refused(&authorize(&snapshot, &Knock::of(&witness, &snapshot, now))));
}

#[test]
fn a9_the_flags_of_all_levels_count_at_an_access_point_and_a_vpc_keeps_the_internet_out() {
    let policy = allow("s3:GetObject", &format!("{POINT}/object/*"));
    let outsider = || signed("444455556666");
    let blocked = json!({"policy": policy, "block_public_access": restrict(true)});
    assert!(is_refused(&through(blocked, allow("s3:*", "*"), outsider(), POINT)));
    let inside = json!({"policy": policy, "origin": "VPC", "vpc": "vpc-1"});
    assert!(is_refused(&through(inside, allow("s3:*", "*"), outsider(), POINT)));
    let somewhere = json!({"policy": policy, "block_public_access": {"unreadable": "AccessDenied"}});
    let answer = through(somewhere, allow("s3:*", "*"), outsider(), POINT);
    assert_eq!(answer, unknown("access_points.block_public_access"));
}
