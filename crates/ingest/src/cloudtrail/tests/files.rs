//! Log files, streamed.

use std::io::{self, Read};

use serde_json::json;

use super::{record, with};
use crate::cloudtrail::{Item, MAX_RECORD_BYTES, Reason, RecordFile};

/// Gives a few bytes at a time.
struct Trickle<'a>(&'a [u8], usize);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let given = self.1.min(buffer.len()).min(self.0.len());
        buffer[..given].copy_from_slice(&self.0[..given]);
        self.0 = &self.0[given..];
        Ok(given)
    }
}

/// Gives what a file gives, a letter for each item: change, skipped, or the reason of a dead letter.
fn read(file: &[u8], chunk: usize) -> Vec<String> {
    let items = RecordFile::new(Trickle(file, chunk)).map(|item| match item {
        Item::Change(change) => change.id,
        Item::Skipped => "-".to_owned(),
        Item::DeadLetter(letter) => letter.reason.to_string().split(':').next().unwrap().to_owned(),
    });
    items.collect()
}

fn policy(id: &str) -> String {
    let record = record("DeleteBucketPolicy", json!({"bucketName": "photos"}));
    with(record, "eventID", json!(id)).to_string()
}

#[test]
fn records_come_one_by_one_however_the_file_arrives() {
    let other = with(
        record("DescribeInstances", json!({"x": "a \"b\" {[ \\"})),
        "eventSource",
        json!("ec2.amazonaws.com"),
    );
    let file = format!("\u{feff} {{\n \"Records\" : [ {} ,\n{other},{}]}}\n", policy("e-1"), policy("e-2"));
    for chunk in [1, 2, 3, 7, 64, 1000, 1 << 20] {
        assert_eq!(read(file.as_bytes(), chunk), ["e-1", "-", "e-2"], "{chunk} bytes at a time");
    }
}

#[test]
fn files_that_were_joined_are_read_to_the_end() {
    let one = |id: &str| format!("{{\"Records\":[{}],\"more\":[1]}}\n", policy(id));
    let joined = format!("{}{}", one("e-1"), one("e-2"));
    assert_eq!(read(joined.as_bytes(), 64), ["e-1", "e-2"]);
}

#[test]
fn names_behind_escapes_are_seen() {
    let disguised = policy("e-1").replace("s3.amazonaws.com", "s3.amazon\\u0061ws.com");
    assert_eq!(read(format!("{{\"Records\":[{disguised}]}}").as_bytes(), 5), ["e-1"]);
    let disguised = policy("e-1").replace("\"eventName\"", "\"event\\u004eame\"");
    assert_eq!(read(format!("{{\"Records\":[{disguised}]}}").as_bytes(), 5), ["e-1"]);
}

#[test]
fn names_inside_a_request_do_not_decide() {
    let inner = json!({"bucketName": "photos", "eventSource": "ec2.amazonaws.com", "eventName": "X"});
    let file = json!({"Records": [record("DeleteBucketPolicy", inner)]}).to_string();
    assert_eq!(read(file.as_bytes(), 100), ["e-1"]);
}

#[test]
fn a_broken_record_is_left_and_the_next_one_read() {
    let file = format!("{{\"Records\":[{{\"eventName\": tru}}, 7, null,\n{}]}}", policy("e-1"));
    let shape = Reason::UnknownShape.to_string();
    assert_eq!(read(file.as_bytes(), 9), ["this is no JSON", &shape, &shape, "e-1"]);
}

#[test]
fn a_file_that_is_cut_off_gives_what_came_before_and_says_so() {
    let file = format!("{{\"Records\":[{},{}]}}", policy("e-1"), policy("e-2"));
    let whole = policy("e-1").len() + 12;
    let cut = Reason::CutOff.to_string();
    for length in [whole, whole + 1, whole + 2, whole + 40, file.len() - 2] {
        let read = read(&file.as_bytes()[..length], 50);
        assert_eq!(read.last(), Some(&cut), "{length}");
        assert_eq!(read[0], "e-1", "{length}");
    }
    for file in ["", "{}", "[]", "{\"Records\": 7}", "{\"Records\": {}}"] {
        assert_eq!(read(file.as_bytes(), 50), [Reason::NoRecords.to_string()], "{file}");
    }
}

#[test]
fn a_record_that_is_too_large_is_stepped_over_without_being_held() {
    let large = format!("{{\"a\": \"{}\", \"b\": {{}}}}", "x\\\"y{".repeat(MAX_RECORD_BYTES / 2));
    let file = format!("{{\"Records\":[{large},{}]}}", policy("e-1"));
    let expected = [Reason::TooLong(MAX_RECORD_BYTES).to_string(), "e-1".to_owned()];
    for chunk in [1 << 10, 100_003, 1 << 30] {
        let reader = RecordFile::new(Trickle(file.as_bytes(), chunk));
        let mut most = 0;
        let found: Vec<_> = reader
            .map(|item| match item {
                Item::Change(change) => change.id,
                Item::Skipped => "-".to_owned(),
                Item::DeadLetter(letter) => {
                    most = most.max(letter.excerpt.as_raw().len());
                    letter.reason.to_string()
                }
            })
            .collect();
        assert_eq!(found, expected, "{chunk} bytes at a time");
        assert_eq!(most, 1024);
    }
}

#[test]
fn a_reader_that_fails_ends_the_file_with_a_dead_letter() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the line is dead"))
        }
    }
    let found: Vec<_> = RecordFile::new(Broken).collect();
    assert!(matches!(&found[..], [Item::DeadLetter(letter)]
        if letter.reason == Reason::Unreadable("the line is dead".to_owned())));
}
