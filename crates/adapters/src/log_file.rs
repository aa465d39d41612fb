//! A log file: one `bucketwatch.notice/1` a line.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use bucketwatch_engine::config::LogConfig;
use bucketwatch_engine::escape::to_json;
use bucketwatch_engine::notice::Notice;
use bucketwatch_engine::notifier::{DeliveryError, Notifier, Retry};
use bucketwatch_engine::report::wire::NoticeDocument;

/// Appends notices to a file. What was delivered is on the disk.
pub struct LogFile {
    name: String,
    path: PathBuf,
}

impl LogFile {
    /// Gives the notifier that `config` describes. The file is opened for each notice, so that it may be rotated.
    pub fn new(config: &LogConfig) -> Self {
        Self { name: config.name(), path: config.path.clone() }
    }
}

#[async_trait]
impl Notifier for LogFile {
    fn name(&self) -> &str {
        &self.name
    }

    async fn deliver(&self, notice: &Notice) -> Result<(), DeliveryError> {
        let mut line = to_json(&NoticeDocument::from(notice));
        line.push('\n');
        let path = self.path.clone();
        let written = tokio::task::spawn_blocking(move || append(&path, line.as_bytes())).await;
        let written = written.map_err(io::Error::other).and_then(|written| written);
        written.map_err(|error| DeliveryError {
            reason: format!("cannot append to `{}`: {error}", self.path.display()),
            retry: Retry::Later,
        })
    }
}

/// Appends `line` whole. A torn line that an earlier crash left is ended first.
fn append(path: &Path, line: &[u8]) -> io::Result<()> {
    let mut file = open(path)?;
    let torn = ends_torn(path)?;
    let whole = if torn { [b"\n", line].concat() } else { line.to_vec() };
    file.write_all(&whole)?;
    file.sync_data()
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Tells whether the file's last byte is no line feed. Pipes and devices have no last byte.
fn ends_torn(path: &Path) -> io::Result<bool> {
    use std::io::{Read, Seek, SeekFrom};
    let there = path.metadata()?;
    if !there.is_file() || there.len() == 0 {
        return Ok(false);
    }
    let mut file = File::open(path)?;
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}
