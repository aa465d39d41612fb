//! Terraform's own checks of the module: format, validity of module and examples, and its tests with a mocked provider.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::root;

/// Terraform with a copy of the module to work in.
pub(crate) struct Terraform {
    plugins: PathBuf,
    folder: TempDir,
}

impl Terraform {
    /// Gives one, or says which test is skipped for want of Terraform or of its AWS provider.
    pub(crate) fn find(test: &str) -> Option<Self> {
        if Command::new("terraform").arg("version").output().is_err() {
            eprintln!("skipped: `{test}` needs Terraform");
            return None;
        }
        let Some(plugins) = plugins() else {
            eprintln!("skipped: `{test}` needs Terraform's AWS provider; name its mirror in TF_PLUGIN_DIR");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        copy(&root().join("deploy/terraform"), &folder.path().join("terraform"));
        Some(Self { plugins, folder })
    }

    /// Gives the folder around the copy, which is called `terraform`.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs Terraform in a folder below that one, and asserts that it succeeds.
    pub(crate) fn run(&self, below: &str, arguments: &[&str], environment: &[(&str, &str)]) {
        let output = self.command(below, arguments).envs(environment.iter().copied()).output().unwrap();
        assert!(output.status.success(), "terraform {arguments:?} in {below}:\n{}", said(&output));
    }

    /// Makes a folder below ready, offline.
    pub(crate) fn init(&self, below: &str) {
        let plugins = format!("-plugin-dir={}", self.plugins.display());
        self.run(below, &["init", "-backend=false", "-input=false", "-no-color", &plugins], &[]);
    }

    fn command(&self, below: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new("terraform");
        command
            .args(arguments)
            .current_dir(self.folder.path().join(below))
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_IN_AUTOMATION", "1")
            .env_remove("TF_CLI_CONFIG_FILE");
        command
    }
}

/// Gives the folder that mirrors the registry, where one holds the AWS provider.
fn plugins() -> Option<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let named = std::env::var_os("TF_PLUGIN_DIR").map(PathBuf::from).into_iter();
    let usual = [
        home.join(".terraform.d/plugins"),
        "/usr/local/share/terraform/plugins".into(),
        "/usr/share/terraform/plugins".into(),
    ];
    let optional = std::fs::read_dir("/opt").into_iter().flatten().flatten().map(|entry| entry.path());
    named
        .chain(usual)
        .chain(optional)
        .find(|folder| folder.join("registry.terraform.io/hashicorp/aws").is_dir())
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            if entry.file_name() != ".terraform" {
                copy(&entry.path(), &target);
            }
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn the_module_is_formatted() {
    let Some(terraform) = Terraform::find("the_module_is_formatted") else { return };
    terraform.run("terraform", &["fmt", "-check", "-recursive", "-diff", "-no-color"], &[]);
}

#[test]
fn the_module_keeps_its_promises() {
    let Some(terraform) = Terraform::find("the_module_keeps_its_promises") else { return };
    terraform.init("terraform");
    terraform.run("terraform", &["validate", "-no-color"], &[]);
    terraform.run("terraform", &["test", "-no-color"], &[]);
}

#[test]
fn the_examples_are_valid() {
    let Some(terraform) = Terraform::find("the_examples_are_valid") else { return };
    for example in ["terraform/examples/one-account", "terraform/examples/organization"] {
        terraform.init(example);
        terraform.run(example, &["validate", "-no-color"], &[]);
    }
}
