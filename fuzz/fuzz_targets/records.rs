//! Reading events is total: any bytes give items with bounded excerpts, the same each time, and a record gives in a log
//! file what it gives alone.
#![no_main]

use bucketwatch_ingest::cloudtrail::{Item, RecordFile, read_message};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// What an excerpt may have at most: each of its bytes may be one that the mark for broken text stands in for.
const LONGEST_EXCERPT: usize = 3 * 1024;

fuzz_target!(|bytes: &[u8]| {
    let items = read_message(bytes);
    assert_eq!(items, read_message(bytes), "reading is deterministic");
    items.iter().for_each(bounded);
    RecordFile::new(bytes).for_each(|item| bounded(&item));
    if let Ok(record @ Value::Object(_)) = serde_json::from_slice::<Value>(bytes) {
        let text = record.to_string();
        let file = format!("{{\"Records\":[{text}]}}");
        let streamed: Vec<Item> = RecordFile::new(file.as_bytes()).collect();
        assert_eq!(streamed, read_message(text.as_bytes()), "a file gives what its record gives alone");
    }
});

fn bounded(item: &Item) {
    if let Item::DeadLetter(letter) = item {
        assert!(letter.excerpt.as_raw().len() <= LONGEST_EXCERPT);
    }
}
