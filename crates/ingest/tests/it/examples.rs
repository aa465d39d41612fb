//! Every pair of `schemas/examples/`.

use std::path::Path;

use bucketwatch_ingest::document::{Options, parse_input};
use serde_json::{Value, json};

use crate::expectation::disagreements;
use crate::projection;

fn judged(text: &str) -> Vec<Value> {
    match parse_input(text, &Options::default()) {
        Ok(subjects) => subjects
            .iter()
            .map(|subject| {
                let now = "2026-11-22T00:00:00Z".parse().expect("an instant");
                projection::assessment(&subject.assess(now), subject)
            })
            .collect(),
        Err(error) => {
            let (line, column) = (error.line, error.column);
            vec![json!({"schema": "bucketwatch.error/1", "line": line, "column": column, "exposures": [],
                "latent": [], "ineffective": [], "undetermined": [], "diagnostics": []})]
        }
    }
}

#[test]
fn every_example_of_the_schemas_is_judged_as_printed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/examples");
    let (mut wrong, mut pairs) = (Vec::new(), 0);
    for entry in std::fs::read_dir(folder).expect("the examples are there") {
        let path = entry.expect("an entry").path();
        let Some(stem) = path.to_string_lossy().strip_suffix(".input.json").map(str::to_owned) else {
            continue;
        };
        pairs += 1;
        let text = std::fs::read_to_string(&path).expect("an input can be read");
        let output = std::fs::read_to_string(format!("{stem}.output.json")).expect("its output is there");
        let expected: Vec<Value> = serde_json::from_str(&output).expect("an output is an array");
        let found = judged(&text);
        assert_eq!(expected.len(), found.len(), "{stem}");
        for (expected, found) in expected.iter().zip(&found) {
            let complaints = disagreements(expected.as_object().expect("an object"), found);
            if !complaints.is_empty() {
                wrong.push(format!("{stem}\n   {}", complaints.join("\n   ")));
            }
        }
    }
    assert!(pairs >= 12, "there are {pairs} examples");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
