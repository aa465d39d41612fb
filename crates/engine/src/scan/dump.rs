//! Writes every snapshot of a scan to a folder, one file a bucket, as `check` reads them.

use std::io;
use std::path::PathBuf;

use bucketwatch_exposure::snapshot::BucketSnapshot;
use bucketwatch_ingest::document::write_snapshot;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;

/// A folder for snapshots.
#[derive(Clone, Debug)]
pub struct SnapshotFolder(PathBuf);

impl SnapshotFolder {
    /// Makes the folder where it does not exist.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn create(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    /// Writes one snapshot.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn write(&self, snapshot: &BucketSnapshot, observed_at: Timestamp) -> io::Result<()> {
        let name = snapshot.bucket.as_ref().map(file_name).unwrap_or_default();
        let document = write_snapshot(snapshot, Some(observed_at));
        std::fs::write(self.0.join(name), format!("{document:#}\n"))
    }
}

/// Gives a file name for a bucket. Names that AWS allows stay as they are; of others each foreign character becomes
/// its code, so that no endpoint can name a file outside the folder.
fn file_name(bucket: &Untrusted) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let escaped = bucket
        .as_raw()
        .chars()
        .map(|c| if plain(c) { c.to_string() } else { format!("%{:x}", u32::from(c)) });
    let name: String = escaped.take(200).collect();
    format!("{name}.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_name_never_leaves_the_folder() {
        for (name, expected) in [
            ("my.bucket-1", "my.bucket-1.json"),
            ("../../etc/passwd", "..%2f..%2fetc%2fpasswd.json"),
            ("..", "...json"),
            ("a\u{0}b", "a%0b.json"),
        ] {
            assert_eq!(file_name(&name.into()), expected);
        }
    }
}
