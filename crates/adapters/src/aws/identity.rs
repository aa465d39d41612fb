//! Who the caller is.

use bucketwatch_engine::cloud::{CloudError, Identity};
use bucketwatch_engine::operation::Operation;
use bucketwatch_policy::name::{AccountId, Partition};
use bucketwatch_policy::untrusted::Untrusted;

use super::clients::Clients;
use super::failure::Question;

/// Asks STS; the partition is the second field of the caller's ARN.
pub(super) async fn identity(clients: &Clients, home: &str) -> Result<Identity, CloudError> {
    let question = Question::about_account(Operation::GetCallerIdentity, home);
    let answer =
        clients.sts().get_caller_identity().send().await.map_err(|error| question.refused(&error))?;
    let account = answer
        .account()
        .and_then(AccountId::parse)
        .ok_or_else(|| question.misunderstood("the answer names no account"))?;
    let arn = answer.arn().ok_or_else(|| question.misunderstood("the answer names no caller"))?;
    let partition = arn
        .split(':')
        .nth(1)
        .and_then(Partition::parse)
        .ok_or_else(|| question.misunderstood("the caller is in a partition that is not known"))?;
    Ok(Identity { account, partition, arn: Untrusted::new(arn) })
}
