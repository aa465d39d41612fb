//! The account's buckets, page by page.

use bucketwatch_engine::cloud::{BucketPage, CloudError, ListedBucket};
use bucketwatch_engine::operation::Operation;
use jiff::Timestamp;

use super::AwsCloud;
use super::failure::{Question, is_region};

/// Always sent: AWS refuses a listing without it to accounts of more than 10,000 buckets, and gives a bucket's region
/// only with it.
///
/// *Source*: Amazon S3 API reference, "ListBuckets".
const PAGE: i32 = 1_000;

impl AwsCloud {
    pub(super) async fn read_page(&self, continuation: Option<&str>) -> Result<BucketPage, CloudError> {
        let question = Question::about_account(Operation::ListBuckets, &self.home);
        let request = self.clients.s3(&self.home).list_buckets().max_buckets(PAGE);
        let answer = request.set_continuation_token(continuation.map(str::to_owned)).send().await;
        let answer = answer.map_err(|error| question.refused(&error))?;
        let mut buckets = Vec::with_capacity(answer.buckets().len());
        for bucket in answer.buckets.unwrap_or_default() {
            let name =
                bucket.name.ok_or_else(|| question.misunderstood("a bucket of the listing has no name"))?;
            buckets.push(ListedBucket {
                name: name.into(),
                region: bucket.bucket_region.filter(|region| is_region(region)),
                created_at: bucket.creation_date.and_then(|date| Timestamp::from_second(date.secs()).ok()),
            });
        }
        let continuation = answer.continuation_token.filter(|token| !token.is_empty());
        Ok(BucketPage { buckets, continuation })
    }
}
