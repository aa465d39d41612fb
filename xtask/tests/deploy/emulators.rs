//! The environment that `cargo xtask test` installs, and ministack as a real process of it.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tempfile::TempDir;

/// Gives the environment, or says which test is skipped.
pub(crate) fn environment(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("BUCKETWATCH_TEST_EMULATORS").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: `{test}` needs the emulators; run it by `cargo xtask test`");
    }
    folder
}

/// A running emulator of AWS with a state of its own, which holds everybody to their policies and is reached by TLS
/// alone: queues and topics refuse anything else. It ends with this value.
pub(crate) struct Ministack {
    process: Child,
    address: SocketAddr,
    folder: TempDir,
}

impl Ministack {
    /// Starts one on a free port of the loopback interface. Its functions call it back.
    pub(crate) fn start(environment: &Path) -> Self {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
        let folder = tempfile::tempdir().unwrap();
        certify(folder.path());
        let at = |name: &str| folder.path().join(name);
        let mut process = Command::new(environment.join("bin/ministack"))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("TMPDIR", folder.path())
            .env("AUTH", "true")
            .env("USE_SSL", "1")
            .env("MINISTACK_SSL_CERT", at("server.pem"))
            .env("MINISTACK_SSL_KEY", at("server.key"))
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", free.port().to_string())
            .env("AWS_ENDPOINT_URL", format!("https://{free}"))
            .env("AWS_CA_BUNDLE", at("authority.pem"))
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        while TcpStream::connect(free).is_err() {
            assert!(process.try_wait().unwrap().is_none(), "ministack does not start");
            assert!(begun.elapsed() < Duration::from_secs(60), "ministack does not listen after 60 s");
            std::thread::sleep(Duration::from_millis(50));
        }
        Self { process, address: free, folder }
    }

    /// Gives where it listens.
    pub(crate) fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// Gives the certificate to trust.
    pub(crate) fn authority(&self) -> String {
        self.folder.path().join("authority.pem").display().to_string()
    }
}

impl Drop for Ministack {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Puts an authority, and a server that it vouches for, into `folder`.
fn certify(folder: &Path) {
    let key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new([]).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.distinguished_name.push(DnType::CommonName, "authority of a test");
    std::fs::write(folder.join("authority.pem"), authority.self_signed(&key).unwrap().pem()).unwrap();
    let server_key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(["127.0.0.1".to_owned(), "localhost".to_owned()]).unwrap();
    let server = server.signed_by(&server_key, &Issuer::new(authority, key)).unwrap();
    std::fs::write(folder.join("server.pem"), server.pem()).unwrap();
    std::fs::write(folder.join("server.key"), server_key.serialize_pem()).unwrap();
}
