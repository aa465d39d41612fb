//! Ctrl-C: the first ends the scan with what it has, the second ends the process.

use bucketwatch_engine::exit::Exit;
use bucketwatch_engine::scan::{Stop, Why};
use tokio::task::AbortHandle;

use crate::output::tell;

/// Listens as long as it lives.
pub(super) struct Interrupt(AbortHandle);

impl Drop for Interrupt {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Listens for Ctrl-C and, where there is one, for the terminate signal.
pub(super) fn listen(stop: Stop) -> Interrupt {
    Interrupt(tokio::spawn(wait(stop)).abort_handle())
}

async fn wait(stop: Stop) {
    if signal().await.is_err() {
        return;
    }
    stop.now(Why::Interrupted);
    tell("bucketwatch: interrupted; reporting what was seen (again: end at once)");
    if signal().await.is_ok() {
        #[expect(clippy::exit, reason = "somebody asked twice")]
        std::process::exit(i32::from(Exit::Failed.code()));
    }
}

/// Waits for Ctrl-C or, where there is one, the terminate signal.
#[cfg(unix)]
pub(in crate::command) async fn signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed,
        _ = terminate.recv() => Ok(()),
    }
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
pub(in crate::command) async fn signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
