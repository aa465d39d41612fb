//! The plainest of several requests that get in, so that what a reader is told of one does not hang on how it was found.

use super::{Case, Inquiry, Solution};
use crate::reach::atom::Value;
use crate::reach::compile::Mood;
use crate::reach::formula::Model;
use crate::reach::scene::Scene;
use crate::reach::solve::Answer;

impl Inquiry<'_> {
    /// Gives the solution without the tags and texts that it can do without; `None` where it has none.
    pub(in crate::reach) fn plainest(&self, case: Case<'_>, solution: &Solution) -> Option<Solution> {
        if solution.forced {
            return None;
        }
        let is_there = |model: &Model, key: &str| {
            model.iter().any(|(known, value)| known == key && *value != Value::Absent)
        };
        let told = |key: &str| is_object_tag(key) || is_text_of_the_caller(key);
        let keys = solution.model.iter().map(|(key, _)| key.as_str()).filter(|key| told(key));
        let mut keys: Vec<&str> = keys.collect();
        if !keys.iter().any(|key| is_there(&solution.model, key)) {
            return None;
        }
        keys.sort_unstable();
        let scene = Scene {
            setting: self.question.setting,
            mentions: self.mentions,
            endpoint: self.question.endpoint,
            foreign_point: solution.foreign_point.as_deref(),
            outsider: &solution.outsider,
            place: &solution.place,
            encrypted: solution.encrypted,
            instant: case.cell.sample,
            action: case.action,
        };
        let mut model = solution.model.clone();
        let mut without: Vec<&str> = Vec::new();
        for key in keys {
            without.push(key);
            if !is_there(&model, key) {
                continue;
            }
            match self.solve(case, &scene, Mood::Strict, &without).0 {
                Answer::Satisfied { model: plainer, .. } => model = plainer,
                Answer::Impossible | Answer::Exhausted => {
                    without.pop();
                }
            }
        }
        Some(Solution { model, ..solution.clone() })
    }
}

/// Tells whether `key` is a tag that an object has.
pub(in crate::reach) fn is_object_tag(key: &str) -> bool {
    key.starts_with("s3:existingobjecttag/")
}

/// Tells whether `key` is a text that the caller chooses freely or leaves out.
pub(in crate::reach) fn is_text_of_the_caller(key: &str) -> bool {
    key == "aws:referer" || key.starts_with("aws:principaltag/")
}
