//! A case of the corpus, as a bucket of the emulator's account.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::emulator::account::{put_ownership, put_policy};
use crate::emulator::calls::call;

/// A case of the corpus that names the emulator as a judge.
pub(super) struct Case {
    /// The name of its file.
    pub(super) name: String,
    /// A bucket of its own; the document speaks of it.
    pub(super) bucket: String,
    pub(super) document: Value,
    /// Whether the rule says that it is public.
    pub(super) is_public: bool,
}

/// Gives every case that names the emulator as a judge and can be made there: as S3 does, it takes
/// `BucketOwnerEnforced` only where the bucket's ACL grants nobody anything.
pub(super) fn all() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus");
    let mut files = Vec::new();
    for folder in std::fs::read_dir(root).expect("the corpus is there").flatten() {
        let entries = std::fs::read_dir(folder.path()).into_iter().flatten().flatten();
        files.extend(entries.map(|entry| entry.path()));
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let cases = (0..).zip(&files).filter_map(|(number, file)| case(number, file));
    cases
        .filter(|case| case.ownership() != ENFORCED || grants_of(&case.document["acl"]["grants"]).is_empty())
        .collect()
}

fn case(number: u32, file: &Path) -> Option<Case> {
    let text = std::fs::read_to_string(file).expect("a case can be read");
    let case: Value = serde_json::from_str(&text).expect("a case is JSON");
    let judges = case["judges"].as_array().expect("judges");
    if !judges.iter().any(|judge| judge == "ministack") {
        return None;
    }
    let bucket = format!("corpus-{number}");
    let document = case["document"].to_string().replace("arn:aws:s3:::b", &format!("arn:aws:s3:::{bucket}"));
    let mut document: Value = serde_json::from_str(&document).expect("a document is JSON");
    if document.get("bucket").is_some() {
        document["bucket"] = json!(bucket);
    }
    Some(Case {
        name: file.file_stem().expect("a name").to_string_lossy().into_owned(),
        bucket,
        document,
        is_public: case["expect"]["verdict"] == "public",
    })
}

const ENFORCED: &str = "BucketOwnerEnforced";

impl Case {
    /// Gives the calls that make the bucket. ACLs come before what disables them, blocks last.
    pub(super) fn creation(&self) -> Vec<Value> {
        let bucket = self.bucket.as_str();
        let mut calls = vec![
            call("s3", "create_bucket", json!({"Bucket": bucket})),
            call("s3", "delete_public_access_block", json!({"Bucket": bucket})),
            put_ownership(bucket, "ObjectWriter"),
            self.put_object("present"),
        ];
        let grants = grants_of(&self.document["acl"]["grants"]);
        if !grants.is_empty() {
            calls.push(call("s3", "put_bucket_acl", with(json!({"Bucket": bucket}), &grants)));
        }
        for object in self.object_acls() {
            let key = object["key"].as_str().expect("a key");
            calls.push(self.put_object(key));
            let (to, grants) = (json!({"Bucket": bucket, "Key": key}), grants_of(&object["grants"]));
            if !grants.is_empty() {
                calls.push(call("s3", "put_object_acl", with(to, &grants)));
            }
        }
        calls.push(put_ownership(bucket, self.ownership()));
        calls.extend(self.policy().map(|policy| put_policy(bucket, &policy)));
        if let Some(block) = self.document["block_public_access"]["bucket"].as_object() {
            let block = json!({"Bucket": bucket, "PublicAccessBlockConfiguration": block});
            calls.push(call("s3", "put_public_access_block", block));
        }
        calls
    }

    /// Tells whether the object of this key was made with the bucket: to write it again would take its ACL away.
    pub(super) fn has_object(&self, key: &str) -> bool {
        self.object_acls().any(|object| object["key"] == key)
    }

    fn object_acls(&self) -> impl Iterator<Item = &Value> {
        self.document["object_acls"].as_array().into_iter().flatten()
    }

    fn ownership(&self) -> &str {
        self.document["ownership"].as_str().unwrap_or(ENFORCED)
    }

    /// Gives the call that writes an object.
    pub(super) fn put_object(&self, key: &str) -> Value {
        let object = json!({"Bucket": self.bucket, "Key": key, "Body": "written before anybody asks"});
        call("s3", "put_object", object)
    }

    fn policy(&self) -> Option<String> {
        let policy =
            if self.document.get("Statement").is_some() { &self.document } else { &self.document["policy"] };
        match policy {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            policy => Some(policy.to_string()),
        }
    }
}

/// Gives the headers that grant what an ACL of the document grants, its owner apart.
fn grants_of(list: &Value) -> Map<String, Value> {
    let mut found: Map<String, Value> = Map::new();
    for grant in list.as_array().into_iter().flatten() {
        let grantee = match (grant["grantee"]["uri"].as_str(), grant["grantee"]["id"].as_str()) {
            (Some(uri), _) => format!("uri=\"{uri}\""),
            (_, Some("owner-canonical-id") | None) => continue,
            (_, Some(id)) => format!("id=\"{id}\""),
        };
        let parameter = match grant["permission"].as_str().expect("a permission") {
            "READ" => "GrantRead",
            "READ_ACP" => "GrantReadACP",
            "WRITE" => "GrantWrite",
            "WRITE_ACP" => "GrantWriteACP",
            "FULL_CONTROL" => "GrantFullControl",
            other => panic!("no header grants {other}"),
        };
        let known = found.get(parameter).and_then(Value::as_str).map(|known| format!("{known}, "));
        found.insert(parameter.to_owned(), json!(known.unwrap_or_default() + &grantee));
    }
    found
}

fn with(mut params: Value, more: &Map<String, Value>) -> Value {
    if let Some(members) = params.as_object_mut() {
        members.extend(more.clone());
    }
    params
}
