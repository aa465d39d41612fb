//! What others publish of the messages that notifiers send: models and libraries, in a process of their own.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::emulators::environment;

/// Judges documents; it ends with this value.
pub(crate) struct Judge {
    process: Child,
    documents: ChildStdin,
    faults: BufReader<ChildStdout>,
}

impl Judge {
    /// Starts one; `None` where there is none to start.
    pub(crate) fn start() -> Option<Self> {
        Self::by("published/judge.py")
    }

    /// Starts one that judges by the program at `path` beside this page.
    pub(crate) fn by(path: &str) -> Option<Self> {
        let mut process = Command::new(environment()?.join("bin/python"))
            .arg(format!("{}/tests/it/{path}", env!("CARGO_MANIFEST_DIR")))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (documents, faults) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        Some(Self { process, documents, faults: BufReader::new(faults) })
    }

    /// Gives what is wrong with a document of a kind that the judge's own page names.
    pub(crate) fn faults(&mut self, kind: &str, document: &Value) -> Vec<String> {
        self.faults_of(&json!([kind, document]))
    }

    /// Gives what is wrong with a document, where the judge knows but one kind.
    pub(crate) fn faults_of(&mut self, document: &Value) -> Vec<String> {
        writeln!(self.documents, "{document}").unwrap();
        let mut line = String::new();
        self.faults.read_line(&mut line).unwrap();
        serde_json::from_str(&line).expect("the judge answers; `cargo xtask test` installs what it needs")
    }

    /// Asserts that nothing is wrong with a document.
    pub(crate) fn take(&mut self, kind: &str, document: &Value) {
        let faults = self.faults(kind, document);
        assert!(faults.is_empty(), "{faults:#?}: {document:#}");
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn the_judge_refuses_what_is_wrong() {
    let Some(mut judge) = Judge::start() else { return };
    let card = |block: Value| json!({"type": "AdaptiveCard", "version": "1.4", "body": [block]});
    let run = |run: Value| card(json!({"type": "RichTextBlock", "inlines": [run]}));
    let header = |text: String| json!([{"type": "header", "text": {"type": "plain_text", "text": text, "emoji": false}}]);
    let finding = json!({
        "class_uid": 2004, "category_uid": 2, "activity_id": 1, "type_uid": 200_401, "time": 1, "severity_id": 4,
        "metadata": {"version": "1.3.0", "product": {"vendor_name": "v"}},
        "finding_info": {"uid": "u", "title": "t"}, "cloud": {"provider": "AWS"},
    });
    let with = |name: &str, value: Value| {
        let mut finding = finding.clone();
        finding[name] = value;
        finding
    };
    let publish = |params: Value| json!(["sns", "Publish", params]);
    for (kind, good, bad) in [
        ("card", run(json!({"type": "TextRun", "text": "t"})), run(json!({"type": "TextRun", "text": 5}))),
        ("card", run(json!({"type": "TextRun", "text": "t"})), run(json!({"type": "TextRun", "tixt": "t"}))),
        (
            "card",
            card(json!({"type": "TextBlock", "text": "t"})),
            card(json!({"type": "TextBlok", "text": "t"})),
        ),
        ("blocks", header("x".repeat(150)), header("x".repeat(151))),
        ("ocsf", finding.clone(), with("severity_id", json!(17))),
        ("ocsf", finding.clone(), with("type_uid", json!(200_402))),
        ("ocsf", finding.clone(), with("finding_info", json!({"title": "t"}))),
        ("ocsf", finding.clone(), with("titel", json!("t"))),
        ("ocsf", finding.clone(), with("cloud", json!({"provider": 1}))),
        ("aws", publish(json!({"Message": "m"})), publish(json!({"Mesage": "m"}))),
        ("aws", publish(json!({"Message": "m"})), publish(json!({"Message": 1}))),
    ] {
        judge.take(kind, &good);
        assert!(!judge.faults(kind, &bad).is_empty(), "{kind} is refused: {bad}");
    }
    let forged = json!(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", {"webhook-id": "n", "webhook-timestamp": "1", "webhook-signature": "v1,eA=="}, "{}"]);
    assert!(!judge.faults("signed", &forged).is_empty());
}
