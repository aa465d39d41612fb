//! A file of JSON lines: every notice as `bucketwatch.notice/1` or as OCSF findings, on the disk before it counts as delivered.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use bucketwatch_engine::config::{DocumentFormat, LogConfig};
use bucketwatch_engine::escape::{terminal, to_json};
use bucketwatch_engine::message::detection_findings;
use bucketwatch_engine::notice::Notice;
use bucketwatch_engine::notifier::{DeliveryError, Notifier, Retry};
use bucketwatch_engine::report::wire::NoticeDocument;
use rustix::fs::OFlags;

/// How often a file that another process has locked is tried, [`LOCK_PAUSE`] apart.
const LOCK_ATTEMPTS: usize = 100;

/// The pause between two attempts to lock the file.
const LOCK_PAUSE: Duration = Duration::from_millis(50);

/// Appends notices to a file.
#[derive(Debug)]
pub struct LogFile {
    name: String,
    path: PathBuf,
    format: DocumentFormat,
}

/// Why a log file cannot be written to.
#[derive(Debug, thiserror::Error)]
pub enum LogFileError {
    /// Its folder is not there.
    #[error("folder `{}` does not exist", shown(.0))]
    NoFolder(PathBuf),
    /// It is a symbolic link, a folder, a device or a pipe.
    #[error("`{}` is not a regular file", shown(.0))]
    NotAFile(PathBuf),
    /// Another process writes to it and does not end.
    #[error("`{}` is locked by another process", shown(.0))]
    Locked(PathBuf),
    /// The system refuses.
    #[error("cannot write `{}`: {error}", shown(.path))]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

fn shown(path: &Path) -> String {
    terminal(&path.to_string_lossy().as_ref().into())
}

impl LogFile {
    /// Gives the notifier of the file that `config` names. The file is made at the first delivery.
    ///
    /// # Errors
    /// The folder does not exist, or what has the name is not a regular file.
    pub fn new(config: &LogConfig) -> Result<Self, LogFileError> {
        let folder = folder(&config.path);
        if !folder.is_dir() {
            return Err(LogFileError::NoFolder(folder.to_owned()));
        }
        match config.path.symlink_metadata() {
            Ok(found) if !found.is_file() => Err(LogFileError::NotAFile(config.path.clone())),
            _ => Ok(Self { name: config.name(), path: config.path.clone(), format: config.format }),
        }
    }
}

#[async_trait]
impl Notifier for LogFile {
    fn name(&self) -> &str {
        &self.name
    }

    fn follows(&self) -> bool {
        self.format == DocumentFormat::Ocsf
    }

    fn registers(&self) -> bool {
        self.follows()
    }

    async fn deliver(&self, notice: &Notice) -> Result<(), DeliveryError> {
        let path = self.path.clone();
        let lines = match self.format {
            DocumentFormat::Notice => vec![to_json(&NoticeDocument::from(notice))],
            DocumentFormat::Ocsf => detection_findings(notice).iter().map(to_json).collect(),
        };
        let later = |reason| DeliveryError { reason, retry: Retry::Later };
        tokio::task::spawn_blocking(move || append(&path, &lines))
            .await
            .map_err(|stopped| later(stopped.to_string()))?
            .map_err(|error| later(error.to_string()))
    }
}

/// Puts `lines`, each with a line feed, at the end of the file, and on the disk.
fn append(path: &Path, lines: &[String]) -> Result<(), LogFileError> {
    if lines.is_empty() {
        return Ok(());
    }
    let mut file = open(path)?;
    lock(&file, path)?;
    let failed = |error| LogFileError::Io { path: path.to_owned(), error };
    let before = file.metadata().map_err(failed)?.len();
    let mut bytes = Vec::new();
    if is_torn(&mut file, before).map_err(failed)? {
        bytes.push(b'\n');
    }
    for line in lines {
        bytes.extend_from_slice(line.as_bytes());
        bytes.push(b'\n');
    }
    let written = file.write_all(&bytes).and_then(|()| file.sync_all());
    if written.is_err() {
        // What was written of the line goes again; if that fails too, the next delivery begins on a line of its own.
        let _ = file.set_len(before);
    }
    written.map_err(failed)?;
    if before == 0 { sync_folder(path).map_err(failed) } else { Ok(()) }
}

/// Opens the file without following a link or waiting for the reader of a pipe.
fn open(path: &Path) -> Result<File, LogFileError> {
    let careful = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let opened = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .mode(0o600)
        .custom_flags(careful.bits().cast_signed())
        .open(path);
    match opened {
        Ok(file) if file.metadata().is_ok_and(|found| found.is_file()) => Ok(file),
        Ok(_) => Err(LogFileError::NotAFile(path.to_owned())),
        Err(error) => Err(refusal(path, error)),
    }
}

/// Says why a file cannot be opened.
fn refusal(path: &Path, error: io::Error) -> LogFileError {
    if !folder(path).is_dir() {
        return LogFileError::NoFolder(folder(path).to_owned());
    }
    match path.symlink_metadata() {
        Ok(found) if !found.is_file() => LogFileError::NotAFile(path.to_owned()),
        _ => LogFileError::Io { path: path.to_owned(), error },
    }
}

/// Waits a while for the lock, which ends with `file`.
fn lock(file: &File, path: &Path) -> Result<(), LogFileError> {
    for _ in 0..LOCK_ATTEMPTS {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_PAUSE),
            Err(TryLockError::Error(error)) => {
                return Err(LogFileError::Io { path: path.to_owned(), error });
            }
        }
    }
    Err(LogFileError::Locked(path.to_owned()))
}

/// Tells whether the last line has no end, because a write before was cut off.
fn is_torn(file: &mut File, length: u64) -> io::Result<bool> {
    if length == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::Start(length - 1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// Brings the name of a new file onto the disk.
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder(path))?.sync_all()
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}
