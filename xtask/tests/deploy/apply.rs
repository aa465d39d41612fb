//! The module, applied to an emulator of AWS.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::emulators::{Ministack, environment};
use crate::json as document;
use crate::judge;
use crate::patterns::patterns;
use crate::terraform::Terraform;

/// What somebody writes who deploys to an emulator. No trail: emulators have none that could be looked at.
const MAIN: &str = r#"
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "111122223333"
  secret_key                  = "any"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  s3_use_path_style           = true
}

module "bucketwatch" {
  source              = "./terraform"
  package             = "package.zip"
  emails              = ["ops@example.org"]
  central_bus         = true
  deletion_protection = false
}

module "member" {
  source           = "./terraform/modules/member"
  name             = "elsewhere"
  central_bus_arn  = module.bucketwatch.central_bus_arn
  create_read_role = true
  external_id      = "a-word-of-ours"
  reader_role_arns = module.bucketwatch.function_role_arns
}
"#;

/// Gives the executable that a run of all tests has built, where this is one.
fn executable() -> Option<PathBuf> {
    let found = std::env::current_exe().unwrap().parent()?.parent()?.join("bucketwatch");
    found.is_file().then_some(found)
}

/// Makes a package of the executable, else of something that nobody could run.
fn package(environment: &Path, folder: &Path, executable: Option<&Path>) {
    let bootstrap = folder.join("bootstrap");
    match executable {
        Some(executable) => drop(std::fs::copy(executable, &bootstrap).unwrap()),
        None => std::fs::write(&bootstrap, "#!/bin/sh\n").unwrap(),
    }
    let mut python = Command::new(environment.join("bin/python"));
    python.args(["-m", "zipfile", "-c", "package.zip", "bootstrap"]).current_dir(folder);
    assert!(python.status().unwrap().success());
}

#[test]
fn the_module_applies_to_an_emulator_and_tells() {
    let test = "the_module_applies_to_an_emulator_and_tells";
    let (Some(environment), Some(terraform)) = (environment(test), Terraform::find(test)) else { return };
    let executable = executable();
    let emulator = Ministack::start(&environment);
    std::fs::write(terraform.folder().join("main.tf"), MAIN).unwrap();
    package(&environment, terraform.folder(), executable.as_deref());
    terraform.init(".");
    let (url, authority) = (emulator.url(), emulator.authority());
    let at =
        [("AWS_ENDPOINT_URL", &*url), ("AWS_CA_BUNDLE", &*authority), ("AWS_EC2_METADATA_DISABLED", "true")];
    terraform.run(".", &["apply", "-auto-approve", "-input=false", "-no-color"], &at);

    everything_is_there(&judge::ask_of(&emulator, &environment, "deployed", &json!("bucketwatch")));
    if executable.is_some() {
        it_tells(&emulator, &environment);
    } else {
        eprintln!("skipped: the second half of `{test}` needs the executable; `cargo xtask test` builds it");
    }
}

fn everything_is_there(deployed: &Value) {
    let queue = "arn:aws:sqs:eu-west-1:111122223333:bucketwatch-events";
    let bus = "arn:aws:events:eu-west-1:111122223333:event-bus/bucketwatch";
    for (pattern, text) in patterns() {
        for (prefix, target) in
            [("bucketwatch-default", queue), ("bucketwatch-central", queue), ("elsewhere-forward", bus)]
        {
            let expected = json!({"state": "ENABLED", "pattern": text, "targets": [target]});
            assert_eq!(deployed["rules"][format!("{prefix}-{pattern}")], expected, "{prefix}-{pattern}");
        }
    }
    let redrive: Value = serde_json::from_str(deployed["queue"]["RedrivePolicy"].as_str().unwrap()).unwrap();
    assert_eq!(redrive["deadLetterTargetArn"], "arn:aws:sqs:eu-west-1:111122223333:bucketwatch-dead");
    assert_eq!(deployed["mappings"], json!([{"source": queue, "types": ["ReportBatchItemFailures"]}]));
    assert_eq!(deployed["environment"]["BUCKETWATCH_STATE"], "dynamodb://bucketwatch?region=eu-west-1");
    let beats = ["reconcile", "self-check", "tick"].map(|beat| json!({"bucketwatch": beat}).to_string());
    assert_eq!(deployed["inputs"], json!(beats));
    assert_eq!(deployed["table"][0]["AttributeName"], "pk");
    assert_eq!(deployed["made up"], 1, "events of AWS cannot be made up");
}

/// The roles suffice: the emulator holds the functions to their policies.
fn it_tells(emulator: &Ministack, environment: &Path) {
    let mut refused = document("deploy/samples/put-bucket-policy.json");
    refused["detail"]["errorCode"] = "AccessDenied".into();
    let told = judge::ask_of(emulator, environment, "told", &refused);
    let subject =
        "bucketwatch low: REPLACE-WITH-A-BUCKET: an attempt to make it public was refused (PutBucketPolicy)";
    assert_eq!(told["subjects"], json!([subject]));
    assert_eq!(told["tick"], json!({"looks": 0}));
    let missed = "trail eu-west-1: there is no trail for this region: EventBridge hears of nothing";
    assert_eq!(told["self-check"]["errorMessage"], missed, "the emulator has no trails: {told:#}");
    assert_eq!(told["reconcile"], json!({"buckets": 0, "partial": null, "accounts": []}));
}
