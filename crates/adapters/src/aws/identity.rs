//! Who the caller is.

use aws_config::retry::RetryConfig;
use bucketwatch_engine::cloud::{CloudError, Identity};
use bucketwatch_engine::operation::Operation;
use bucketwatch_policy::name::{AccountId, Partition};
use bucketwatch_policy::untrusted::Untrusted;

use super::asked::Asked;
use super::client::Client;
use super::failure::Failure;

const ATTEMPTS: u32 = 4;

/// Asks STS; the partition is the second field of the caller's ARN.
///
/// The home region is asked, since tokens of a regional endpoint are valid in opt-in regions too; and given up early, since
/// somebody waits to hear that the endpoint is wrong.
pub(super) async fn identity(client: &Client, home: &str) -> Result<Identity, CloudError> {
    let asked = Asked::about_account(Operation::GetCallerIdentity, home);
    let retries = client.config().retry_config().cloned().unwrap_or_else(RetryConfig::standard);
    let config = aws_sdk_sts::config::Builder::from(client.config());
    let config = config.retry_config(retries.with_max_attempts(ATTEMPTS)).build();
    let answer = aws_sdk_sts::Client::from_conf(config).get_caller_identity().send().await;
    let answer = answer.map_err(|error| asked.refused(Failure::from(&error)))?;
    let account = answer
        .account()
        .and_then(AccountId::parse)
        .ok_or_else(|| asked.misunderstood("the answer names no account"))?;
    let arn = answer.arn().ok_or_else(|| asked.misunderstood("the answer names no caller"))?;
    let partition = arn
        .split(':')
        .nth(1)
        .and_then(Partition::parse)
        .ok_or_else(|| asked.misunderstood("the caller is in a partition that is not known"))?;
    Ok(Identity { account, partition, arn: Untrusted::new(arn) })
}
