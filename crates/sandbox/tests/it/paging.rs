//! Listings that come in pages.

use bucketwatch_policy::name::{AccountId, Partition};
use bucketwatch_sandbox::{Account, Fleet, Handle};

use crate::client::{get, send, signed, signed_by, start};

async fn all_names(sandbox: &Handle, query: &str) -> (Vec<String>, usize) {
    let (mut names, mut pages, mut token) = (Vec::new(), 0, String::new());
    for _ in 0..1_000 {
        let page = get(sandbox, &format!("/?{query}{token}")).await;
        assert_eq!(page.status, 200, "{}", page.body);
        pages += 1;
        names.extend(page.texts("Name").into_iter().map(str::to_owned));
        match page.text("ContinuationToken") {
            Some(next) => token = format!("&continuation-token={next}"),
            None => return (names, pages),
        }
    }
    panic!("the listing has no end");
}

#[tokio::test]
async fn pages_hold_every_bucket_once_and_in_order() {
    let sandbox = start(Account::from_fleet(Fleet::generate(1_234, 5))).await;
    let (names, pages) = all_names(&sandbox, "max-buckets=100").await;
    assert_eq!((names.len(), pages), (1_234, 13));
    assert!(names.is_sorted());
}

#[tokio::test]
async fn buckets_made_and_deleted_on_the_way_take_their_place_in_the_listing() {
    let sandbox = start(Account::from_fleet(Fleet::generate(300, 5))).await;
    sandbox.change(|account| {
        let first = account.buckets().next().unwrap().name().to_owned();
        assert!(account.remove(&first));
        for name in ["aaa", "fleet-0000100-zzz", "zzz"] {
            account.insert(account.new_bucket(name, "us-east-1"));
        }
    });
    let (names, _) = all_names(&sandbox, "max-buckets=7").await;
    assert_eq!(names.len(), 302);
    assert!(names.is_sorted());
    assert_eq!((names[0].as_str(), names[301].as_str()), ("aaa", "zzz"));
    assert_eq!(sandbox.read(Account::len), 302);
}

#[tokio::test]
async fn prefix_and_region_narrow_the_listing() {
    let sandbox = start(Account::from_fleet(Fleet::generate(500, 5))).await;
    let (all, _) = all_names(&sandbox, "max-buckets=50").await;
    let (prefixed, _) = all_names(&sandbox, "max-buckets=50&prefix=fleet-00004").await;
    assert_eq!(prefixed.len(), 100);
    let mut joined = Vec::new();
    for region in ["us-east-1", "eu-west-1", "ap-southeast-2"] {
        let (names, _) = all_names(&sandbox, &format!("max-buckets=50&bucket-region={region}")).await;
        assert!(names.len() > 50, "{region}: {}", names.len());
        joined.extend(names);
    }
    joined.sort();
    assert_eq!(joined, all);
}

#[tokio::test]
async fn a_big_account_must_be_listed_by_pages() {
    let sandbox = start(Account::from_fleet(Fleet::generate(10_001, 5))).await;
    assert_eq!(get(&sandbox, "/").await.outcome(), (400, Some("InvalidRequest")));
    assert_eq!(get(&sandbox, "/?max-buckets=10000").await.texts("Name").len(), 10_000);
    for bad in
        ["max-buckets=0", "max-buckets=10001", "max-buckets=x", "max-buckets=1&continuation-token=%C3%BC"]
    {
        assert_eq!(
            get(&sandbox, &format!("/?{bad}")).await.outcome(),
            (400, Some("InvalidArgument")),
            "{bad}"
        );
    }
}

#[tokio::test]
async fn access_points_come_in_pages_region_by_region() {
    let sandbox = start(Account::from_fleet(Fleet::generate(2_000, 5))).await;
    let mut found = Vec::new();
    for region in ["us-east-1", "eu-west-1", "ap-southeast-2"] {
        let headers =
            format!("{}x-amz-account-id: 111122223333\r\n", signed_by("AKIAOWNEROWNEROWNER0", region));
        let mut token = String::new();
        for _ in 0..100 {
            let path = format!("/v20180820/accesspoint?maxResults=3{token}");
            let page = send(&sandbox, "GET", &path, &headers, "").await;
            assert_eq!(page.status, 200, "{}", page.body);
            found.extend(page.texts("Name").into_iter().map(str::to_owned));
            let Some(next) = page.text("NextToken") else { break };
            token = format!("&nextToken={next}");
        }
    }
    found.sort();
    found.dedup();
    assert_eq!(found.len(), 20);
}

#[tokio::test]
async fn objects_come_in_pages_with_common_prefixes() {
    let id = AccountId::parse("111122223333").unwrap();
    let mut account = Account::new(id, Partition::Aws);
    let mut bucket = account.new_bucket("b", "us-east-1");
    for key in ["a/1", "a/2", "b", "c/1", "c/2", "d e"] {
        bucket.objects.insert(key.to_owned(), Default::default());
    }
    account.insert(bucket);
    let sandbox = start(account).await;
    let (mut keys, mut prefixes, mut token) = (Vec::new(), Vec::new(), String::new());
    for _ in 0..10 {
        let path = format!("/b?list-type=2&delimiter=/&max-keys=1&encoding-type=url{token}");
        let page = send(&sandbox, "GET", &path, &signed(), "").await;
        keys.extend(page.texts("Key").into_iter().map(str::to_owned));
        let nested = page.texts("CommonPrefixes");
        prefixes.extend(nested.into_iter().map(str::to_owned));
        let Some(next) = page.text("NextContinuationToken") else { break };
        token = format!("&continuation-token={next}");
    }
    assert_eq!(keys, ["b", "d%20e"]);
    assert_eq!(prefixes, ["<Prefix>a/</Prefix>", "<Prefix>c/</Prefix>"]);
}
