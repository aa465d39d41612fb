use std::io::{Read, Write};
use std::process::Stdio;

use serde_json::Value;

use crate::{bucketwatch, stderr, stdout};

const PUBLIC: &str = r#"{"Version": "2012-10-17", "Statement": [{"Sid": "Open", "Effect": "Allow", "Principal": "*",
    "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/*"}]}"#;
const PRIVATE: &str = r#"{"Version": "2012-10-17", "Statement": []}"#;

#[test]
fn inputs_are_judged_each_by_itself_in_their_order() {
    let home = tempfile::tempdir().unwrap();
    for (name, text) in [("a.json", PRIVATE), ("b.json", "{\n  bad"), ("c.json", PUBLIC)] {
        std::fs::write(home.path().join(name), text).unwrap();
    }
    let output =
        bucketwatch(home.path()).args(["check", ".", "none.json", "--format", "json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(10), "{}", stderr(&output));
    let array: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let of = |member: &str| -> Vec<&Value> { array.as_array().unwrap().iter().map(|e| &e[member]).collect() };
    assert_eq!(
        of("verdict"),
        [&Value::from("not_public"), &Value::Null, &Value::from("public"), &Value::Null]
    );
    assert_eq!(array[1]["line"], 2);
    assert!(stderr(&output).contains("b.json:2:3"), "{}", stderr(&output));
    assert!(stderr(&output).contains("none.json: cannot be read"), "{}", stderr(&output));
}

#[test]
fn exit_codes_follow_the_worst_of_the_inputs() {
    let home = tempfile::tempdir().unwrap();
    for (name, text) in [("public.json", PUBLIC), ("private.json", PRIVATE), ("bad.json", "[")] {
        std::fs::write(home.path().join(name), text).unwrap();
    }
    for (arguments, code) in [
        (vec!["private.json"], 0),
        (vec!["bad.json", "private.json"], 1),
        (vec!["public.json"], 10),
        (vec!["public.json", "--fail-on", "none"], 0),
        (vec!["public.json", "--fail-on", "pubic"], 2),
        (vec![], 2),
    ] {
        let output = bucketwatch(home.path()).arg("check").args(&arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", stderr(&output));
    }
}

#[test]
fn standard_input_is_explained_with_a_caret() {
    let home = tempfile::tempdir().unwrap();
    let mut command = bucketwatch(home.path());
    command.args(["check", "--explain", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(PUBLIC.as_bytes()).unwrap();
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(10));
    assert!(text.contains("^^^ lets them in"), "{text}");
    assert!(text.contains("proof: curl -i https://s3.amazonaws.com/photos/"), "{text}");
}

#[test]
fn a_reader_that_leaves_is_no_panic() {
    let home = tempfile::tempdir().unwrap();
    let mut command = bucketwatch(home.path());
    let mut child = command.arg("man").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(!stderr(&output).contains("panicked"), "{}", stderr(&output));
}

#[test]
fn an_output_file_appears_whole() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("p.json"), PUBLIC).unwrap();
    let arguments = ["check", "p.json", "--format", "jsonl", "--output", "out.jsonl"];
    let output = bucketwatch(home.path()).args(arguments).output().unwrap();
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(10), ""));
    let text = std::fs::read_to_string(home.path().join("out.jsonl")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["verdict"], "public");
}
