//! `[organization]`: the other accounts whose events come here.

use schemars::JsonSchema;
use serde::Deserialize;

use super::ConfigError;

/// How the other accounts are looked at whose events come here. Without a role their events are judged by what they ask
/// for, and told as unverified.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrganizationConfig {
    /// The role to assume in each of them, the same in all: its name, with its path where it has one.
    /// `BUCKETWATCH_ROLE_NAME` wins over it.
    pub role_name: Option<String>,
    /// The external id that the roles' trust policies ask for. `BUCKETWATCH_EXTERNAL_ID` wins over it.
    pub external_id: Option<String>,
}

impl OrganizationConfig {
    /// Checks the names, which become part of an ARN and of a request.
    ///
    /// *Source*: IAM user guide, "IAM and AWS STS quotas", and STS API reference, "AssumeRole" (read 2026-11-23).
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let in_name = |c: char| c.is_ascii_alphanumeric() || "+=,.@_-/".contains(c);
        if self.role_name.as_ref().is_some_and(|name| name.is_empty() || !name.chars().all(in_name)) {
            return Err(ConfigError::named("`role_name` must be the name of a role, not its ARN"));
        }
        let in_id = |c: char| c.is_ascii_alphanumeric() || "+=,.@:/-_".contains(c);
        let is_id = |id: &String| (2..=1224).contains(&id.len()) && id.chars().all(in_id);
        if self.external_id.as_ref().is_some_and(|id| !is_id(id)) {
            return Err(ConfigError::named(
                "`external_id` must be 2 to 1224 letters, digits and any of `+=,.@:/-_`",
            ));
        }
        Ok(())
    }
}
