//! The settings of the check-up.

use schemars::JsonSchema;
use serde::Deserialize;

/// What `doctor` looks at beside what the rest of the file names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DoctorConfig {
    /// Regions in which a trail and a rule must see what happens. Default: the ambient one
    /// and those that have buckets.
    #[serde(default)]
    pub regions: Vec<String>,
}
