//! The other accounts whose events come here.

use std::sync::Arc;

use bucketwatch_adapters::aws::{AwsAccounts, ConnectOptions, RoleElsewhere};
use bucketwatch_engine::config::Config;
use bucketwatch_engine::handle::Handler;

/// Gives `handler` the role by which it looks at other accounts, where one is named: in the environment, else in the
/// configuration.
pub(crate) fn reaching(handler: Handler, config: &Config, aws: &ConnectOptions) -> Handler {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let organization = config.organization.clone();
    let Some(name) = set("BUCKETWATCH_ROLE_NAME").or(organization.role_name) else { return handler };
    let external_id = set("BUCKETWATCH_EXTERNAL_ID").or(organization.external_id);
    handler.reaching(Arc::new(AwsAccounts::new(aws.clone(), RoleElsewhere { name, external_id })))
}
