//! The policies that the rules are tried on.

use std::sync::LazyLock;

use serde_json::Value;

use super::answer::Answer;
use super::change;
use crate::brute::generate;
use crate::corpus::{self, Case};
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

fn corpus() -> Vec<Subject> {
    corpus::policies()
        .into_iter()
        .map(|Case { name, document, bucket, .. }| Subject { name, document, bucket })
        .collect()
}
