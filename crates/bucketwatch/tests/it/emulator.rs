//! The independent emulator and what stands around it.
//!
//! `cargo xtask test` installs the emulators and names their folder in `BUCKETWATCH_TEST_EMULATORS`. Without it a test
//! that needs one is skipped, by name.

pub(crate) mod account;
pub(crate) mod calls;
pub(crate) mod front;
pub(crate) mod http;
pub(crate) mod ministack;
pub(crate) mod queue;

use std::path::PathBuf;

/// Gives the virtual environment with the emulators, or says which test is skipped.
pub(crate) fn environment(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("BUCKETWATCH_TEST_EMULATORS").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: `{test}` needs the emulators; run it by `cargo xtask test`");
    }
    folder
}
