//! Notices from the executable: what a failed delivery leaves behind, and that no secret is among it.

use std::path::Path;
use std::process::Output;

use bucketwatch_sandbox::{Account, Fleet};

use crate::program::{Credentials, bucketwatch, scan};
use crate::sandbox::Served;
use crate::{stderr, stdout};

const SECRET: &str = "T0PSECRETx9f";

/// Every notifier that takes a secret, at an address that refuses connections.
fn configuration() -> String {
    let private = "http = { allow_private = true, timeout = \"1s\" }";
    format!(
        "[notify]\ndeadline = \"1s\"\n[[notify.webhook]]\nurl = {{ env = \"HOOK\" }}\nsigning_key = {{ env = \"KEY\" }}\nheaders = {{ X-Key = {{ env = \"TOKEN\" }} }}\n{private}\n\
         [[notify.slack]]\nurl = {{ env = \"HOOK\" }}\n{private}\n\
         [[notify.teams]]\nurl = {{ file = \"hook\" }}\n{private}\n\
         [[notify.pagerduty]]\nrouting_key = {{ env = \"TOKEN\" }}\nurl = \"http://127.0.0.1:9/\"\n{private}\n\
         [[notify.smtp]]\nhost = \"127.0.0.1\"\nport = 9\nusername = \"u\"\npassword = {{ env = \"TOKEN\" }}\nfrom = \"a@example.com\"\nto = [\"b@example.com\"]\n\
         [[notify.command]]\nprogram = [\"/bin/sh\", \"-c\", \"echo $TOKEN >&2; exit 1\"]\nenv = {{ TOKEN = {{ env = \"TOKEN\" }} }}\n"
    )
}

fn run(home: &Path, arguments: &[&str]) -> Output {
    let mut command = bucketwatch(home);
    secrets(&mut command);
    command.args(arguments).output().expect("it runs")
}

fn secrets(command: &mut std::process::Command) {
    command
        .env("HOOK", format!("http://127.0.0.1:9/services/{SECRET}?sig={SECRET}"))
        .env("KEY", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        .env("TOKEN", SECRET);
}

/// Gives every file under `folder` that holds the secret.
fn holders(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            found.extend(holders(&entry));
        } else if entry.file_name().is_none_or(|name| name != "hook") {
            let bytes = std::fs::read(&entry).expect("a file");
            let holds = bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
            found.extend(holds.then(|| entry.display().to_string()));
        }
    }
    found
}

#[test]
fn no_secret_is_in_the_state_in_errors_or_in_help() {
    let account = Served::start(Account::from_fleet(Fleet::generate(6, 5)));
    let endpoint = account.handle().endpoint_url();
    let credentials =
        Credentials { key: "AKIASANDBOXSANDBOX00".to_owned(), secret: "any".to_owned(), token: None };
    let home = tempfile::tempdir().expect("a home");
    std::fs::write(home.path().join("bucketwatch.toml"), configuration()).expect("a configuration");
    std::fs::write(home.path().join("hook"), format!("http://127.0.0.1:9/{SECRET}\n")).expect("a secret");
    let mut said = String::new();
    let mut command = scan(home.path(), &endpoint, &credentials);
    secrets(&mut command);
    let output = command.env("RUST_LOG", "trace").output().expect("it runs");
    said.push_str(&format!("scan: {}{}", stdout(&output), stderr(&output)));
    for arguments in [
        &["status"][..],
        &["status", "--format", "json"],
        &["history"],
        &["notify", "test"],
        &["notify", "list"],
        &["notify", "retry"],
        &["--help"],
        &["notify", "test", "--help"],
    ] {
        let output = run(home.path(), arguments);
        said.push_str(&format!("{arguments:?}: {}{}", stdout(&output), stderr(&output)));
    }
    assert!(said.contains("slack: 1 waiting, the oldest since "), "{said}");
    assert!(said.contains("last failure: cannot connect to `http://127.0.0.1:9`"), "{said}");
    assert!(said.contains("last failure: the program ended with exit status: 1: $TOKEN"), "{said}");
    assert!(!said.contains(SECRET), "{said}");
    assert_eq!(holders(home.path()), Vec::<String>::new());
}

#[test]
fn a_secret_in_the_file_is_refused_without_repeating_it() {
    let home = tempfile::tempdir().expect("a home");
    let file = home.path().join("bucketwatch.toml");
    std::fs::write(file, format!("[[notify.slack]]\nurl = \"https://hooks.slack.com/{SECRET}\"\n"))
        .expect("a file");
    let output = run(home.path(), &["notify", "test"]);
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert!(said.contains("line 2, column 7: a secret is not written here"), "{said}");
    assert!(!said.contains(SECRET), "{said}");
}
