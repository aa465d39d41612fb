//! Which document a notice becomes.

use schemars::JsonSchema;
use serde::Deserialize;

/// Which document a notice becomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DocumentFormat {
    /// The document `bucketwatch.notice/1`.
    #[default]
    Notice,
    /// OCSF Detection Findings: none, one or several.
    Ocsf,
}
