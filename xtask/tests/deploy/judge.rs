//! Others' libraries, in a process of their own: botocore to ask an emulator, `PyYAML` to read a template.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

/// Gives the answer of `judge.py` to a question about a document.
pub(crate) fn ask(environment: &Path, question: &[&str], document: &Value) -> Value {
    let mut process = Command::new(environment.join("bin/python"))
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/deploy/judge.py"))
        .args(question)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(document.to_string().as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success(), "the judge fails; `cargo xtask test` installs what it needs");
    serde_json::from_slice(&output.stdout).unwrap()
}
