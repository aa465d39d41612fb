//! Every case of `corpus/`.

use std::path::{Path, PathBuf};

use bucketwatch_ingest::document::{Options, parse_input};
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;
use serde_json::Value;

use crate::expectation::disagreements;
use crate::projection;

/// The instant at which cases are judged that name none.
const NOW: &str = "2026-11-22T00:00:00Z";

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus");
    let folders =
        std::fs::read_dir(root).expect("the corpus is there").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> = folders
        .filter(|path| path.is_dir())
        .flat_map(|folder| {
            std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path())
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    files
}

/// Gives what is said of the first subject of a case; an error where the document is refused.
fn found(case: &Value) -> Result<Value, String> {
    let said = |name: &str| case["options"][name].as_str();
    let options = Options {
        bucket: said("bucket").map(Untrusted::from),
        account: said("account").and_then(AccountId::parse),
        organization: said("organization").map(str::to_owned),
    };
    let now: Timestamp = said("at").unwrap_or(NOW).parse().expect("an instant");
    let subjects = parse_input(&case["document"].to_string(), &options).map_err(|error| error.to_string())?;
    let subject = subjects.first().expect("one subject");
    Ok(projection::assessment(&subject.assess(now), subject))
}

fn judge(text: &str) -> Vec<String> {
    let case: Value = serde_json::from_str(text).expect("a case is JSON");
    let expected = case["expect"].as_object().expect("an expectation");
    match (found(&case), expected.contains_key("error")) {
        (Err(_), true) => Vec::new(),
        (Err(error), false) => vec![format!("refused: {error}")],
        (Ok(_), true) => vec!["not refused".to_owned()],
        (Ok(found), false) => disagreements(expected, &found),
    }
}

#[test]
fn nothing_is_undetermined_but_by_a_rule() {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/semantics.md");
    let rules = std::fs::read_to_string(rules).expect("the rules");
    let is_rule = |cited: &str| rules.lines().any(|line| line.starts_with(&format!("{cited}. ")));
    let (mut without, mut undetermined) = (Vec::new(), 0);
    for path in cases() {
        let text = std::fs::read_to_string(&path).expect("a case can be read");
        let case: Value = serde_json::from_str(&text).expect("a case is JSON");
        if found(&case).is_ok_and(|found| found["verdict"] == "undetermined") {
            undetermined += 1;
            let source = case["source"].as_str().expect("a source");
            let mut cited =
                source.split("docs/semantics.md ").skip(1).flat_map(|rest| rest.split([',', ';', ' ']));
            if !cited.any(|rule| rule.starts_with('G') && is_rule(rule)) {
                without.push(path);
            }
        }
    }
    assert!(without.is_empty(), "no rule of part G is cited: {without:#?}");
    assert!(undetermined >= 30, "only {undetermined} cases are undetermined");
}

#[test]
fn every_case_of_the_corpus_is_judged_as_its_rule_says() {
    let (mut wrong, cases) = (Vec::new(), cases());
    assert!(cases.len() >= 150, "the corpus has {} cases", cases.len());
    for path in &cases {
        let text = std::fs::read_to_string(path).expect("a case can be read");
        let name = path
            .components()
            .rev()
            .take(2)
            .map(|part| part.as_os_str().to_string_lossy())
            .collect::<Vec<_>>();
        let complaints = judge(&text);
        if !complaints.is_empty() {
            wrong.push(format!("{}/{}\n   {}", name[1], name[0], complaints.join("\n   ")));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases disagree:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
