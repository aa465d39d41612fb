//! What holds for every input.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::record;
use crate::cloudtrail::{Item, RecordFile, read_message};

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i32>().prop_map(|number| json!(number)),
        "\\PC{0,12}".prop_map(Value::String),
        Just(json!("{\"eventName\":")),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::Array),
            btree_map(any_name(), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Names that mean something here more often than chance would have it.
fn any_name() -> impl Strategy<Value = String> {
    let known = vec![
        "Records",
        "detail",
        "detail-type",
        "body",
        "Message",
        "Sns",
        "eventSource",
        "eventName",
        "eventTime",
        "eventID",
        "userIdentity",
        "requestParameters",
        "resources",
        "AccessControlPolicy",
        "AccessControlList",
        "Grant",
        "Grantee",
        "bucketPolicy",
        "PublicAccessBlockConfiguration",
        "x-amz-acl",
        "type",
    ];
    prop_oneof![proptest::sample::select(known).prop_map(str::to_owned), "[a-zA-Z]{1,8}"]
}

/// A record some of whose members are anything at all.
fn odd_record() -> impl Strategy<Value = Value> {
    let names = [
        "PutBucketPolicy",
        "PutBucketAcl",
        "CreateBucket",
        "CreateAccessPoint",
        "PutObjectAcl",
        "PutAccountPublicAccessBlock",
        "CreateMultiRegionAccessPoint",
    ];
    let members = vec![
        "userIdentity",
        "requestParameters",
        "resources",
        "eventTime",
        "userAgent",
        "errorCode",
        "recipientAccountId",
        "additionalEventData",
    ];
    let odd = vec((proptest::sample::select(members), any_value()), 0..4);
    (proptest::sample::select(names.to_vec()), any_value(), odd).prop_map(|(name, request, odd)| {
        let mut record = record(name, request);
        for (member, value) in odd {
            record[member] = value;
        }
        record
    })
}

/// Gives the text of a value with the members of every object turned round.
fn turned(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members =
                members.iter().rev().map(|(name, value)| format!("{}:{}", json!(name), turned(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(" , "))
        }
        Value::Array(list) => format!("[{}]", list.iter().map(turned).collect::<Vec<_>>().join(",")),
        scalar => scalar.to_string(),
    }
}

fn is_excerpt_bounded(item: &Item) -> bool {
    // Bytes that are no UTF-8 grow by the mark that stands in for them.
    !matches!(item, Item::DeadLetter(letter) if letter.excerpt.as_raw().len() > 3 * 1024)
}

proptest! {
    #[test]
    fn any_bytes_give_items(bytes in vec(any::<u8>(), 0..300)) {
        prop_assert!(read_message(&bytes).iter().all(is_excerpt_bounded));
        prop_assert!(RecordFile::new(&bytes[..]).all(|item| is_excerpt_bounded(&item)));
    }

    #[test]
    fn any_json_gives_items(value in any_value()) {
        read_message(value.to_string().as_bytes());
        let file = json!({"Records": [value]}).to_string();
        for item in RecordFile::new(file.as_bytes()) {
            prop_assert!(is_excerpt_bounded(&item));
        }
    }

    #[test]
    fn a_record_gives_the_same_whatever_the_order_of_its_members(record in odd_record()) {
        let straight = read_message(record.to_string().as_bytes());
        let reversed = read_message(turned(&record).as_bytes());
        prop_assert_eq!(without_excerpts(straight), without_excerpts(reversed));
    }

    #[test]
    fn a_file_gives_what_its_records_give_one_by_one(records in vec(odd_record(), 0..5)) {
        let file = json!({"Records": records}).to_string();
        let streamed: Vec<Item> = RecordFile::new(file.as_bytes()).collect();
        let single: Vec<Item> = records.iter().flat_map(|record| read_message(record.to_string().as_bytes())).collect();
        prop_assert_eq!(streamed, single);
    }

    #[test]
    fn members_that_nobody_knows_change_nothing(record in odd_record(), name in "[a-z]{3}_unknown", value in any_value()) {
        let mut extended: Map<String, Value> = record.as_object().unwrap().clone();
        extended.insert(name, value);
        let plain = read_message(record.to_string().as_bytes());
        let extended = read_message(Value::Object(extended).to_string().as_bytes());
        prop_assert_eq!(without_excerpts(plain), without_excerpts(extended));
    }
}

fn without_excerpts(items: Vec<Item>) -> Vec<Item> {
    let strip = |item| match item {
        Item::DeadLetter(mut letter) => {
            letter.excerpt = "".into();
            Item::DeadLetter(letter)
        }
        item => item,
    };
    items.into_iter().map(strip).collect()
}
