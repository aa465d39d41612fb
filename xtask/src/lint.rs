//! `cargo xtask lint`: what others' linters say of the deployment.

use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

use crate::emulators;

/// Judges the templates by cfn-lint, and templates and Terraform module by checkov, which looks nothing up.
///
/// # Errors
/// The linters cannot be installed, or find something.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    let linters = emulators::linters(root)?;
    let mut cfn_lint = Command::new(linters.join("bin/cfn-lint"));
    cfn_lint.current_dir(root).args(["--", "deploy/cloudformation/*.yaml"]);
    emulators::run(&mut cfn_lint).context("cfn-lint found something")?;
    let mut checkov = Command::new(linters.join("bin/checkov"));
    checkov.current_dir(root).args(["--directory", "deploy", "--framework", "terraform", "cloudformation"]);
    checkov.args(["--skip-download", "--compact", "--quiet"]);
    emulators::run(&mut checkov).context("checkov found something")
}
