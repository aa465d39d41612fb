use std::collections::BTreeMap;
use std::sync::Mutex;

use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::{BlockPublicAccess, Ownership};
use bucketwatch_policy::untrusted::Untrusted;
use serde_json::{Value, json};

use super::*;

/// A history in pages, and what was asked of it.
#[derive(Default)]
struct Kept {
    pages: Vec<Vec<String>>,
    by_name: BTreeMap<&'static str, Result<Vec<Vec<String>>, LookupError>>,
    asked: Mutex<Vec<Question>>,
}

#[async_trait]
impl EventHistory for Kept {
    async fn page(&self, question: &Question, next: Option<&str>) -> Result<HistoryPage, LookupError> {
        self.asked.lock().unwrap().push(question.clone());
        let page: usize = next.map_or(0, |next| next.parse().unwrap());
        let pages = match &question.by {
            By::Bucket(bucket) => {
                let region = question.region.as_deref();
                assert_eq!((bucket.as_raw(), region), ("photos", Some("eu-west-1")));
                &self.pages
            }
            By::Name(name) => match self.by_name.get(name) {
                Some(Ok(pages)) => pages,
                Some(Err(error)) => return Err(error.clone()),
                None => return Ok(HistoryPage::default()),
            },
        };
        let next = (page + 1 < pages.len()).then(|| (page + 1).to_string());
        Ok(HistoryPage { records: pages[page].clone(), next })
    }

    fn pause(&self) -> Duration {
        Duration::ZERO
    }
}

fn event(id: &str, name: &str, day: u8, extra: Value) -> String {
    let mut request = json!({"bucketName": "photos"});
    request.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    json!({"eventID": id, "eventName": name, "eventSource": "s3.amazonaws.com", "awsRegion": "eu-west-1",
        "eventTime": format!("2026-11-{day:02}T06:00:00Z"), "recipientAccountId": "111122223333",
        "sourceIPAddress": "198.51.100.7", "userAgent": "[aws-cli/2.15.0]", "requestParameters": request,
        "userIdentity": {"type": "IAMUser", "userName": "ann", "accountId": "111122223333"}})
    .to_string()
}

fn policy(principal: &str) -> Value {
    json!({"bucketPolicy": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Principal": {"AWS": principal}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/*"}]}})
}

fn snapshot() -> BucketSnapshot {
    BucketSnapshot {
        account: AccountId::parse("111122223333"),
        region: Some("eu-west-1".to_owned()),
        policy: Observed::Absent,
        ownership: Observed::Present(Ownership::BucketOwnerEnforced),
        bucket_block: Observed::Absent,
        account_block: Observed::Absent,
        ..BucketSnapshot::unseen(Some("photos".into()))
    }
}

fn traced(history: &Kept, snapshot: &BucketSnapshot) -> Trace {
    let now = "2026-11-23T06:00:00Z".parse().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(trace(history, snapshot, now)).unwrap()
}

fn named(trace: &Trace) -> Vec<&str> {
    trace.deeds.iter().map(|deed| deed.event.as_str()).collect()
}

/// Gives what was asked for by name, as `name region`.
fn by_name(history: &Kept) -> Vec<String> {
    let asked = history.asked.lock().unwrap();
    let name = |question: &Question| match question.by {
        By::Name(name) => Some(format!("{name} {}", question.region.as_deref().unwrap_or("?"))),
        By::Bucket(_) => None,
    };
    asked.iter().filter_map(name).collect()
}

#[test]
fn what_can_have_opened_the_bucket_is_named_the_latest_first_over_all_pages() {
    let history = Kept {
        pages: vec![
            vec![
                event("e-6", "PutBucketPolicy", 20, policy("arn:aws:iam::111122223333:role/own")),
                event("e-5", "PutBucketPolicy", 19, policy("*")),
                event("e-4", "GetBucketAcl", 18, json!({})),
            ],
            vec![
                "{ no JSON".to_owned(),
                event("e-3", "PutBucketTagging", 17, json!({})),
                event("e-2", "DeleteBucketPublicAccessBlock", 16, json!({})),
                event("e-1", "PutBucketPolicy", 15, json!({"bucketName": "another"})),
            ],
        ],
        ..Kept::default()
    };
    let trace = traced(&history, &snapshot());
    assert_eq!((named(&trace), trace.read, trace.cut), (vec!["e-5", "e-2"], 7, false));
    assert_eq!(trace.deeds[0].actor.as_raw(), "IAM user ann");
}

#[test]
fn changes_of_the_account_and_the_organization_are_asked_for_by_name_where_the_account_does_not_hold() {
    let above = |id: &str, name: &str, day, target: &str| {
        let event = event(id, name, day, json!({"targetId": target, "bucketName": null}));
        event.replace("s3.amazonaws.com", "organizations.amazonaws.com")
    };
    let lifted = event("e-1", "DeleteAccountPublicAccessBlock", 10, json!({"bucketName": null}));
    let detached =
        vec![above("e-4", "DetachPolicy", 13, "r-1"), above("e-3", "DetachPolicy", 12, "444455556666")];
    let history = Kept {
        pages: vec![vec![event("e-2", "PutBucketPolicy", 11, policy("*"))]],
        by_name: BTreeMap::from([
            ("DeleteAccountPublicAccessBlock", Ok(vec![vec![lifted]])),
            ("DetachPolicy", Ok(vec![detached])),
        ]),
        ..Kept::default()
    };
    let trace = traced(&history, &snapshot());
    assert_eq!(named(&trace), ["e-4", "e-2", "e-1"], "nothing of another account");
    let asked = by_name(&history);
    for question in [
        "DeleteAccountPublicAccessBlock eu-west-1",
        "DeleteAccountPublicAccessBlock us-east-1",
        "DetachPolicy us-east-1",
    ] {
        assert!(asked.iter().any(|asked| asked == question), "{question}: {asked:?}");
    }

    let all =
        BlockPublicAccess { ignore_public_acls: true, restrict_public_buckets: true, ..Default::default() };
    let held = BucketSnapshot { account_block: Observed::Present(all), ..snapshot() };
    let history = Kept { pages: vec![vec![]], ..Kept::default() };
    assert!(traced(&history, &held).account_holds);
    assert_eq!(by_name(&history), [""; 0]);
}

#[test]
fn what_of_the_account_may_not_be_asked_is_said_and_the_rest_is_named() {
    let refused = LookupError { why: "AccessDeniedException".to_owned(), denied: true };
    let history = Kept {
        pages: vec![vec![event("e-2", "PutBucketPolicy", 11, policy("*"))]],
        by_name: BTreeMap::from([("DetachPolicy", Err(refused.clone()))]),
        ..Kept::default()
    };
    let trace = traced(&history, &snapshot());
    assert_eq!((named(&trace), &trace.account_unread), (vec!["e-2"], &Some(refused)));
}

#[test]
fn events_beyond_the_last_page_are_asked_for_by_the_names_of_those_that_can_open() {
    let pages = vec![vec![event("e-9", "GetBucketAcl", 18, json!({}))]; PAGES + 5];
    let old = vec![event("e-1", "PutBucketPolicy", 3, policy("*"))];
    let by_name = BTreeMap::from([("PutBucketPolicy", Ok(vec![old]))]);
    let history = Kept { pages, by_name, ..Kept::default() };
    let trace = traced(&history, &snapshot());
    assert_eq!((named(&trace), trace.cut), (vec!["e-1"], false));
    let asked = history.asked.lock().unwrap();
    let of_bucket = asked.iter().filter(|question| question.by == By::Bucket(Untrusted::new("photos")));
    assert_eq!(of_bucket.count(), PAGES);
    let older = asked.iter().find(|question| question.by == By::Name("PutBucketPolicy")).unwrap();
    assert_eq!(older.before, Some("2026-11-18T06:00:00Z".parse().unwrap()));
}

#[test]
fn a_history_without_end_is_cut_and_that_is_said() {
    let page = || vec![event("e-1", "GetBucketAcl", 18, json!({}))];
    let endless = Ok(vec![page(); PAGES_OF_A_NAME + 5]);
    let by_name = BTreeMap::from([("PutBucketPolicy", endless)]);
    let history = Kept { pages: vec![page(); PAGES + 5], by_name, ..Kept::default() };
    let trace = traced(&history, &snapshot());
    assert_eq!((trace.deeds.len(), trace.cut), (0, true));
}
