//! AWS Security Hub: a finding for each way in, archived when it is shut.
//!
//! *Source*: AWS Security Hub API reference, "BatchImportFindings", read 2026-11-23.

use std::sync::Arc;

use async_trait::async_trait;
use bucketwatch_engine::config::SecurityHubConfig;
use bucketwatch_engine::message::asff_findings;
use bucketwatch_engine::notice::Notice;
use bucketwatch_engine::notifier::{DeliveryError, Notifier, Retry};
use serde_json::{Value, json};

use crate::aws::{AwsSession, Call};

/// The most findings of a request.
const FINDINGS: usize = 100;

/// Imports notices into one region's Security Hub.
pub struct SecurityHub {
    name: String,
    region: String,
    aws: Arc<AwsSession>,
}

impl SecurityHub {
    /// Gives the notifier of the Security Hub that `config` names. Nothing is sent yet.
    pub fn new(config: &SecurityHubConfig, aws: Arc<AwsSession>) -> Self {
        Self { name: config.name.clone(), region: config.region.clone(), aws }
    }

    async fn import(&self, findings: &[Value]) -> Result<(), DeliveryError> {
        let call = Call {
            service: "securityhub",
            region: Some(self.region.clone()),
            path: "/findings/import",
            headers: vec![("content-type", "application/json".to_owned())],
            body: json!({ "Findings": findings }).to_string(),
        };
        let answer: Value = serde_json::from_slice(&self.aws.call(&call).await?).unwrap_or_default();
        let refused = |retry, reason: String| Err(DeliveryError { reason, retry });
        match answer["FailedCount"].as_u64() {
            Some(0) => Ok(()),
            Some(failed) => {
                let codes = answer["FailedFindings"].as_array().into_iter().flatten();
                let passing = codes.clone().any(|finding| is_passing(&finding["ErrorCode"]));
                let retry = if passing { Retry::Later } else { Retry::Never };
                refused(retry, format!("Security Hub refused {failed} of {} findings", findings.len()))
            }
            None => refused(
                Retry::Later,
                "Security Hub's answer does not say what became of the findings".to_owned(),
            ),
        }
    }
}

#[async_trait]
impl Notifier for SecurityHub {
    fn name(&self) -> &str {
        &self.name
    }

    fn follows(&self) -> bool {
        true
    }

    fn registers(&self) -> bool {
        true
    }

    async fn deliver(&self, notice: &Notice) -> Result<(), DeliveryError> {
        for findings in asff_findings(notice, &self.region).chunks(FINDINGS) {
            self.import(findings).await?;
        }
        Ok(())
    }
}

/// Tells whether the same finding may be taken later.
fn is_passing(code: &Value) -> bool {
    code.as_str()
        .is_none_or(|code| ["Internal", "Limit", "Throttl", "Access"].iter().any(|word| code.contains(word)))
}
