//! The policies that are measured.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// A policy and what it is attached to.
pub(crate) struct Sample {
    pub(crate) text: String,
    pub(crate) bucket: String,
    pub(crate) account: String,
}

impl Sample {
    /// Gives a policy of the bucket that the corpus speaks of.
    pub(crate) fn of_bucket_b(text: String) -> Self {
        Self { text, bucket: "b".to_owned(), account: "111122223333".to_owned() }
    }
}

/// Gives the policies of a folder or of a file of lines.
pub(crate) fn read(path: &Path) -> Vec<Sample> {
    if path.is_dir() {
        let texts = files(path).into_iter().filter_map(|file| std::fs::read_to_string(file).ok());
        return texts.filter_map(|text| policy_of(&text)).collect();
    }
    let lines = std::fs::read_to_string(path).unwrap_or_default();
    lines.lines().filter_map(policy_of).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut folders = vec![folder.to_owned()];
    let mut files: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn policy_of(text: &str) -> Option<Sample> {
    let mut value: Value = serde_json::from_str(text).ok()?;
    let mut sample = Sample::of_bucket_b(String::new());
    for member in ["document", "policy"] {
        for (place, name) in [(&mut sample.bucket, "bucket"), (&mut sample.account, "account")] {
            let said = value[name].as_str().or(value["options"][name].as_str());
            said.unwrap_or(place.as_str()).to_owned().clone_into(place);
        }
        if let Some(inner) = value.get(member) {
            value = inner.clone();
        }
    }
    sample.text = match value {
        Value::String(text) => text,
        value => value.get("Statement").map(|_| value.to_string())?,
    };
    Some(sample)
}
