//! What a notice's document holds.

use serde_json::Value;

use super::Entry;

/// Gives an entry for each transition of a `bucketwatch.notice/1`, or one for a baseline.
pub(crate) fn entries(document: &Value) -> Vec<Entry> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let notice = text(&document["id"]);
    assert_eq!(document["schema"], "bucketwatch.notice/1");
    if document["kind"] == "baseline" {
        return vec![Entry { notice, kind: "baseline".to_owned(), bucket: None }];
    }
    let entry = |transition: &Value| Entry {
        notice: notice.clone(),
        kind: text(&transition["kind"]),
        bucket: Some(text(&transition["bucket"])),
    };
    document["transitions"].as_array().unwrap().iter().map(entry).collect()
}
