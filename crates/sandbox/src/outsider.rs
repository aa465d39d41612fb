//! Calls of outsiders: unsigned ones, and those signed by other accounts. The decision engine's plain authoriser
//! answers them.

use bucketwatch_exposure::authorize::{Authorization, Knock, authorize};
use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::{BucketSnapshot, Ownership};
use bucketwatch_policy::action::Action;
use bucketwatch_policy::catalogue;
use bucketwatch_policy::request::{self, Context, Signed};
use bucketwatch_policy::untrusted::Untrusted;
use bucketwatch_policy::witness::Witness;

use crate::account::{Bucket, canonical_id};
use crate::caller::{Caller, Principal};
use crate::operation::{Ask, Operation};
use crate::wire::query::Query;
use crate::wire::refusal::Refusal;

/// The header in which a test says what its request carries: `aws:SourceIp=203.0.113.9&aws:SecureTransport=true`.
/// Loopback itself can produce few values of few condition keys.
const CONTEXT_HEADER: &str = "x-sandbox-context";

/// Lets an outsider's call through where the bucket's policy and ACLs do.
pub(crate) fn admit(ask: Ask<'_>, caller: &Caller, bucket: &Bucket) -> Result<(), Refusal> {
    let pays = bucket.snapshot.requester_pays == Observed::Present(true);
    if pays && ask.call.header("x-amz-request-payer") != Some("requester") {
        return Err(Refusal::denied());
    }
    let action = catalogue::find(ask.operation.action()).ok_or_else(Refusal::not_implemented)?;
    if action.owner_account_only() {
        let message = "The specified method is not allowed against this resource.";
        return Err(Refusal::new("MethodNotAllowed", message));
    }
    let snapshot = as_served(&bucket.snapshot);
    decide(ask, caller, bucket, &snapshot, action)?;
    let sets_acl = ask.operation == Operation::PutObject && names_grants(ask);
    if sets_acl && bucket.ownership() != Ownership::BucketOwnerEnforced {
        let action = catalogue::find("s3:PutObjectAcl").ok_or_else(Refusal::not_implemented)?;
        decide(ask, caller, bucket, &snapshot, action)?;
    }
    Ok(())
}

fn decide(
    ask: Ask<'_>,
    caller: &Caller,
    bucket: &Bucket,
    snapshot: &BucketSnapshot,
    action: Action,
) -> Result<(), Refusal> {
    let mut absent = Vec::new();
    let context = context(ask, action, &mut absent);
    let witness = Witness {
        caller: engine_caller(caller),
        action,
        resource: Untrusted::new(ask.resource(bucket)),
        context,
        absent,
        endpoint: ask.endpoint.map(Untrusted::from),
    };
    match authorize(snapshot, &Knock::of(&witness, snapshot, ask.world.now(ask.conduct))) {
        Authorization::Allowed(_) => Ok(()),
        Authorization::Refused(_) => Err(Refusal::denied()),
        Authorization::Unknown(what) => {
            let message = format!("The sandbox cannot decide this call: {what}");
            Err(Refusal::new("NotImplemented", &message))
        }
    }
}

/// Gives the snapshot with nothing left open: what nobody asked for, or may not be seen, is not configured.
fn as_served(snapshot: &BucketSnapshot) -> BucketSnapshot {
    fn settled<T: Clone>(fact: &Observed<T>) -> Observed<T> {
        if fact.is_known() { fact.clone() } else { Observed::Absent }
    }
    BucketSnapshot {
        policy: settled(&snapshot.policy),
        acl: settled(&snapshot.acl),
        ownership: settled(&snapshot.ownership),
        bucket_block: settled(&snapshot.bucket_block),
        account_block: settled(&snapshot.account_block),
        website: settled(&snapshot.website),
        requester_pays: settled(&snapshot.requester_pays),
        default_encryption: settled(&snapshot.default_encryption),
        tags: settled(&snapshot.tags),
        access_points: settled(&snapshot.access_points),
        multi_region_access_points: settled(&snapshot.multi_region_access_points),
        resource_control_policies: settled(&snapshot.resource_control_policies),
        object_acls: settled(&snapshot.object_acls),
        ..snapshot.clone()
    }
}

fn engine_caller(caller: &Caller) -> request::Caller {
    match caller {
        Caller::Anonymous => request::Caller::Anonymous,
        Caller::Own(principal) | Caller::Foreign(principal) => request::Caller::Signed(signed(principal)),
    }
}

fn signed(principal: &Principal) -> Signed {
    let session = principal.arn.split_once(":assumed-role/").map(|(before, after)| {
        let role = after.split('/').next().unwrap_or_default();
        format!("{}:role/{role}", before.replacen(":sts:", ":iam:", 1))
    });
    Signed {
        account: principal.account.clone(),
        session_arn: session.is_some().then(|| Untrusted::from(principal.arn.as_str())),
        arn: Untrusted::new(session.unwrap_or_else(|| principal.arn.clone())),
        canonical_id: Some(Untrusted::new(canonical_id(&principal.account))),
        provider: None,
    }
}

/// Gives the condition keys that the call itself carries, as far as `action` defines them; the rest is what such a
/// caller carries by default. `absent` takes those that it does not carry though others do.
fn context(ask: Ask<'_>, action: Action, absent: &mut Vec<String>) -> Context {
    let mut context = Context::default();
    let mut set = |key: &str, value: Option<&str>| {
        if let Some(value) = value.filter(|_| action.defines(key)) {
            context.set(key, value);
        }
    };
    set("aws:SecureTransport", Some("false"));
    set("aws:Referer", ask.call.header("referer"));
    set("aws:UserAgent", ask.call.header("user-agent"));
    for key in ["s3:prefix", "s3:delimiter", "s3:max-keys"] {
        let name = key.trim_start_matches("s3:");
        let value = ask.call.query.get(name).or_else(|| ask.call.query.has(name).then_some(""));
        set(key, value);
    }
    for name in ask.call.headers.keys().filter(|name| name.as_str().starts_with("x-amz-")) {
        set(&format!("s3:{name}"), ask.call.header(name.as_str()));
    }
    let tags = Query::parse(ask.call.header("x-amz-tagging").unwrap_or_default());
    for (name, value) in tags.iter() {
        set(&format!("s3:RequestObjectTag/{name}"), Some(value));
    }
    absent.push("s3:TlsVersion".to_owned());
    let said = Query::parse(ask.call.header(CONTEXT_HEADER).unwrap_or_default());
    for (key, value) in said.iter() {
        absent.retain(|other| !other.eq_ignore_ascii_case(key));
        context.set(key, value);
    }
    context
}

fn names_grants(ask: Ask<'_>) -> bool {
    let names = ask.call.headers.keys().map(|name| name.as_str());
    { names }.any(|name| name == "x-amz-acl" || name.starts_with("x-amz-grant-"))
}
