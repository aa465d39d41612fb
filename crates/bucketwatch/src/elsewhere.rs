//! The other accounts whose events come here.

use std::sync::Arc;

use bucketwatch_adapters::aws::{AwsAccounts, ConnectOptions, RoleElsewhere};
use bucketwatch_engine::config::Config;
use bucketwatch_engine::handle::Handler;

/// Gives what opens other accounts, where a role for that is named: in the environment, else in the configuration.
pub(crate) fn accounts(config: &Config, aws: &ConnectOptions) -> Option<Arc<AwsAccounts>> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let organization = config.organization.clone();
    let name = set("BUCKETWATCH_ROLE_NAME").or(organization.role_name)?;
    let external_id = set("BUCKETWATCH_EXTERNAL_ID").or(organization.external_id);
    Some(Arc::new(AwsAccounts::new(aws.clone(), RoleElsewhere { name, external_id })))
}

/// Gives `handler` the other accounts, where there is something that opens them.
pub(crate) fn reaching(handler: Handler, accounts: Option<&Arc<AwsAccounts>>) -> Handler {
    match accounts {
        Some(accounts) => handler.reaching(Arc::clone(accounts) as _),
        None => handler,
    }
}
