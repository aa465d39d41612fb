//! Opening a database: look first, write only into what is sound and ours.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use bucketwatch_engine::state::StateError;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::error::Place;
use super::lock::ScanLock;
use super::worker::Database;

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// Marks a database as ours in its header: "bwst".
const APPLICATION_ID: i64 = 0x6277_7374;

/// How much of the database SQLite keeps in memory, as SQLite says a mebibyte. The pages of a batch fit; the operating
/// system has the rest.
const CACHE: &str = "-1024";

/// How long to wait for another process's transaction.
const BUSY: Duration = Duration::from_secs(15);

/// How long to wait before what another process holds is asked for again.
const PAUSE: Duration = Duration::from_millis(20);

/// Opens the database at `path`; makes it and its folder where there is none.
///
/// SQLite gives up at once, whatever its patience, where two that switch a new database to its write-ahead log would wait
/// for each other. The one that gave up has changed nothing and begins again.
pub(super) fn open(path: &Path) -> Result<Database, StateError> {
    let begun = Instant::now();
    loop {
        match open_once(path) {
            Err(StateError::Busy { .. }) if begun.elapsed() < BUSY => std::thread::sleep(PAUSE),
            outcome => return outcome,
        }
    }
}

fn open_once(path: &Path) -> Result<Database, StateError> {
    let place = Place(path.display().to_string());
    prepare_file(path, &place)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| place.error(error))?;
    let lock_file = ScanLock::path(path);
    let mut database = Database { connection, place, lock_file: Some(lock_file), lock: None };
    database.connection.busy_timeout(BUSY).map_err(|error| database.place.error(error))?;
    check(&database)?;
    settle_durability(&database)?;
    assert_pragma(&database, "cache_size", CACHE, CACHE)?;
    migrate_alone(&mut database)?;
    Ok(database)
}

/// Opens a database that nobody else sees and that is gone when it is closed.
pub(super) fn temporary() -> Result<Database, StateError> {
    let place = Place("temporary".to_owned());
    let connection = Connection::open("").map_err(|error| place.error(error))?;
    let mut database = Database { connection, place, lock_file: None, lock: None };
    assert_pragma(&database, "foreign_keys", "ON", "1")?;
    assert_pragma(&database, "cache_size", CACHE, CACHE)?;
    migrate(&mut database)?;
    Ok(database)
}

/// Makes the folder (mode 0700) and an empty file (mode 0600) where there is none, and sees to it that both can be
/// written. Write permission is asked of the file's mode as well: whoever took it away meant it, even from root.
fn prepare_file(path: &Path, place: &Place) -> Result<(), StateError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).map_err(|error| place.io(error))?;
    }
    writable(folder, place)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(file) => {
            file.sync_all().map_err(|error| place.io(error))?;
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| place.io(error))
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => writable(path, place),
        Err(error) => Err(place.io(error)),
    }
}

fn writable(path: &Path, place: &Place) -> Result<(), StateError> {
    let metadata = path.metadata().map_err(|error| place.io(error))?;
    if metadata.permissions().readonly() {
        let source = io::Error::from(io::ErrorKind::PermissionDenied).into();
        return Err(StateError::ReadOnly { place: place.0.clone(), source });
    }
    Ok(())
}

/// Refuses a database that is damaged, foreign, newer or read-only, without writing a byte of it.
fn check(database: &Database) -> Result<(), StateError> {
    let Database { connection, place, .. } = database;
    let failed = |error| place.error(error);
    // Closing the connection must not move the write-ahead log into a database that is refused.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(failed)?;
    if connection.is_readonly("main").map_err(failed)? {
        let source = io::Error::from(io::ErrorKind::PermissionDenied).into();
        return Err(StateError::ReadOnly { place: place.0.clone(), source });
    }
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(failed)?;
    if tables > 0 {
        let id: i64 = connection.query_row("PRAGMA application_id", [], |row| row.get(0)).map_err(failed)?;
        if id != APPLICATION_ID {
            let detail = "an SQLite database of another program".to_owned();
            return Err(StateError::Foreign { place: place.0.clone(), detail });
        }
    }
    let answer: String =
        connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(failed)?;
    if answer != "ok" {
        return Err(StateError::Damaged { place: place.0.clone(), detail: answer });
    }
    let (found, known) = (applied_version(database)?, known_version());
    if found > known {
        return Err(StateError::Newer { place: place.0.clone(), found, known });
    }
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false).map_err(failed)?;
    Ok(())
}

/// Turns on what makes an acknowledged transaction survive a power cut, and reads it back.
fn settle_durability(database: &Database) -> Result<(), StateError> {
    assert_pragma(database, "journal_mode", "WAL", "wal")?;
    assert_pragma(database, "synchronous", "FULL", "2")?;
    assert_pragma(database, "fullfsync", "ON", "1")?;
    assert_pragma(database, "foreign_keys", "ON", "1")
}

fn assert_pragma(database: &Database, name: &str, value: &str, expected: &str) -> Result<(), StateError> {
    let Database { connection, place, .. } = database;
    let read = |row: &rusqlite::Row<'_>| {
        row.get::<_, rusqlite::types::Value>(0).map(|value| match value {
            rusqlite::types::Value::Text(text) => text,
            rusqlite::types::Value::Integer(number) => number.to_string(),
            _ => String::new(),
        })
    };
    connection.pragma_update(None, name, value).map_err(|error| place.error(error))?;
    let found = connection.pragma_query_value(None, name, read).map_err(|error| place.error(error))?;
    if found == expected {
        return Ok(());
    }
    let detail = format!("SQLite keeps {name} at {found} where {expected} is needed");
    Err(StateError::NotDurable { place: place.0.clone(), detail })
}

/// Brings the schema up to date while no other process does.
fn migrate_alone(database: &mut Database) -> Result<(), StateError> {
    let Some(lock_file) = database.lock_file.clone() else { return migrate(database) };
    let begun = Instant::now();
    while applied_version(database)? < known_version() {
        let lock = ScanLock::take(&lock_file).map_err(|error| database.place.io(error))?;
        match lock {
            Some(_held) => migrate(database)?,
            None if begun.elapsed() > BUSY => {
                let source = "another process holds the lock and the schema is not up to date".into();
                return Err(StateError::Busy { place: database.place.0.clone(), source });
            }
            None => std::thread::sleep(PAUSE),
        }
    }
    Ok(())
}

/// Applies the migrations that are missing.
fn migrate(database: &mut Database) -> Result<(), StateError> {
    let Database { connection, place, .. } = database;
    connection.pragma_update(None, "application_id", APPLICATION_ID).map_err(|error| place.error(error))?;
    let runner = embedded::migrations::runner().set_grouped(true);
    match runner.run(connection) {
        Ok(_) => Ok(()),
        Err(error) => Err(sorted(place, error)),
    }
}

/// Finds SQLite's error inside the migration runner's.
fn sorted(place: &Place, error: refinery::Error) -> StateError {
    if let refinery::error::Kind::Connection(_, cause) = error.kind()
        && let Some(rusqlite::Error::SqliteFailure(failure, message)) = cause.downcast_ref()
    {
        return place.error(rusqlite::Error::SqliteFailure(*failure, message.clone()));
    }
    StateError::Failed { place: place.0.clone(), source: error.into() }
}

/// Gives the newest version that this program knows.
fn known_version() -> u32 {
    embedded::migrations::runner()
        .get_migrations()
        .iter()
        .filter_map(|migration| u32::try_from(migration.version()).ok())
        .max()
        .unwrap_or(0)
}

/// Gives the version that the database has; 0 = none yet.
fn applied_version(database: &Database) -> Result<u32, StateError> {
    let Database { connection, place, .. } = database;
    let exists = "SELECT count(*) FROM sqlite_schema WHERE name = 'refinery_schema_history'";
    let latest = "SELECT coalesce(max(version), 0) FROM refinery_schema_history";
    let exists: i64 =
        connection.query_row(exists, [], |row| row.get(0)).map_err(|error| place.error(error))?;
    if exists == 0 {
        return Ok(0);
    }
    connection.query_row(latest, [], |row| row.get(0)).map_err(|error| place.error(error))
}
