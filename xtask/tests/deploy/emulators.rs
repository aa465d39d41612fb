//! The environment that `cargo xtask test` installs, and ministack as a real process of it.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Gives the environment, or says which test is skipped.
pub(crate) fn environment(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("BUCKETWATCH_TEST_EMULATORS").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: `{test}` needs the emulators; run it by `cargo xtask test`");
    }
    folder
}

/// A running emulator of AWS with a state of its own. It ends with this value.
pub(crate) struct Ministack {
    process: Child,
    address: SocketAddr,
}

impl Ministack {
    /// Starts one on a free port of the loopback interface. It enforces no policy: over plain HTTP it would be right to
    /// refuse every call to queues that only TLS may reach.
    pub(crate) fn start(environment: &std::path::Path) -> Self {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
        let process = Command::new(environment.join("bin/ministack"))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("AUTH", "false")
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", free.port().to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let emulator = Self { process, address: free };
        let begun = Instant::now();
        while TcpStream::connect(free).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(60), "ministack does not listen after 60 s");
            std::thread::sleep(Duration::from_millis(50));
        }
        emulator
    }

    /// Gives where it listens.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Ministack {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
