//! From a call to its answer: who asks, may they, and what is there.

use std::sync::Arc;

use bucketwatch_exposure::observed::Observed;

use super::{
    Operation, Target, access_point, account, acl, bucket, multi_region, object, ownership, policy, token,
};
use crate::account::{Account, Bucket};
use crate::caller::{Caller, Principal, identify};
use crate::conduct::Conduct;
use crate::outsider;
use crate::wire::call::Call;
use crate::wire::refusal::Refusal;
use crate::wire::reply::Reply;
use crate::world::World;

/// A call that is to be answered, with all that its answer depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask<'a> {
    pub(crate) world: &'a World,
    pub(crate) conduct: &'a Conduct,
    pub(crate) operation: Operation,
    pub(crate) call: &'a Call,
    /// The ARN of the access point that the call goes through.
    pub(crate) endpoint: Option<&'a str>,
}

/// What a call comes to.
pub(crate) type Answer = Result<Reply, Refusal>;

/// Gives the answer to a call.
pub(crate) fn answer(ask: Ask<'_>) -> Answer {
    let caller = identify(ask.call, &ask.world.account(), &ask.world.sessions)?;
    match ask.operation.target() {
        Target::Token => token::answer(ask, &signed(caller)?),
        Target::Account => {
            let principal = own(caller)?;
            ask.check_gate(&principal, None)?;
            account_wide(ask)
        }
        Target::Bucket | Target::Object => {
            let (bucket, endpoint) = find(ask, &caller)?;
            let ask = Ask { endpoint: endpoint.as_deref(), ..ask };
            ask.admit(&caller, &bucket)?;
            if ask.operation.target() == Target::Object {
                object::answer(ask, &caller, &bucket)
            } else {
                of_bucket(ask, &bucket)
            }
        }
    }
}

fn signed(caller: Caller) -> Result<Principal, Refusal> {
    match caller {
        Caller::Own(principal) | Caller::Foreign(principal) => Ok(principal),
        Caller::Anonymous => {
            Err(Refusal::new("MissingAuthenticationToken", "Request is missing Authentication Token"))
        }
    }
}

fn own(caller: Caller) -> Result<Principal, Refusal> {
    match caller {
        Caller::Own(principal) => Ok(principal),
        Caller::Anonymous | Caller::Foreign(_) => Err(Refusal::denied()),
    }
}

/// Finds the bucket, and the ARN of the access point where the call names one instead. Signed calls are sent to the
/// bucket's region; unsigned ones name no region to be wrong.
fn find(ask: Ask<'_>, caller: &Caller) -> Result<(Arc<Bucket>, Option<String>), Refusal> {
    let name = ask.bucket_name();
    let account = ask.world.account();
    let found = account.bucket(name).map(|bucket| (bucket, None)).or_else(|| account.through(name));
    let (bucket, endpoint) = found.ok_or_else(|| Refusal::no_bucket(name))?;
    let asked = ask.call.region().filter(|_| *caller != Caller::Anonymous);
    let here = asked.is_none_or(|asked| asked == bucket.region());
    if here || ask.operation == Operation::GetBucketLocation {
        Ok((bucket, endpoint))
    } else {
        Err(Refusal::elsewhere(name, bucket.region()))
    }
}

fn account_wide(ask: Ask<'_>) -> Answer {
    use Operation as Op;
    match ask.operation {
        Op::ListBuckets => account::list_buckets(ask),
        Op::CreateBucket => account::create_bucket(ask),
        Op::GetAccountPublicAccessBlock => account::get_block(ask),
        Op::PutAccountPublicAccessBlock => account::put_block(ask),
        Op::DeleteAccountPublicAccessBlock => account::delete_block(ask),
        Op::ListAccessPoints => access_point::list(ask),
        Op::GetAccessPoint => access_point::get(ask),
        Op::GetAccessPointPolicy => access_point::get_policy(ask),
        Op::GetAccessPointPolicyStatus => access_point::get_policy_status(ask),
        Op::ListMultiRegionAccessPoints => multi_region::list(ask),
        Op::GetMultiRegionAccessPoint => multi_region::get(ask),
        Op::GetMultiRegionAccessPointPolicy => multi_region::get_policy(ask),
        Op::GetMultiRegionAccessPointPolicyStatus => multi_region::get_policy_status(ask),
        _ => Err(Refusal::not_implemented()),
    }
}

fn of_bucket(ask: Ask<'_>, found: &Bucket) -> Answer {
    use Operation as Op;
    match ask.operation {
        Op::HeadBucket => Ok(Reply::done().with_header("x-amz-bucket-region", found.region())),
        Op::DeleteBucket => bucket::delete(ask, found),
        Op::GetBucketLocation => Ok(bucket::location(found)),
        Op::GetBucketOwnershipControls => ownership::get(found),
        Op::PutBucketOwnershipControls => ownership::put(ask, found),
        Op::DeleteBucketOwnershipControls => ownership::delete(ask, found),
        Op::GetPublicAccessBlock => bucket::get_block(found),
        Op::PutPublicAccessBlock => bucket::put_block(ask, found),
        Op::DeletePublicAccessBlock => bucket::delete_block(ask, found),
        Op::GetBucketPolicy => policy::get(found),
        Op::PutBucketPolicy => policy::put(ask, found),
        Op::DeleteBucketPolicy => policy::delete(ask, found),
        Op::GetBucketPolicyStatus => policy::get_status(found),
        Op::GetBucketAcl => acl::get(ask, found),
        Op::PutBucketAcl => acl::put(ask, found),
        Op::GetBucketWebsite => bucket::website(found),
        Op::GetBucketRequestPayment => bucket::request_payment(found),
        Op::GetBucketEncryption => bucket::encryption(found),
        Op::GetBucketTagging => bucket::tagging(found),
        Op::GetBucketLogging => Ok(bucket::logging()),
        Op::ListObjects | Op::ListObjectsV2 => object::list(ask, found),
        _ => Err(Refusal::not_implemented()),
    }
}

impl Ask<'_> {
    /// Lets the call through or says why not: owners meet the gate, everybody else the decision engine.
    fn admit(&self, caller: &Caller, bucket: &Bucket) -> Result<(), Refusal> {
        match caller {
            Caller::Own(principal) => self.check_gate(principal, Some(bucket)),
            Caller::Anonymous | Caller::Foreign(_) => outsider::admit(*self, caller, bucket),
        }
    }

    fn check_gate(&self, principal: &Principal, bucket: Option<&Bucket>) -> Result<(), Refusal> {
        let resource = bucket.map(|bucket| self.resource(bucket));
        self.conduct.gate.check(self.operation, &principal.arn, resource.as_deref())
    }

    /// Gives the ARN of the bucket or object that the call is about.
    pub(crate) fn resource(&self, bucket: &Bucket) -> String {
        let (partition, name) = (bucket.snapshot.partition, bucket.name());
        match &self.call.key {
            Some(key) if self.operation.target() == Target::Object => {
                format!("arn:{partition}:s3:::{name}/{key}")
            }
            _ => format!("arn:{partition}:s3:::{name}"),
        }
    }

    /// Gives the name of the bucket that the call is about.
    pub(crate) fn bucket_name(&self) -> &str {
        self.call.bucket.as_deref().unwrap_or_default()
    }

    /// Changes `bucket`, which the call is about.
    pub(crate) fn change(&self, bucket: &Bucket, change: impl FnOnce(&mut Bucket)) -> Result<(), Refusal> {
        let name = bucket.name();
        let changed = self.world.change(|account: &mut Account| account.change(name, change));
        if changed { Ok(()) } else { Err(Refusal::no_bucket(name)) }
    }
}

/// Gives what is configured, or the refusal that stands in its place: `absent` where there is nothing.
pub(crate) fn shown<'a, T>(fact: &'a Observed<T>, absent: (&str, &str)) -> Result<&'a T, Refusal> {
    shown_or_none(fact)?.ok_or_else(|| Refusal::new(absent.0, absent.1))
}

/// Gives what is configured, if anything is, or the refusal that stands in its place.
pub(crate) fn shown_or_none<T>(fact: &Observed<T>) -> Result<Option<&T>, Refusal> {
    match fact {
        Observed::Present(value) => Ok(Some(value)),
        Observed::Absent | Observed::NotAsked => Ok(None),
        Observed::Unreadable(why) if why.code == "AccessDenied" => Err(Refusal::denied()),
        Observed::Unreadable(why) => Err(Refusal::new(&why.code, "The sandbox refuses to show this.")),
    }
}
