//! What is noted while a recording runs.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One thing that happened to a file, or a mark of the test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Bytes were written.
    Write {
        /// The file's name.
        file: String,
        /// Where.
        offset: u64,
        /// What.
        bytes: Vec<u8>,
    },
    /// The file was cut to a length.
    Truncate {
        /// The file's name.
        file: String,
        /// The length.
        length: u64,
    },
    /// What was done to the file so far is on the disk.
    Sync {
        /// The file's name.
        file: String,
        /// Whether its folder was synced with it, and so every deletion in there.
        folder: bool,
    },
    /// The file was deleted.
    Delete {
        /// The file's name.
        file: String,
        /// Whether the deletion itself is on the disk.
        synced: bool,
    },
    /// [`note`] was called.
    Mark,
}

/// Whether SQLite gets what it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Honesty {
    /// `PRAGMA synchronous` does what it says.
    Honest,
    /// `PRAGMA synchronous` sets NORMAL whatever is asked, and answers FULL.
    Normal,
}

struct Recording {
    folder: PathBuf,
    honesty: Honesty,
    operations: Vec<Operation>,
}

static CURRENT: Mutex<Option<Recording>> = Mutex::new(None);

fn current() -> MutexGuard<'static, Option<Recording>> {
    CURRENT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `work` and gives everything that SQLite did to files of `folder` meanwhile. One recording at a time.
pub fn record(folder: &Path, honesty: Honesty, work: impl FnOnce()) -> Vec<Operation> {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    crate::shim::install();
    *current() = Some(Recording { folder: folder.to_owned(), honesty, operations: Vec::new() });
    work();
    current().take().map(|recording| recording.operations).unwrap_or_default()
}

/// Marks that what was asked of the store so far was acknowledged.
pub fn note() {
    add(Operation::Mark);
}

pub(crate) fn add(operation: Operation) {
    if let Some(recording) = current().as_mut() {
        recording.operations.push(operation);
    }
}

/// Gives the name under which a file is recorded; `None` = it is none of the recording.
pub(crate) fn name_of(path: &Path) -> Option<String> {
    let recording = current();
    let name = path.strip_prefix(&recording.as_ref()?.folder).ok()?;
    Some(name.to_string_lossy().into_owned())
}

pub(crate) fn honesty() -> Honesty {
    current().as_ref().map_or(Honesty::Honest, |recording| recording.honesty)
}
