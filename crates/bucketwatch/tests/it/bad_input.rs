use std::path::Path;

use crate::{bucketwatch, stderr};

/// Runs it and asserts exit code 1 and one line of error that holds every one of `words`.
fn fails(home: &Path, arguments: &[&str], words: &[&str]) {
    let output = bucketwatch(home).args(arguments).output().unwrap();
    let text = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {text}");
    assert_eq!(text.lines().count(), 1, "{text}");
    for word in words {
        assert!(text.contains(word), "{arguments:?}: `{word}` is not in {text}");
    }
}

#[test]
fn without_credentials_it_names_what_it_looked_for_and_the_demo() {
    let home = tempfile::tempdir().unwrap();
    fails(
        home.path(),
        &[],
        &["no AWS credentials", "AWS_ACCESS_KEY_ID", "~/.aws/config", "bucketwatch demo"],
    );
}

#[test]
fn the_status_after_a_scan_that_could_not_look_is_not_clean() {
    let home = tempfile::tempdir().unwrap();
    fails(home.path(), &[], &["no AWS credentials"]);
    let status = bucketwatch(home.path()).arg("status").output().unwrap();
    assert_eq!(status.status.code(), Some(3), "{status:?}");
    assert!(stderr(&status).contains("no scan has ended yet"), "{status:?}");
}

#[test]
fn configuration_errors_name_file_line_column_and_the_nearest_key() {
    let home = tempfile::tempdir().unwrap();
    let write = |text: &str| std::fs::write(home.path().join("bucketwatch.toml"), text).unwrap();
    write("\nconcurency = 3\n");
    fails(home.path(), &["scan"], &["bucketwatch.toml", "line 2, column 1", "did you mean `concurrency`"]);
    write("state = ");
    fails(home.path(), &["status"], &["bucketwatch.toml", "line 1, column 9"]);
    fails(home.path(), &["status", "--config", "none.toml"], &["none.toml", "No such file"]);
}

#[test]
fn an_unwritable_output_file_is_told_before_the_scan() {
    let home = tempfile::tempdir().unwrap();
    fails(
        home.path(),
        &["--output", "/nowhere/out.json"],
        &["cannot write the output file `/nowhere/out.json`"],
    );
    fails(home.path(), &["--output", "."], &["cannot write the output file `.`"]);
}

#[test]
fn a_state_that_is_none_is_refused_and_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("state.db");
    let garbage = b"this is no database at all, but long enough to be looked at".repeat(100);
    std::fs::write(&path, &garbage).unwrap();
    fails(home.path(), &["--state", "state.db"], &["state.db", "nothing was changed in it"]);
    assert_eq!(std::fs::read(&path).unwrap(), garbage);
    fails(home.path(), &["status", "--state", "other.db"], &["no state at `other.db` yet"]);
    assert!(!home.path().join("other.db").exists());
}

#[test]
fn wrong_command_lines_give_two_and_a_suggestion() {
    let home = tempfile::tempdir().unwrap();
    for (arguments, word) in [
        (vec!["scna"], "scan"),
        (vec!["--formt", "json"], "--format"),
        (vec!["check", "x", "--account", "12"], "twelve digits"),
        (vec!["--state", "redis://x"], "no place for the state"),
    ] {
        let output = bucketwatch(home.path()).args(&arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(word), "{arguments:?}: {}", stderr(&output));
    }
}
