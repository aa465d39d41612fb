//! The sandbox in this process, for what no emulator does: refusing single actions, faults, speed.

use bucketwatch_sandbox::{Account, Handle, Sandbox, SandboxConfig};
use tokio::runtime::Runtime;

/// A running sandbox with the runtime that serves it.
pub(crate) struct Served {
    runtime: Option<Runtime>,
    handle: Option<Handle>,
}

impl Served {
    /// Serves `account` on a free port of the loopback interface.
    pub(crate) fn start(account: Account) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let handle =
            runtime.block_on(Sandbox::start(SandboxConfig::new(account))).expect("the sandbox starts");
        Self { runtime: Some(runtime), handle: Some(handle) }
    }

    /// Gives the sandbox, to change it while it runs.
    pub(crate) fn handle(&self) -> &Handle {
        self.handle.as_ref().expect("it runs until the end")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let (Some(runtime), Some(handle)) = (self.runtime.take(), self.handle.take()) {
            runtime.block_on(handle.stop());
        }
    }
}
