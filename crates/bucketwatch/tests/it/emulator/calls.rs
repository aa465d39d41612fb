//! AWS calls made by botocore, an S3 client that shares nothing with bucketwatch.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// The account whose root signs the calls: ministack takes the access key's twelve digits for it.
pub(crate) const ACCOUNT: &str = "111122223333";

/// One call: service and operation as botocore spells them.
pub(crate) fn call(service: &str, operation: &str, params: Value) -> Value {
    json!({"service": service, "operation": operation, "params": params, "key": ACCOUNT})
}

/// Makes the calls in order and gives their answers; fails on the first that is refused.
pub(crate) fn make(environment: &Path, endpoint: SocketAddr, calls: &[Value]) -> Vec<Value> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/emulator/calls.py");
    let mut child = Command::new(environment.join("bin/python"))
        .arg(script)
        .arg(format!("http://{endpoint}"))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python starts");
    let mut stdin = child.stdin.take().expect("its standard input");
    let lines: String = calls.iter().map(|call| format!("{call}\n")).collect();
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let output = child.wait_with_output().expect("python ends");
    writer.join().expect("the writer ends").expect("python reads its calls");
    let answers: Vec<Value> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect("a JSON line"))
        .collect();
    assert_eq!(answers.len(), calls.len(), "one answer for each call");
    for (call, answer) in calls.iter().zip(&answers) {
        assert!(answer.get("ok").is_some(), "{call} was answered {answer}");
    }
    answers
}
