//! The log file on a real file system.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use bucketwatch_adapters::log_file::LogFile;
use bucketwatch_engine::config::{Config, LogConfig};
use bucketwatch_engine::notifier::{Notifier as _, Retry};
use serde_json::Value;

use crate::notifier_contract::documents::entries;
use crate::notifier_contract::{notifier_contract, sample};

fn log_file(path: &Path) -> LogFile {
    LogFile::new(&LogConfig::new(path.to_owned())).unwrap()
}

fn refusal(path: PathBuf) -> String {
    LogFile::new(&LogConfig::new(path)).unwrap_err().to_string()
}

fn documents(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn the_contract_holds_and_names_come_back_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notices.jsonl");
    let received = async || documents(&path).iter().flat_map(entries).collect();
    notifier_contract(&log_file(&path), received, str::to_owned).await;
    let text = fs::read_to_string(&path).unwrap();
    assert!(!text.contains(['\u{1b}', '\u{202e}', '\r', '\0']));
}

#[tokio::test]
async fn a_new_file_is_for_its_owner_alone_and_an_old_one_keeps_its_mode() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notices.jsonl");
    let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    log_file(&path).deliver(&sample::baseline("n1")).await.unwrap();
    assert_eq!(mode(), 0o600);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    log_file(&path).deliver(&sample::baseline("n2")).await.unwrap();
    assert_eq!(mode(), 0o640);
}

#[tokio::test]
async fn a_line_torn_by_a_crash_spoils_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notices.jsonl");
    let log = log_file(&path);
    log.deliver(&sample::baseline("n1")).await.unwrap();
    fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"schema\": \"buck").unwrap();
    log.deliver(&sample::baseline("n2")).await.unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let whole: Vec<_> = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()).collect();
    assert_eq!(whole.iter().map(|line| line["id"].as_str().unwrap()).collect::<Vec<_>>(), ["n1", "n2"]);
    assert_eq!(text.lines().count(), 3);
}

#[tokio::test]
async fn what_is_no_regular_file_is_refused_before_and_at_delivery() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("elsewhere");
    let path = folder.path().join("notices.jsonl");
    let log = log_file(&path);
    symlink(&target, &path).unwrap();
    let error = log.deliver(&sample::baseline("n1")).await.unwrap_err();
    assert_eq!(error.to_string(), format!("`{}` is not a regular file", path.display()));
    assert_eq!(error.retry, Retry::Later);
    assert!(!target.exists());
    assert_eq!(refusal(path.clone()), format!("`{}` is not a regular file", path.display()));
    let itself = folder.path().to_owned();
    assert_eq!(refusal(itself.clone()), format!("`{}` is not a regular file", itself.display()));
}

#[tokio::test]
async fn a_missing_folder_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let gone = folder.path().join("gone");
    let path = gone.join("notices.jsonl");
    let expected = format!("folder `{}` does not exist", gone.display());
    assert_eq!(refusal(path.clone()), expected);
    fs::create_dir(&gone).unwrap();
    let log = log_file(&path);
    fs::remove_dir(&gone).unwrap();
    assert_eq!(log.deliver(&sample::baseline("n1")).await.unwrap_err().to_string(), expected);
}

#[tokio::test]
async fn many_writers_share_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notices.jsonl");
    let writers: Vec<_> = (0..20)
        .map(|number| {
            let log = log_file(&path);
            tokio::spawn(async move { log.deliver(&sample::baseline(&format!("n{number}"))).await })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap().unwrap();
    }
    assert_eq!(documents(&path).len(), 20);
}

#[tokio::test]
async fn ocsf_findings_have_a_line_each() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("findings.jsonl");
    let config = Config::parse(&format!("[[notify.log]]\npath = {path:?}\nformat = \"ocsf\"\n")).unwrap();
    let log = LogFile::new(&config.notify.log[0]).unwrap();
    log.deliver(&sample::baseline("n1")).await.unwrap();
    assert!(!path.exists(), "a baseline has no finding");
    log.deliver(&sample::opened("n2", &["a", "b"])).await.unwrap();
    let findings = documents(&path);
    assert!(
        findings.iter().all(|finding| finding["class_uid"] == 2004 && finding["metadata"]["uid"] == "n2")
    );
    assert_eq!(findings.len(), 2);
}
