//! A disk with a cache that a power cut empties.

use std::collections::BTreeMap;
use std::path::Path;

use crate::Operation;

/// A disk writes sectors whole; within a write, any of them may have reached it.
const SECTOR: u64 = 512;

/// The files as the recorded operations make them.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    files: BTreeMap<String, File>,
}

#[derive(Clone, Debug, Default)]
struct File {
    /// What is on the disk for certain; `None` = no such file.
    durable: Option<Vec<u8>>,
    /// What was done since.
    pending: Vec<Change>,
}

#[derive(Clone, Debug)]
enum Change {
    Write(u64, Vec<u8>),
    Truncate(u64),
    Delete,
}

/// What a cut leaves of the changes that were not synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// None of them.
    Nothing,
    /// All of them.
    Everything,
    /// Of writes any sectors, of the rest any; the seed says which.
    Some(u64),
}

/// The files after a cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    files: BTreeMap<String, Vec<u8>>,
}

impl Disk {
    /// Gives a disk with one empty file of that name, its creation synced.
    pub fn with_empty(file: &str) -> Self {
        let empty = File { durable: Some(Vec::new()), pending: Vec::new() };
        Self { files: BTreeMap::from([(file.to_owned(), empty)]) }
    }

    /// Does what was recorded.
    pub fn apply(&mut self, operation: &Operation) {
        match operation {
            Operation::Write { file, offset, bytes } => {
                self.file(file).pending.push(Change::Write(*offset, bytes.clone()));
            }
            Operation::Truncate { file, length } => self.file(file).pending.push(Change::Truncate(*length)),
            Operation::Delete { file, synced } => {
                let file = self.file(file);
                file.pending.push(Change::Delete);
                if *synced {
                    file.sync();
                }
            }
            Operation::Sync { file, folder } => {
                self.file(file).sync();
                if *folder {
                    self.files.values_mut().for_each(File::sync_deletion);
                }
            }
            Operation::Mark => {}
        }
    }

    fn file(&mut self, name: &str) -> &mut File {
        self.files.entry(name.to_owned()).or_default()
    }

    /// Gives the files as a cut at this moment could leave them.
    pub fn cut(&self, keep: Keep) -> Image {
        let mut coin = Coin::new(keep);
        let files = self.files.iter().filter_map(|(name, file)| Some((name.clone(), file.cut(&mut coin)?)));
        Image { files: files.collect() }
    }
}

impl File {
    fn sync(&mut self) {
        self.durable = self.cut(&mut Coin::new(Keep::Everything));
        self.pending.clear();
    }

    /// Makes the last deletion certain, and with it the end of everything before.
    fn sync_deletion(&mut self) {
        if let Some(last) = self.pending.iter().rposition(|change| matches!(change, Change::Delete)) {
            self.pending.drain(..=last);
            self.durable = None;
        }
    }

    fn cut(&self, coin: &mut Coin) -> Option<Vec<u8>> {
        let mut content = self.durable.clone();
        for change in &self.pending {
            match change {
                Change::Write(offset, bytes) => {
                    for (offset, sector) in sectors(*offset, bytes) {
                        if coin.keeps() {
                            write(content.get_or_insert_default(), offset, sector);
                        }
                    }
                }
                Change::Truncate(length) => {
                    if let (true, Some(content)) = (coin.keeps(), &mut content) {
                        content.resize(usize::try_from(*length).unwrap_or(usize::MAX), 0);
                    }
                }
                Change::Delete if coin.keeps() => content = None,
                // The name still stands for the old file; what was written since went into a new one that is lost.
                Change::Delete => return content,
            }
        }
        content
    }
}

/// Gives the parts of a write that lie in different sectors of the file.
fn sectors(mut offset: u64, mut bytes: &[u8]) -> Vec<(u64, &[u8])> {
    let mut parts = Vec::new();
    while !bytes.is_empty() {
        let room = usize::try_from(SECTOR - offset % SECTOR).unwrap_or(bytes.len());
        let (part, rest) = bytes.split_at(room.min(bytes.len()));
        parts.push((offset, part));
        offset += part.len() as u64;
        bytes = rest;
    }
    parts
}

fn write(content: &mut Vec<u8>, offset: u64, bytes: &[u8]) {
    let offset = usize::try_from(offset).unwrap_or(usize::MAX);
    let end = offset + bytes.len();
    if content.len() < end {
        content.resize(end, 0);
    }
    content[offset..end].copy_from_slice(bytes);
}

impl Image {
    /// Writes the files into `folder`, and removes those of an image before.
    pub fn write(&self, folder: &Path) -> std::io::Result<()> {
        for entry in std::fs::read_dir(folder)? {
            std::fs::remove_file(entry?.path())?;
        }
        self.files.iter().try_for_each(|(name, content)| std::fs::write(folder.join(name), content))
    }
}

/// Decides what a cut keeps.
struct Coin {
    keep: Keep,
    state: u64,
}

impl Coin {
    fn new(keep: Keep) -> Self {
        Self { keep, state: if let Keep::Some(seed) = keep { seed } else { 0 } }
    }

    /// Tosses. *Source*: the generator is SplitMix64 (Steele, Lea, Flood 2014).
    fn keeps(&mut self) -> bool {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        match self.keep {
            Keep::Nothing => false,
            Keep::Everything => true,
            Keep::Some(_) => (mixed ^ (mixed >> 31)) & 1 == 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write_of(byte: u8, offset: u64, length: usize) -> Operation {
        Operation::Write { file: "f".to_owned(), offset, bytes: vec![byte; length] }
    }

    fn sync(folder: bool) -> Operation {
        Operation::Sync { file: "f".to_owned(), folder }
    }

    fn content(disk: &Disk, keep: Keep) -> Option<Vec<u8>> {
        disk.cut(keep).files.remove("f")
    }

    #[test]
    fn what_is_synced_stays_and_the_rest_may_go() {
        let mut disk = Disk::default();
        disk.apply(&write_of(1, 0, 4));
        assert_eq!(content(&disk, Keep::Nothing), None);
        disk.apply(&sync(false));
        disk.apply(&write_of(2, 2, 4));
        assert_eq!(content(&disk, Keep::Nothing), Some(vec![1, 1, 1, 1]));
        assert_eq!(content(&disk, Keep::Everything), Some(vec![1, 1, 2, 2, 2, 2]));
        disk.apply(&Operation::Delete { file: "f".to_owned(), synced: false });
        assert_eq!(content(&disk, Keep::Nothing), Some(vec![1, 1, 1, 1]));
        assert_eq!(content(&disk, Keep::Everything), None);
    }

    #[test]
    fn a_deletion_is_certain_once_the_folder_is_synced() {
        let mut disk = Disk::default();
        disk.apply(&write_of(1, 0, 1));
        disk.apply(&sync(true));
        disk.apply(&Operation::Delete { file: "f".to_owned(), synced: false });
        disk.apply(&write_of(2, 0, 2));
        assert_eq!(content(&disk, Keep::Nothing), Some(vec![1]), "the old file, not a mixture");
        disk.apply(&Operation::Sync { file: "g".to_owned(), folder: true });
        assert_eq!(content(&disk, Keep::Nothing), None);
        assert_eq!(content(&disk, Keep::Everything), Some(vec![2, 2]));
    }

    #[test]
    fn a_write_is_torn_at_sectors_in_every_way() {
        let mut disk = Disk::default();
        disk.apply(&write_of(0, 0, 1024));
        disk.apply(&sync(false));
        disk.apply(&write_of(7, 256, 512));
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..64 {
            let content = content(&disk, Keep::Some(seed)).unwrap();
            assert_eq!((content[0], content[1023]), (0, 0));
            seen.insert((content[256], content[511], content[512], content[767]));
        }
        assert_eq!(Vec::from_iter(seen), [(0, 0, 0, 0), (0, 0, 7, 7), (7, 7, 0, 0), (7, 7, 7, 7)]);
    }
}
