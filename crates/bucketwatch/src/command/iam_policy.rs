//! `iam-policy`: the least that a scan needs.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::Result;
use bucketwatch_engine::escape::to_json_pretty;
use bucketwatch_engine::exit::Exit;
use bucketwatch_engine::operation::Operation;
use serde::Serialize;

use crate::output::Output;

/// Runs the command.
pub(crate) fn run() -> Result<Exit> {
    let mut output = Output::open(None)?;
    writeln!(output, "{}", to_json_pretty(&policy()))?;
    output.finish()?;
    Ok(Exit::Clean)
}

/// A policy in the order in which people write one.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    version: &'static str,
    statement: Vec<Statement>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    effect: &'static str,
    action: Vec<&'static str>,
    resource: String,
}

/// Gives the policy: the actions of every operation that a scan may call, by the resource that they need. It holds in
/// every partition.
fn policy() -> Policy {
    let mut by_resource: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for operation in Operation::SCAN {
        if let Some(action) = operation.permission() {
            by_resource.entry(operation.resource()).or_default().push(action);
        }
    }
    let statements = by_resource.into_iter().map(|(resource, mut action)| {
        action.sort_unstable();
        let resource = if resource == "*" { resource.to_owned() } else { format!("arn:*:{resource}") };
        Statement { effect: "Allow", action, resource }
    });
    Policy { version: "2012-10-17", statement: statements.collect() }
}
