//! What is not sound, not ours or not writable is refused with an error of its own, and left as it is.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use bucketwatch_adapters::sqlite::SqliteStore;
use bucketwatch_engine::state::{Commit, StateError, StateStore as _};
use bucketwatch_exposure::assessment::Verdict;
use rusqlite::Connection;

use crate::state_store_contract::sample;

/// Makes a sound database with some pages, closed.
async fn sound(folder: &Path) -> PathBuf {
    let path = folder.join("state.db");
    let store = SqliteStore::open(&path).await.unwrap();
    let buckets = (0..200).map(|n| sample::bucket(&format!("bucket-{n}"), Verdict::Public)).collect();
    store.commit(Commit { buckets, ..Commit::default() }).await.unwrap();
    path
}

/// Opens `path`, expects a refusal, and sees to it that not a byte has changed.
async fn refused(path: &Path) -> StateError {
    let before = fs::read(path).unwrap();
    let error = SqliteStore::open(path).await.err().expect("it is refused");
    assert_eq!(fs::read(path).unwrap(), before, "{error}");
    error
}

#[tokio::test]
async fn a_damaged_database_is_refused_whichever_page_is_hit() {
    let folder = tempfile::tempdir().unwrap();
    let path = sound(folder.path()).await;
    let whole = fs::read(&path).unwrap();
    let pages = whole.len() / 4096;
    assert!(pages > 20);
    for page in [0, 1, 2, pages / 2, pages - 1] {
        let mut damaged = whole.clone();
        damaged[page * 4096..][..4096].fill(0x5a);
        fs::write(&path, &damaged).unwrap();
        let error = refused(&path).await;
        assert!(matches!(error, StateError::Damaged { .. }), "page {page}: {error}");
    }
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert!(matches!(refused(&path).await, StateError::Damaged { .. }));
    fs::write(&path, "this is no database, whatever its name says; it is long enough to have a header")
        .unwrap();
    assert!(matches!(refused(&path).await, StateError::Damaged { .. }));
}

#[tokio::test]
async fn a_database_of_another_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE mail (body TEXT)").unwrap();
    assert!(matches!(refused(&path).await, StateError::Foreign { .. }));
}

#[tokio::test]
async fn a_newer_database_is_refused_and_both_versions_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = sound(folder.path()).await;
    let newer = "INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
         VALUES (99, 'later', '2030-01-01T00:00:00Z', '1')";
    Connection::open(&path).unwrap().execute_batch(newer).unwrap();
    let error = refused(&path).await;
    assert!(matches!(error, StateError::Newer { found: 99, known: 4, .. }), "{error}");
    assert!(error.to_string().contains("update bucketwatch"), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_marked_read_only_is_not_written_not_even_by_root() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = sound(folder.path()).await;
    for (marked, mode, back) in [(path.as_path(), 0o444, 0o600), (folder.path(), 0o555, 0o700)] {
        fs::set_permissions(marked, fs::Permissions::from_mode(mode)).unwrap();
        assert!(matches!(refused(&path).await, StateError::ReadOnly { .. }), "{}", marked.display());
        fs::set_permissions(marked, fs::Permissions::from_mode(back)).unwrap();
    }
    SqliteStore::open(&path).await.unwrap();
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let path = folder.path().join("file/inside/state.db");
    let error = SqliteStore::open(&path).await.err().unwrap();
    assert!(matches!(error, StateError::Unreadable { .. }), "{error}");
}

/// A file system that is soon full; `None` where this process may not mount one.
struct Small(tempfile::TempDir);

impl Small {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=600k", "tmpfs"]).arg(folder.path());
        mount.output().ok()?.status.success().then_some(Self(folder))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

#[tokio::test]
async fn a_full_disk_is_told_and_what_was_recorded_stays() {
    let Some(small) = Small::mount() else {
        eprintln!("not tested: this process may not mount a small file system");
        return;
    };
    let path = small.0.path().join("state.db");
    let store = SqliteStore::open(&path).await.unwrap();
    let mut written = 0;
    let error = loop {
        let buckets = vec![sample::bucket(&format!("bucket-{written}"), Verdict::Public)];
        match store.commit(Commit { buckets, ..Commit::default() }).await {
            Ok(()) => written += 1,
            Err(error) => break error,
        }
        assert!(written < 10_000, "the disk never fills");
    };
    assert!(matches!(error, StateError::DiskFull { .. }), "{error}: {:?}", std::error::Error::source(&error));
    assert!(written > 0);
    assert_eq!(store.summary(&Default::default()).await.unwrap().buckets(), written);
}
