//! The sandbox in this process, for what no emulator does: refusing single actions, faults, speed.

use bucketwatch_exposure::observed::Observed;
use bucketwatch_sandbox::{Account, Fleet, Handle, Sandbox, SandboxConfig};
use serde_json::json;
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

    /// Lets everybody do `actions` to the objects of `bucket`, and nothing hold them back.
    pub(crate) fn open(&self, bucket: &str, actions: &[&str]) {
        let policy = public_policy(bucket, actions);
        self.handle().change(|account| {
            account.change(bucket, |bucket| {
                bucket.snapshot.policy = Observed::Present(policy.clone());
                bucket.snapshot.bucket_block = Observed::Absent;
            })
        });
    }

    /// Lets everybody read the first bucket of `fleet` that is shut, and gives its name.
    pub(crate) fn open_one(&self, fleet: &Fleet) -> String {
        let shut = (0..fleet.len()).find(|index| !fleet.make(*index).is_public()).expect("one that is shut");
        let name = fleet.name(shut);
        self.open(&name, &["s3:GetObject"]);
        name
    }
}

/// Gives a policy that lets everybody do `actions` to the objects of `bucket`.
pub(crate) fn public_policy(bucket: &str, actions: &[&str]) -> String {
    json!({"Version": "2012-10-17", "Statement": [{"Sid": "Public", "Effect": "Allow", "Principal": "*",
        "Action": actions, "Resource": format!("arn:aws:s3:::{bucket}/*")}]})
    .to_string()
}

impl Drop for Served {
    fn drop(&mut self) {
        if let (Some(runtime), Some(handle)) = (self.runtime.take(), self.handle.take()) {
            runtime.block_on(handle.stop());
        }
    }
}
