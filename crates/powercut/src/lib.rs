//! Power cuts for SQLite, for tests only: no crate that is shipped may depend on this one.
//!
//! [`record`] notes every write, truncation, sync and deletion that SQLite makes in a folder; a [`Disk`] replays them
//! and gives, after each, the files as a cut at that moment could leave them: what was synced is there, and of the rest
//! nothing, everything, or any choice of sectors.
//!
//! The shim stands in front of the operating system's own VFS and changes nothing but the three methods that write, so
//! that locks and the shared memory of the write-ahead log are SQLite's own. The shared memory is not recorded: it
//! does not survive a cut, and SQLite builds it anew from the log.

mod disk;
mod recording;
mod shim;

pub use disk::{Disk, Image, Keep};
pub use recording::{Honesty, Operation, note, record};
