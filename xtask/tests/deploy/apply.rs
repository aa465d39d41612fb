//! The module, applied to an emulator of AWS.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::emulators::{Ministack, environment};
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

/// Makes a package that no emulator could run, and none has to.
fn zip(environment: &Path, folder: &Path) {
    std::fs::write(folder.join("bootstrap"), "#!/bin/sh\n").unwrap();
    let mut python = Command::new(environment.join("bin/python"));
    python.args(["-m", "zipfile", "-c", "package.zip", "bootstrap"]).current_dir(folder);
    assert!(python.status().unwrap().success());
}

#[test]
fn the_module_applies_to_an_emulator() {
    let test = "the_module_applies_to_an_emulator";
    let (Some(environment), Some(terraform)) = (environment(test), Terraform::find(test)) else { return };
    let emulator = Ministack::start(&environment);
    std::fs::write(terraform.folder().join("main.tf"), MAIN).unwrap();
    zip(&environment, terraform.folder());
    terraform.init(".");
    let at = [("AWS_ENDPOINT_URL", &*emulator.url()), ("AWS_EC2_METADATA_DISABLED", "true")];
    terraform.run(".", &["apply", "-auto-approve", "-input=false", "-no-color"], &at);

    let deployed = judge::ask(&environment, &["deployed", &emulator.url()], &json!("bucketwatch"));
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
