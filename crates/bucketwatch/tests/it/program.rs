//! The built executable, run as a user would, in an environment with nothing of this machine's.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// Gives the executable with a scrubbed environment and an empty home.
pub(crate) fn bucketwatch(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bucketwatch"));
    command
        .env_clear()
        .env("HOME", home)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_REGION", "us-east-1")
        .current_dir(home)
        .stdin(Stdio::null());
    command
}

/// Credentials as the environment hands them over.
pub(crate) struct Credentials {
    /// The access key's id.
    pub(crate) key: String,
    /// The secret.
    pub(crate) secret: String,
    /// The session token of temporary credentials.
    pub(crate) token: Option<String>,
}

/// Gives a scan of the account behind `endpoint`.
pub(crate) fn scan(home: &Path, endpoint: &str, credentials: &Credentials) -> Command {
    let mut command = bucketwatch(home);
    command
        .args(["scan", "--format", "json", "--quiet"])
        .env("AWS_ENDPOINT_URL", endpoint)
        .env("AWS_ACCESS_KEY_ID", &credentials.key)
        .env("AWS_SECRET_ACCESS_KEY", &credentials.secret);
    if let Some(token) = &credentials.token {
        command.env("AWS_SESSION_TOKEN", token);
    }
    command
}

/// Runs a command that prints one JSON document and gives it with the exit code.
pub(crate) fn document(command: &mut Command) -> (Value, i32) {
    let output = command.output().expect("the executable starts");
    let code = output.status.code().expect("it ends by itself");
    match serde_json::from_slice(&output.stdout) {
        Ok(document) => (document, code),
        Err(error) => panic!("no JSON ({error}), exit code {code}: {}", told(&output)),
    }
}

/// Gives all that a process said.
pub(crate) fn told(output: &Output) -> String {
    format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
