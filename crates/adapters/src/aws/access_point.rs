//! The account's Block Public Access, its access points and its multi-Region access points.

use bucketwatch_engine::cloud::{CloudError, ListedAccessPoint};
use bucketwatch_engine::operation::Operation;
use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::{AccessPoint, BlockPublicAccess, NetworkOrigin};
use bucketwatch_policy::name::{AccountId, Partition};
use bucketwatch_policy::untrusted::Untrusted;

use super::asked::Asked;
use super::client::Question;
use super::xml::Element;
use super::{AwsCloud, answer};

/// Where AWS answers for multi-Region access points.
///
/// *Source*: Amazon S3 User Guide, "Multi-Region Access Point restrictions and limitations".
const MULTI_REGION_HOME: &str = "us-west-2";

const PAGE: &str = "1000";

impl AwsCloud {
    pub(super) async fn read_account_block(
        &self,
        account: &AccountId,
    ) -> Result<Option<BlockPublicAccess>, CloudError> {
        let asked = Asked::about_account(Operation::GetAccountPublicAccessBlock, &self.home);
        let question = Question::of_account(account, &["configuration", "publicAccessBlock"]);
        let answer = self.ask_control(&asked, &question, &["NoSuchPublicAccessBlockConfiguration"]).await?;
        let Some(body) = answer else { return Ok(None) };
        asked.understood(&body, "PublicAccessBlockConfiguration", answer::block).map(Some)
    }

    pub(super) async fn list_points(
        &self,
        account: &AccountId,
        region: &str,
    ) -> Result<Vec<ListedAccessPoint>, CloudError> {
        let asked = Asked::about_account(Operation::ListAccessPoints, region);
        let question = Question::of_account(account, &["accesspoint"]).with("maxResults", Some(PAGE));
        let mut points = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let page = question.clone().with("nextToken", token.as_deref());
            let body = self.ask_control(&asked, &page, &[]).await?.unwrap_or_default();
            token = asked.understood(&body, "ListAccessPointsResult", |page| {
                for point in
                    page.child("AccessPointList").into_iter().flat_map(|list| list.children("AccessPoint"))
                {
                    if is_of(account, point) {
                        points.push(listed(point)?);
                    }
                }
                Ok(page.word("NextToken").map(str::to_owned))
            })?;
            if token.is_none() {
                return Ok(points);
            }
        }
    }

    pub(super) async fn read_point(
        &self,
        account: &AccountId,
        region: &str,
        listed: &ListedAccessPoint,
    ) -> AccessPoint {
        let (block, policy) = futures::join!(
            self.read_point_block(account, region, &listed.name),
            self.read_point_policy(account, region, &listed.name),
        );
        AccessPoint {
            name: listed.name.clone(),
            account: Some(account.clone()),
            origin: listed.origin.clone(),
            policy: observed(policy),
            block: observed(block),
        }
    }

    async fn read_point_block(
        &self,
        account: &AccountId,
        region: &str,
        name: &Untrusted,
    ) -> Result<Option<BlockPublicAccess>, CloudError> {
        let asked = about_point(Operation::GetAccessPoint, region, name);
        let question = Question::of_account(account, &["accesspoint", name.as_raw()]);
        let body = self.ask_control(&asked, &question, &[]).await?.unwrap_or_default();
        asked.understood(&body, "GetAccessPointResult", |point| {
            let block = point.child("PublicAccessBlockConfiguration");
            answer::block(block.ok_or("the answer holds no configuration")?).map(Some)
        })
    }

    async fn read_point_policy(
        &self,
        account: &AccountId,
        region: &str,
        name: &Untrusted,
    ) -> Result<Option<String>, CloudError> {
        let asked = about_point(Operation::GetAccessPointPolicy, region, name);
        let question = Question::of_account(account, &["accesspoint", name.as_raw(), "policy"]);
        let answer = self.ask_control(&asked, &question, &["NoSuchAccessPointPolicy"]).await?;
        let Some(body) = answer else { return Ok(None) };
        asked.understood(&body, "GetAccessPointPolicyResult", |answer| {
            Ok(answer.word("Policy").map(str::to_owned))
        })
    }

    pub(super) async fn read_multi_region_points(
        &self,
        account: &AccountId,
    ) -> Result<Vec<(Untrusted, AccessPoint)>, CloudError> {
        if self.identity.partition != Partition::Aws {
            return Ok(Vec::new());
        }
        let mut points = Vec::new();
        for listed in self.list_multi_region_points(account).await? {
            let point = AccessPoint {
                policy: observed(self.read_multi_region_policy(account, &listed.name).await),
                block: listed.block.map_or(Observed::Absent, Observed::Present),
                name: listed.alias,
                account: Some(account.clone()),
                origin: NetworkOrigin::Internet,
            };
            points.extend(listed.buckets.into_iter().map(|bucket| (bucket, point.clone())));
        }
        Ok(points)
    }

    /// Gives every multi-Region access point that has an alias, by which alone it can be reached.
    async fn list_multi_region_points(
        &self,
        account: &AccountId,
    ) -> Result<Vec<MultiRegionPoint>, CloudError> {
        let asked = Asked::about_account(Operation::ListMultiRegionAccessPoints, MULTI_REGION_HOME);
        let question = Question::of_account(account, &["mrap", "instances"]);
        let mut points = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let page = question.clone().with("nextToken", token.as_deref());
            let body = self.ask_control(&asked, &page, &[]).await?.unwrap_or_default();
            token = asked.understood(&body, "ListMultiRegionAccessPointsResult", |page| {
                for point in
                    page.child("AccessPoints").into_iter().flat_map(|list| list.children("AccessPoint"))
                {
                    points.extend(multi_region_point(account, point)?);
                }
                Ok(page.word("NextToken").map(str::to_owned))
            })?;
            if token.is_none() {
                return Ok(points);
            }
        }
    }

    async fn read_multi_region_policy(
        &self,
        account: &AccountId,
        name: &Untrusted,
    ) -> Result<Option<String>, CloudError> {
        let asked = about_point(Operation::GetMultiRegionAccessPointPolicy, MULTI_REGION_HOME, name);
        let question = Question::of_account(account, &["mrap", "instances", name.as_raw(), "policy"]);
        let absent = ["NoSuchMultiRegionAccessPointPolicy", "NoSuchAccessPointPolicy"];
        let Some(body) = self.ask_control(&asked, &question, &absent).await? else { return Ok(None) };
        asked.understood(&body, "GetMultiRegionAccessPointPolicyResult", |answer| {
            let established = answer.child("Policy").and_then(|policy| policy.child("Established"));
            Ok(established.and_then(|policy| policy.word("Policy")).map(str::to_owned))
        })
    }

    /// Asks s3control. One of `absent` means that there is none.
    async fn ask_control(
        &self,
        asked: &Asked,
        question: &Question<'_>,
        absent: &[&str],
    ) -> Result<Option<Vec<u8>>, CloudError> {
        match self.client.ask(asked.region.as_deref().unwrap_or(&self.home), question).await {
            Ok(body) => Ok(Some(body)),
            Err(failure) if failure.is_absent(absent) => Ok(None),
            Err(failure) => Err(asked.refused(failure)),
        }
    }
}

/// A multi-Region access point as the listing shows it.
struct MultiRegionPoint {
    name: Untrusted,
    alias: Untrusted,
    block: Option<BlockPublicAccess>,
    /// Those of its buckets that are the account's own.
    buckets: Vec<Untrusted>,
}

fn multi_region_point(
    account: &AccountId,
    point: Element<'_>,
) -> Result<Option<MultiRegionPoint>, &'static str> {
    let Some(alias) = point.text("Alias") else { return Ok(None) };
    let regions = point.child("Regions").into_iter().flat_map(|list| list.children("Region"));
    let own = regions.filter(|region| is_of(account, *region));
    Ok(Some(MultiRegionPoint {
        name: point.text("Name").unwrap_or_default().into(),
        alias: alias.into(),
        block: point.child("PublicAccessBlock").map(answer::block).transpose()?,
        buckets: own.filter_map(|region| region.text("Bucket")).map(Untrusted::from).collect(),
    }))
}

fn listed(point: Element<'_>) -> Result<ListedAccessPoint, &'static str> {
    let (name, bucket) = (point.text("Name"), point.text("Bucket"));
    Ok(ListedAccessPoint {
        name: name.ok_or("an access point of the listing has no name")?.into(),
        bucket: bucket.ok_or("an access point of the listing has no bucket")?.into(),
        origin: answer::origin(point),
    })
}

/// Tells whether the bucket of `point` is one of `account`; one whose account is not told is.
fn is_of(account: &AccountId, point: Element<'_>) -> bool {
    point.text("BucketAccountId").is_none_or(|owner| owner == account.as_str())
}

fn about_point(operation: Operation, region: &str, name: &Untrusted) -> Asked {
    Asked { operation, subject: Some(name.clone()), region: Some(region.to_owned()) }
}

fn observed<T>(answer: Result<Option<T>, CloudError>) -> Observed<T> {
    match answer {
        Ok(Some(value)) => Observed::Present(value),
        Ok(None) => Observed::Absent,
        Err(error) => Observed::Unreadable(error.unreadable()),
    }
}
