//! Others' libraries, in a process of their own: botocore to ask an emulator, `PyYAML` to read a template.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::emulators::Ministack;

/// Gives the answer of `judge.py` to a question about a document.
pub(crate) fn ask(environment: &Path, question: &str, document: &Value) -> Value {
    answer(Command::new(environment.join("bin/python")).arg(JUDGE).arg(question), document)
}

/// The same of what an emulator has.
pub(crate) fn ask_of(emulator: &Ministack, environment: &Path, question: &str, document: &Value) -> Value {
    let mut judge = Command::new(environment.join("bin/python"));
    judge.arg(JUDGE).arg(question).arg(emulator.url()).env("AWS_CA_BUNDLE", emulator.authority());
    answer(&mut judge, document)
}

const JUDGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/deploy/judge.py");

fn answer(judge: &mut Command, document: &Value) -> Value {
    let mut process = judge.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    process.stdin.take().unwrap().write_all(document.to_string().as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success(), "the judge fails; `cargo xtask test` installs what it needs");
    serde_json::from_slice(&output.stdout).unwrap()
}
