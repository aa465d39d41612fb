//! The policies of tables and of their buckets.

use bucketwatch_engine::cloud::{CloudError, TableAddress};
use bucketwatch_engine::operation::Operation;

use super::asked::Asked;
use super::client::Question;
use super::{AwsCloud, json};

impl AwsCloud {
    /// *Source*: S3 API reference, "GetTableBucketPolicy" and "GetTablePolicy" (read 2026-11-23). One code says that there
    /// is no policy, and that there is no table that could have one.
    pub(super) async fn read_table_policy(&self, table: &TableAddress) -> Result<Option<String>, CloudError> {
        let bucket = table.bucket_arn();
        let (operation, parts) = match table.table() {
            None => (Operation::GetTableBucketPolicy, vec!["buckets", bucket, "policy"]),
            Some((namespace, name)) => {
                (Operation::GetTablePolicy, vec!["tables", bucket, namespace, name, "policy"])
            }
        };
        let region = table.region();
        let asked = Asked { operation, subject: Some(table.subject()), region: Some(region.to_owned()) };
        let question = Question::of_tables(&self.identity.account, &parts);
        let body = match self.client.ask(region, &question).await {
            Ok(body) => body,
            Err(failure) if failure.is_absent(&["NotFoundException"]) => return Ok(None),
            Err(failure) => return Err(asked.refused(failure)),
        };
        let policy = json::text(&body, "resourcePolicy").filter(|policy| !policy.is_empty());
        policy.map(Some).ok_or_else(|| asked.misunderstood("the answer holds no policy"))
    }
}
