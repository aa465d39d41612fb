//! A daemon that runs beside the test.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Running, patiently, with_credentials};
use crate::program::{Credentials, bucketwatch};
use crate::sandbox::Served;

/// A running `watch`, which ends with this value.
pub(super) struct Daemon {
    process: Running,
    said: PathBuf,
}

impl Daemon {
    /// Starts one for `account` that serves its pages on a free port.
    pub(super) fn start(home: &Path, account: &Served, arguments: &[&str]) -> Self {
        let credentials =
            Credentials { key: "AKIASANDBOXSANDBOX00".to_owned(), secret: "any".to_owned(), token: None };
        let mut command = bucketwatch(home);
        command.args(["watch", "--listen", "127.0.0.1:0"]).args(arguments);
        with_credentials(&mut command, &account.handle().endpoint_url(), &credentials);
        // Queues are reached at their own addresses.
        command.env("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:9");
        Self::spawn(home, &mut command)
    }

    /// Starts `command`.
    pub(super) fn spawn(home: &Path, command: &mut Command) -> Self {
        Self::spawn_to(&home.join("said"), command)
    }

    /// Starts `command`, which speaks to the file `said`.
    pub(super) fn spawn_to(said: &Path, command: &mut Command) -> Self {
        let file = std::fs::File::create(said).expect("a file");
        let process = command.stdout(Stdio::null()).stderr(file).spawn().expect("it runs");
        Self { process: Running(process), said: said.to_owned() }
    }

    /// Gives what it has said.
    pub(super) fn said(&self) -> String {
        std::fs::read_to_string(&self.said).expect("what it said")
    }

    /// Gives its process id.
    pub(super) fn id(&self) -> u32 {
        self.process.0.id()
    }

    /// Gives where it serves its pages.
    pub(super) fn address(&self) -> SocketAddr {
        patiently("its address", || {
            let said = self.said();
            let (_, rest) = said.split_once("http://")?;
            Some(rest.split_once("/healthz")?.0.parse().expect("an address"))
        })
    }

    /// Kills it as a power cut would.
    pub(super) fn kill(mut self) {
        self.process.0.kill().expect("SIGKILL");
        self.process.0.wait().expect("it ends");
    }

    /// Ends it by a signal, and gives its exit code.
    pub(super) fn end(mut self) -> Option<i32> {
        let pid = self.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().expect("kill runs");
        assert!(sent.success());
        patiently("its end", || self.process.0.try_wait().expect("a process")).code()
    }
}
