//! The patterns of the rules: what passes, by our own matcher and by the emulator's.

use std::collections::BTreeMap;

use bucketwatch_ingest::cloudtrail::{Item, kind_of, read_message};
use serde_json::{Map, Value, json};

use crate::emulators::{Ministack, environment};
use crate::events::{COUNTED, call, public_objects, uncounted};
use crate::judge;
use crate::pattern::matches;
use crate::{json as document, root};

/// Gives the patterns by name.
pub(crate) fn patterns() -> BTreeMap<String, Map<String, Value>> {
    let folder = root().join("deploy/terraform/patterns");
    let files =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    files
        .map(|file| {
            let pattern = document(&format!("deploy/terraform/patterns/{file}"));
            (file.strip_suffix(".json").unwrap().to_owned(), pattern.as_object().unwrap().clone())
        })
        .collect()
}

/// Gives the names of the patterns that let `event` through.
fn passing(event: &Value) -> Vec<String> {
    let passes = |(name, pattern)| matches(&pattern, Some(event)).then_some(name);
    patterns().into_iter().filter_map(passes).collect()
}

#[test]
fn what_counts_passes_one_rule_and_is_read() {
    for (pattern, service, names) in COUNTED {
        for name in *names {
            let event = call(service, name, &json!({"bucketName": "b"}));
            assert_eq!(passing(&event), [*pattern], "{service} {name}");
            assert!(kind_of(service, name).is_some(), "{service} {name} passes and is not read");
        }
    }
}

#[test]
fn objects_for_strangers_pass_one_rule() {
    for event in public_objects() {
        assert_eq!(passing(&event), ["objects"], "{event}");
    }
}

#[test]
fn what_does_not_count_passes_none() {
    for event in uncounted() {
        assert_eq!(passing(&event), [""; 0], "{event}");
    }
}

#[test]
fn every_name_of_a_pattern_counts() {
    let mut known: Vec<&str> = COUNTED.iter().flat_map(|(_, _, names)| names.iter().copied()).collect();
    known.extend(["PutObject", "CopyObject", "CreateMultipartUpload"]);
    for (pattern, text) in patterns() {
        for rule in named(&Value::Object(text)) {
            let counts = match &rule["prefix"] {
                Value::String(beginning) => known.iter().any(|known| known.starts_with(beginning)),
                _ => known.iter().any(|known| rule == *known),
            };
            assert!(counts, "`{pattern}` lets {rule} through, and no event of that name counts");
        }
    }
}

/// Gives what the lists under `eventName` hold: names and beginnings of names.
fn named(pattern: &Value) -> Vec<Value> {
    match pattern {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(field, value)| match value {
                Value::Array(rules) if field == "eventName" => rules.clone(),
                other => named(other),
            })
            .collect(),
        Value::Array(choices) => choices.iter().flat_map(named).collect(),
        _ => Vec::new(),
    }
}

/// *Source*: EventBridge user guide, "Quotas": an event pattern has at most 2,048 characters.
#[test]
fn a_pattern_is_no_longer_than_a_rule_takes() {
    for (name, pattern) in patterns() {
        let length = serde_json::to_string(&pattern).unwrap().len();
        assert!(length <= 2048, "`{name}` has {length} characters");
    }
}

#[test]
fn the_sample_passes_and_is_read() {
    let sample = document("deploy/samples/put-bucket-policy.json");
    assert_eq!(passing(&sample), ["s3"]);
    let items = read_message(sample.to_string().as_bytes());
    assert!(matches!(&items[..], [Item::Change(_)]), "{items:?}");
}

#[test]
fn the_emulator_matches_alike() {
    let Some(environment) = environment("the_emulator_matches_alike") else { return };
    let emulator = Ministack::start(&environment);
    let counted = COUNTED.iter().flat_map(|(_, service, names)| {
        names.iter().map(|name| call(service, name, &json!({"bucketName": "b"})))
    });
    let events: Vec<Value> = counted.chain(public_objects()).chain(uncounted()).collect();
    let patterns = patterns();
    let pairs: Vec<(&Map<String, Value>, &Value)> =
        patterns.values().flat_map(|pattern| events.iter().map(move |event| (pattern, event))).collect();
    let theirs: Vec<bool> =
        serde_json::from_value(judge::ask_of(&emulator, &environment, "match", &json!(pairs))).unwrap();
    assert_eq!(theirs.len(), pairs.len());
    for ((pattern, event), theirs) in pairs.iter().zip(theirs) {
        assert_eq!(matches(pattern, Some(event)), theirs, "{event}");
    }
}
