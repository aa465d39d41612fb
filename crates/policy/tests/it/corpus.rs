//! The policies of `corpus/`, beside what the cases expect of them.

use std::path::Path;

use bucketwatch_policy::document::Policy;
use serde_json::Value;

/// A policy of the corpus.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// The name of its file.
    pub(crate) name: String,
    pub(crate) document: Value,
    /// The bucket that it is attached to.
    pub(crate) bucket: String,
    /// Whether z3 is named as a judge, and nothing but the policy is needed to judge.
    pub(crate) for_z3: bool,
}

/// Gives every policy of the corpus that can be parsed.
pub(crate) fn policies() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus");
    let mut files = Vec::new();
    for folder in std::fs::read_dir(root).expect("the corpus is there").flatten() {
        let entries = std::fs::read_dir(folder.path()).into_iter().flatten().flatten();
        files.extend(entries.map(|entry| entry.path()));
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let found: Vec<Case> = files.iter().filter_map(|file| case(file)).collect();
    assert!(found.len() >= 300, "the corpus has {} policies", found.len());
    found
}

fn case(file: &Path) -> Option<Case> {
    let text = std::fs::read_to_string(file).expect("a case can be read");
    let case: Value = serde_json::from_str(&text).expect("a case is JSON");
    let is_bare = case["document"].get("Statement").is_some();
    let document = if is_bare { &case["document"] } else { &case["document"]["policy"] };
    let written = document.as_str().map_or_else(|| document.to_string(), str::to_owned);
    Policy::parse(&written).ok()?;
    let said = [&case["options"]["bucket"], &case["document"]["bucket"]];
    let judges = case["judges"].as_array().expect("judges");
    Some(Case {
        name: file.file_stem().expect("a name").to_string_lossy().into_owned(),
        document: serde_json::from_str(&written).ok()?,
        bucket: said.iter().find_map(|bucket| bucket.as_str()).unwrap_or("b").to_owned(),
        for_z3: is_bare && judges.iter().any(|judge| judge == "z3") && case.get("options").is_none(),
    })
}
