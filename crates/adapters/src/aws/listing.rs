//! The account's buckets, page by page.

use bucketwatch_engine::cloud::{BucketPage, CloudError, ListedBucket};
use bucketwatch_engine::operation::Operation;
use jiff::Timestamp;

use super::AwsCloud;
use super::asked::Asked;
use super::client::Question;
use super::endpoint::is_region;
use super::xml::Element;

/// Always sent: AWS refuses a listing without it to accounts of more than 10,000 buckets, and gives a bucket's region
/// only with it.
///
/// *Source*: Amazon S3 API reference, "ListBuckets".
const PAGE: &str = "1000";

impl AwsCloud {
    pub(super) async fn read_page(&self, continuation: Option<&str>) -> Result<BucketPage, CloudError> {
        let asked = Asked::about_account(Operation::ListBuckets, &self.home);
        let question = Question::of_listing(&self.identity.account).with("max-buckets", Some(PAGE));
        let question = question.with("continuation-token", continuation);
        let body = self.client.ask(&self.home, &question).await.map_err(|failure| asked.refused(failure))?;
        asked.understood(&body, "ListAllMyBucketsResult", |page| {
            let buckets = page.child("Buckets").into_iter().flat_map(|list| list.children("Bucket"));
            let continuation = page.word("ContinuationToken").map(str::to_owned);
            Ok(BucketPage { buckets: buckets.map(listed).collect::<Result<_, _>>()?, continuation })
        })
    }
}

fn listed(bucket: Element<'_>) -> Result<ListedBucket, &'static str> {
    let region = bucket.text("BucketRegion").filter(|region| is_region(region));
    let created_at = bucket.text("CreationDate").and_then(|date| date.parse::<Timestamp>().ok());
    Ok(ListedBucket {
        name: bucket.text("Name").ok_or("a bucket of the listing has no name")?.into(),
        region: region.map(str::to_owned),
        created_at: created_at.and_then(|date| Timestamp::from_second(date.as_second()).ok()),
    })
}
