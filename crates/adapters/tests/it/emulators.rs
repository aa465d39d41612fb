//! The environment that holds real servers for tests.

use std::io::Read as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Gives the environment; none where nobody has made one, and then says so.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
pub(crate) fn environment() -> Option<PathBuf> {
    let folder = std::env::var_os("BUCKETWATCH_TEST_EMULATORS").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: no emulators; `cargo xtask test` installs them and runs this test");
    }
    folder
}

/// A server in a process of its own, which ends with this value.
pub(crate) struct Server {
    process: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts `command`, which gets a free port by `listening`, and waits until it listens there.
    pub(crate) fn start(mut command: Command, listening: impl FnOnce(&mut Command, u16)) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        listening(&mut command, free.port());
        let process = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut server = Self { process, address: free };
        let begun = Instant::now();
        while TcpStream::connect(free).is_err() {
            if begun.elapsed() > Duration::from_secs(60) || server.process.try_wait().unwrap().is_some() {
                let _ = server.process.kill();
                let mut said = String::new();
                let _ = server.process.stderr.take().unwrap().read_to_string(&mut said);
                panic!("the server does not listen: {said}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
