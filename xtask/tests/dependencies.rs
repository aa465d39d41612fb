//! States which crate of the workspace may depend on which, over `cargo metadata`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Every crate and the crates of the workspace that it may depend on.
const MAY_USE: &[(&str, &[&str])] = &[
    ("bucketwatch-policy", &[]),
    ("bucketwatch-exposure", &["bucketwatch-policy"]),
    ("bucketwatch-ingest", &["bucketwatch-exposure", "bucketwatch-policy"]),
    ("bucketwatch-engine", &["bucketwatch-ingest", "bucketwatch-exposure", "bucketwatch-policy"]),
    (
        "bucketwatch-adapters",
        &["bucketwatch-engine", "bucketwatch-ingest", "bucketwatch-exposure", "bucketwatch-policy"],
    ),
    ("bucketwatch-sandbox", &["bucketwatch-ingest", "bucketwatch-exposure", "bucketwatch-policy"]),
    (
        "bucketwatch",
        &[
            "bucketwatch-adapters",
            "bucketwatch-engine",
            "bucketwatch-ingest",
            "bucketwatch-exposure",
            "bucketwatch-policy",
            "bucketwatch-sandbox",
        ],
    ),
    ("xtask", &["bucketwatch-sandbox", "bucketwatch-policy"]),
];

/// The crates that stay pure: no runtime, no SDK, no database, no HTTP.
const PURE: &[&str] = &["bucketwatch-policy", "bucketwatch-exposure", "bucketwatch-ingest"];

const NOT_IN_PURE: &[&str] =
    &["tokio", "async-trait", "futures", "hyper", "reqwest", "rusqlite", "rustls", "rand", "uuid", "tracing"];

fn normal_dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo metadata runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().expect("dependencies");
            let normal = dependencies
                .iter()
                .filter(|dependency| dependency["kind"].is_null())
                .map(|dependency| dependency["name"].as_str().expect("name").to_owned())
                .collect();
            (package["name"].as_str().expect("name").to_owned(), normal)
        })
        .collect()
}

#[test]
fn arrows_between_the_crates_point_one_way() {
    let dependencies = normal_dependencies();
    for (name, used) in &dependencies {
        let inside: BTreeSet<&str> =
            used.iter().map(String::as_str).filter(|name| dependencies.contains_key(*name)).collect();
        let Some((_, allowed)) = MAY_USE.iter().find(|(known, _)| known == name) else {
            assert_eq!(
                inside,
                BTreeSet::new(),
                "`{name}` is not in the rule, so it may use no crate of ours"
            );
            continue;
        };
        let forbidden: Vec<_> = inside.iter().filter(|name| !allowed.contains(name)).collect();
        assert!(forbidden.is_empty(), "`{name}` may not depend on {forbidden:?}");
    }
}

#[test]
fn every_crate_of_the_rule_exists() {
    let dependencies = normal_dependencies();
    for (name, _) in MAY_USE {
        assert!(dependencies.contains_key(*name), "`{name}` is in the rule and not in the workspace");
    }
}

#[test]
fn only_adapters_hold_an_aws_sdk() {
    for (name, used) in normal_dependencies() {
        let sdks: Vec<_> = used.iter().filter(|crate_| crate_.starts_with("aws-")).collect();
        assert!(name == "bucketwatch-adapters" || sdks.is_empty(), "`{name}` holds {sdks:?}");
    }
}

#[test]
fn the_core_is_pure() {
    let dependencies = normal_dependencies();
    for name in PURE {
        let impure: Vec<_> = dependencies[*name]
            .iter()
            .filter(|used| NOT_IN_PURE.contains(&used.as_str()) || used.starts_with("aws-"))
            .collect();
        assert!(impure.is_empty(), "`{name}` is pure and may not depend on {impure:?}");
    }
}
