//! SQLite's and the file system's errors in the words of the port.

use std::io;

use bucketwatch_engine::state::{Source, StateError};
use rusqlite::{ErrorCode, ffi};

/// Where the database lies, for messages.
#[derive(Clone, Debug)]
pub(super) struct Place(pub(super) String);

impl Place {
    /// Sorts an error of SQLite.
    pub(super) fn error(&self, error: rusqlite::Error) -> StateError {
        let place = self.0.clone();
        let (code, extended) = match &error {
            rusqlite::Error::SqliteFailure(failure, _) => (failure.code, failure.extended_code),
            rusqlite::Error::FromSqlConversionFailure(..) | rusqlite::Error::InvalidColumnType(..) => {
                return StateError::BadRecord { what: format!("in `{place}`"), source: error.into() };
            }
            _ => return StateError::Failed { place, source: error.into() },
        };
        match (code, extended) {
            (ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, _) => {
                StateError::Damaged { place, detail: error.to_string() }
            }
            (ErrorCode::ReadOnly, _) => StateError::ReadOnly { place, source: error.into() },
            (ErrorCode::DiskFull, _) | (_, ffi::SQLITE_IOERR_SHMSIZE) => {
                StateError::DiskFull { place, source: error.into() }
            }
            (ErrorCode::CannotOpen | ErrorCode::PermissionDenied, _) => {
                StateError::Unreadable { place, source: error.into() }
            }
            (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => {
                StateError::Busy { place, source: error.into() }
            }
            _ => StateError::Failed { place, source: error.into() },
        }
    }

    /// Sorts an error of the file system.
    pub(super) fn io(&self, error: io::Error) -> StateError {
        let place = self.0.clone();
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                StateError::DiskFull { place, source: error.into() }
            }
            io::ErrorKind::ReadOnlyFilesystem => StateError::ReadOnly { place, source: error.into() },
            _ => StateError::Unreadable { place, source: error.into() },
        }
    }

    /// Sorts an error of SQLite that came up with `what`, and names it where it is the record that is bad.
    pub(super) fn bad_record_or(&self, what: impl Into<String>, error: rusqlite::Error) -> StateError {
        match self.error(error) {
            StateError::BadRecord { source, .. } => self.bad_record(what, source),
            other => other,
        }
    }

    /// Tells that a stored record cannot be understood.
    pub(super) fn bad_record(&self, what: impl Into<String>, source: impl Into<Source>) -> StateError {
        let what = format!("{} in `{}`", what.into(), self.0);
        StateError::BadRecord { what, source: source.into() }
    }
}
