//! The policies that the rules are tried on.

use std::path::Path;
use std::sync::LazyLock;

use bucketwatch_policy::document::Policy;
use serde_json::Value;

use super::answer::Answer;
use super::change;
use crate::brute::generate;
use crate::dice::{Dice, cases, seed};

/// A policy of a bucket.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    /// Where it comes from.
    pub(super) name: String,
    pub(super) document: Value,
    /// The bucket that it is attached to.
    pub(super) bucket: String,
}

impl Subject {
    /// Gives the same bucket with another policy.
    pub(super) fn with(&self, document: Value) -> Self {
        Self { document, ..self.clone() }
    }
}

/// Gives policies of the generator and those of the corpus, in a nightly run these also with a random Deny each; all with
/// the answer to them.
pub(super) fn all() -> &'static [(Subject, Answer)] {
    static FOUND: LazyLock<Vec<(Subject, Answer)>> = LazyLock::new(|| {
        let random = (0..cases(300, 20_000)).map(|number| Subject {
            name: format!("random policy {number} of seed {}", seed()),
            document: generate::policy(&mut Dice::new(seed(), number)),
            bucket: "b".to_owned(),
        });
        let corpus = corpus();
        let denied: Vec<Subject> = (0..cases(0, u64::MAX))
            .zip(&corpus)
            .map(|(number, subject)| {
                let document = change::add_a_deny(&subject.document, &mut Dice::new(seed(), number));
                let name = format!("{} and a random Deny", subject.name);
                Subject { name, ..subject.with(document) }
            })
            .collect();
        let all = random.chain(corpus).chain(denied);
        all.filter_map(|subject| Answer::to(&subject).map(|answer| (subject, answer))).collect()
    });
    &FOUND
}

/// Gives every policy of the corpus that can be parsed.
fn corpus() -> Vec<Subject> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus");
    let mut files = Vec::new();
    for folder in std::fs::read_dir(root).expect("the corpus is there").flatten() {
        let entries = std::fs::read_dir(folder.path()).into_iter().flatten().flatten();
        files.extend(entries.map(|entry| entry.path()));
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let found: Vec<Subject> = files.iter().filter_map(|file| case(file)).collect();
    assert!(found.len() >= 300, "the corpus has {} policies", found.len());
    found
}

/// A wildcard as plain text, in an id that no organization has: a named account is taken to be a member all the same,
/// which claims too much and never too little.
const PASSED_OVER: &str = "E-organization_id_with_a_star_under_string_equals";

fn case(file: &Path) -> Option<Subject> {
    let text = std::fs::read_to_string(file).expect("a case can be read");
    let case: Value = serde_json::from_str(&text).expect("a case is JSON");
    let document = match &case["document"] {
        bare if bare.get("Statement").is_some() => bare,
        snapshot => &snapshot["policy"],
    };
    let written = document.as_str().map_or_else(|| document.to_string(), str::to_owned);
    Policy::parse(&written).ok()?;
    let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
    if name == PASSED_OVER {
        return None;
    }
    let said = [&case["options"]["bucket"], &case["document"]["bucket"]];
    Some(Subject {
        name,
        document: serde_json::from_str(&written).ok()?,
        bucket: said.iter().find_map(|bucket| bucket.as_str()).unwrap_or("b").to_owned(),
    })
}
