//! The account's Block Public Access, its access points and its multi-Region access points.

use aws_sdk_s3control::types::MultiRegionAccessPointReport;
use bucketwatch_engine::cloud::{CloudError, ListedAccessPoint};
use bucketwatch_engine::operation::Operation;
use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::{AccessPoint, BlockPublicAccess, NetworkOrigin};
use bucketwatch_policy::name::{AccountId, Partition};
use bucketwatch_policy::untrusted::Untrusted;

use super::AwsCloud;
use super::convert;
use super::failure::{Question, is_absent};

/// Where AWS answers for multi-Region access points.
///
/// *Source*: Amazon S3 User Guide, "Multi-Region Access Point restrictions and limitations".
const MULTI_REGION_HOME: &str = "us-west-2";

const PAGE: i32 = 1_000;

impl AwsCloud {
    pub(super) async fn read_account_block(
        &self,
        account: &AccountId,
    ) -> Result<Option<BlockPublicAccess>, CloudError> {
        let question = Question::about_account(Operation::GetAccountPublicAccessBlock, &self.home);
        let s3control = self.clients.s3control(&self.home);
        match s3control.get_public_access_block().account_id(account.as_str()).send().await {
            Ok(answer) => {
                let block = answer.public_access_block_configuration().map(convert::control_block);
                block.map(Some).ok_or_else(|| question.misunderstood("the answer holds no configuration"))
            }
            Err(error) if is_absent(&error, &["NoSuchPublicAccessBlockConfiguration"]) => Ok(None),
            Err(error) => Err(question.refused(&error)),
        }
    }

    pub(super) async fn list_points(
        &self,
        account: &AccountId,
        region: &str,
    ) -> Result<Vec<ListedAccessPoint>, CloudError> {
        let question = Question::about_account(Operation::ListAccessPoints, region);
        let s3control = self.clients.s3control(region);
        let mut points = Vec::new();
        let mut token = None;
        loop {
            let request = s3control.list_access_points().account_id(account.as_str()).max_results(PAGE);
            let page =
                request.set_next_token(token).send().await.map_err(|error| question.refused(&error))?;
            let own = |point: &&aws_sdk_s3control::types::AccessPoint| {
                point.bucket_account_id().is_none_or(|owner| owner == account.as_str())
            };
            points.extend(page.access_point_list().iter().filter(own).map(listed));
            token = page.next_token.filter(|token| !token.is_empty());
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
        let question = point_question(Operation::GetAccessPoint, region, name);
        let request = self.clients.s3control(region).get_access_point();
        let answer = request.account_id(account.as_str()).name(name.as_raw()).send().await;
        let answer = answer.map_err(|error| question.refused(&error))?;
        let block = answer.public_access_block_configuration().map(convert::control_block);
        block.map(Some).ok_or_else(|| question.misunderstood("the answer holds no configuration"))
    }

    async fn read_point_policy(
        &self,
        account: &AccountId,
        region: &str,
        name: &Untrusted,
    ) -> Result<Option<String>, CloudError> {
        let question = point_question(Operation::GetAccessPointPolicy, region, name);
        let request = self.clients.s3control(region).get_access_point_policy();
        match request.account_id(account.as_str()).name(name.as_raw()).send().await {
            Ok(answer) => Ok(answer.policy.filter(|text| !text.is_empty())),
            Err(error) if is_absent(&error, &["NoSuchAccessPointPolicy"]) => Ok(None),
            Err(error) => Err(question.refused(&error)),
        }
    }

    pub(super) async fn read_multi_region_points(
        &self,
        account: &AccountId,
    ) -> Result<Vec<(Untrusted, AccessPoint)>, CloudError> {
        if self.identity.partition != Partition::Aws {
            return Ok(Vec::new());
        }
        let mut points = Vec::new();
        for report in self.list_multi_region_points(account).await? {
            let Some(alias) = report.alias().map(Untrusted::from) else { continue };
            let point = AccessPoint {
                policy: observed(self.read_multi_region_policy(account, &report).await),
                block: report
                    .public_access_block()
                    .map(convert::control_block)
                    .map_or(Observed::Absent, Observed::Present),
                name: alias,
                account: Some(account.clone()),
                origin: NetworkOrigin::Internet,
            };
            let own = |owner: Option<&str>| owner.is_none_or(|owner| owner == account.as_str());
            let regions = report.regions().iter().filter(|region| own(region.bucket_account_id()));
            let buckets = regions.filter_map(|region| region.bucket()).map(Untrusted::from);
            points.extend(buckets.map(|bucket| (bucket, point.clone())));
        }
        Ok(points)
    }

    async fn list_multi_region_points(
        &self,
        account: &AccountId,
    ) -> Result<Vec<MultiRegionAccessPointReport>, CloudError> {
        let question = Question::about_account(Operation::ListMultiRegionAccessPoints, MULTI_REGION_HOME);
        let s3control = self.clients.s3control(MULTI_REGION_HOME);
        let mut reports = Vec::new();
        let mut token = None;
        loop {
            let request = s3control.list_multi_region_access_points().account_id(account.as_str());
            let page =
                request.set_next_token(token).send().await.map_err(|error| question.refused(&error))?;
            reports.extend(page.access_points.unwrap_or_default());
            token = page.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(reports);
            }
        }
    }

    async fn read_multi_region_policy(
        &self,
        account: &AccountId,
        report: &MultiRegionAccessPointReport,
    ) -> Result<Option<String>, CloudError> {
        let name = Untrusted::from(report.name().unwrap_or_default());
        let question = point_question(Operation::GetMultiRegionAccessPointPolicy, MULTI_REGION_HOME, &name);
        let request = self.clients.s3control(MULTI_REGION_HOME).get_multi_region_access_point_policy();
        match request.account_id(account.as_str()).name(name.as_raw()).send().await {
            Ok(answer) => {
                let established = answer.policy.and_then(|policy| policy.established);
                Ok(established.and_then(|policy| policy.policy).filter(|text| !text.is_empty()))
            }
            Err(error)
                if is_absent(&error, &["NoSuchMultiRegionAccessPointPolicy", "NoSuchAccessPointPolicy"]) =>
            {
                Ok(None)
            }
            Err(error) => Err(question.refused(&error)),
        }
    }
}

fn listed(point: &aws_sdk_s3control::types::AccessPoint) -> ListedAccessPoint {
    ListedAccessPoint {
        name: point.name().into(),
        bucket: point.bucket().into(),
        origin: convert::origin(point),
    }
}

fn point_question(operation: Operation, region: &str, name: &Untrusted) -> Question {
    Question { operation, subject: Some(name.clone()), region: Some(region.to_owned()) }
}

fn observed<T>(answer: Result<Option<T>, CloudError>) -> Observed<T> {
    match answer {
        Ok(Some(value)) => Observed::Present(value),
        Ok(None) => Observed::Absent,
        Err(error) => Observed::Unreadable(error.unreadable()),
    }
}
