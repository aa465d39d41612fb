//! Who owns the connection, and works on it.

use std::path::PathBuf;
use std::sync::{Mutex, mpsc};
use std::thread::JoinHandle;

use bucketwatch_engine::state::StateError;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::oneshot;

use super::error::Place;
use super::lock::ScanLock;

/// What a job works on.
pub(super) struct Database {
    /// The connection.
    pub(super) connection: Connection,
    /// Where it lies, for messages.
    pub(super) place: Place,
    /// The file whose lock makes a second scan wait; a temporary database has none.
    pub(super) lock_file: Option<PathBuf>,
    /// The lock, while this process scans.
    pub(super) lock: Option<ScanLock>,
}

impl Database {
    /// Runs `work` in one transaction that takes the write lock first.
    pub(super) fn write<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>, &Place) -> Result<T, StateError>,
    ) -> Result<T, StateError> {
        let place = &self.place;
        let failed = |error| place.error(error);
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let result = work(&transaction, place)?;
        transaction.commit().map_err(failed)?;
        Ok(result)
    }
}

type Job = Box<dyn FnOnce(&mut Database) + Send>;

/// Runs jobs on the database, one after the other.
pub(super) enum Worker {
    /// On a thread of its own.
    Aside(Thread),
    /// On the thread of whoever asks, which waits for the disk.
    Here(Mutex<Database>),
}

impl Worker {
    /// Starts a thread and opens the database on it.
    pub(super) async fn aside(
        open: impl FnOnce() -> Result<Database, StateError> + Send + 'static,
    ) -> Result<Self, StateError> {
        Thread::start(open).await.map(Self::Aside)
    }

    /// Opens the database here.
    pub(super) fn here(open: impl FnOnce() -> Result<Database, StateError>) -> Result<Self, StateError> {
        Ok(Self::Here(Mutex::new(open()?)))
    }

    /// Does `job` and gives its result.
    pub(super) async fn call<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Database) -> Result<T, StateError> + Send + 'static,
    ) -> Result<T, StateError> {
        match self {
            Self::Aside(thread) => thread.call(job).await,
            Self::Here(database) => {
                job(&mut *database.lock().map_err(|_| gone("a job on the state died"))?)
            }
        }
    }
}

/// The thread that holds the database.
pub(super) struct Thread {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Thread {
    async fn start(
        open: impl FnOnce() -> Result<Database, StateError> + Send + 'static,
    ) -> Result<Self, StateError> {
        let (jobs, queue) = mpsc::channel::<Job>();
        let (opened, opening) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("state".to_owned())
            .spawn(move || {
                let mut database = match open() {
                    Ok(database) => database,
                    Err(error) => return drop(opened.send(Err(error))),
                };
                if opened.send(Ok(())).is_ok() {
                    queue.into_iter().for_each(|job| job(&mut database));
                }
            })
            .map_err(gone)?;
        opening.await.map_err(gone)??;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    async fn call<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Database) -> Result<T, StateError> + Send + 'static,
    ) -> Result<T, StateError> {
        let (done, result) = oneshot::channel();
        let job: Job = Box::new(move |database| drop(done.send(job(database))));
        let jobs = self.jobs.as_ref().ok_or_else(|| gone("the state is closed"))?;
        jobs.send(job).map_err(|_| gone("the state's thread has ended"))?;
        result.await.map_err(gone)?
    }
}

impl Drop for Thread {
    /// Waits until what was begun is done and the file is closed.
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn gone(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StateError {
    StateError::Failed { place: "sqlite".to_owned(), source: why.into() }
}
