//! The documents that `check` and `explain` read: files, folders, standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use bucketwatch_engine::report::wire::ErrorDocument;
use bucketwatch_ingest::document::MAX_BYTES;
use bucketwatch_policy::position::line_column;
use bucketwatch_policy::untrusted::Untrusted;

/// How deep folders are followed.
const MAX_DEPTH: usize = 32;

/// One input: a file, or standard input (`-`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Input {
    path: PathBuf,
}

impl Input {
    /// Gives the inputs that `path` names, or what is wrong with it: of a folder, every .json file below it by name.
    pub(crate) fn of(path: &Path) -> Vec<Result<Self, ErrorDocument>> {
        if path.as_os_str() == "-" || !path.is_dir() {
            return vec![Ok(Self { path: path.to_owned() })];
        }
        let mut found = Vec::new();
        walk(path, 0, &mut found);
        if found.is_empty() {
            found.push(Err(failure(path, "the folder holds no .json file")));
        }
        found
    }

    /// Gives the name that findings bear.
    pub(crate) fn source(&self) -> Untrusted {
        name(&self.path)
    }

    /// Gives the text.
    pub(crate) fn read(&self) -> Result<String, ErrorDocument> {
        let read = if self.path.as_os_str() == "-" { bounded(io::stdin().lock()) } else { self.read_file() };
        let bytes = read.map_err(|error| failure(&self.path, &format!("cannot be read: {error}")))?;
        String::from_utf8(bytes).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let text =
                String::from_utf8_lossy(error.as_bytes().get(..valid).unwrap_or_default()).into_owned();
            let place = line_column(&text, valid);
            ErrorDocument {
                line: Some(place.line),
                column: Some(place.column),
                ..failure(&self.path, "this is no UTF-8")
            }
        })
    }

    fn read_file(&self) -> io::Result<Vec<u8>> {
        bounded(File::open(&self.path)?)
    }
}

/// Reads a little more than may be judged, so that the judge can tell that it is too much.
fn bounded(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn walk(folder: &Path, depth: usize, found: &mut Vec<Result<Input, ErrorDocument>>) {
    if depth > MAX_DEPTH {
        return found.push(Err(failure(folder, "the folders are nested too deeply")));
    }
    let entries = std::fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut entries = match entries {
        Ok(entries) => entries,
        Err(error) => return found.push(Err(failure(folder, &format!("cannot be read: {error}")))),
    };
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => walk(&path, depth + 1, found),
            Ok(_) if is_json(&path) && path.is_file() => found.push(Ok(Input { path })),
            Ok(_) => {}
            Err(error) => found.push(Err(failure(&path, &format!("cannot be read: {error}")))),
        }
    }
}

fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

fn name(path: &Path) -> Untrusted {
    Untrusted::new(path.to_string_lossy())
}

fn failure(path: &Path, error: &str) -> ErrorDocument {
    ErrorDocument { source: name(path), error: error.into(), line: None, column: None }
}
