//! A DynamoDB in a process of its own, and tables in it.

use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use bucketwatch_adapters::aws::{ConnectOptions, Embedded};
use bucketwatch_adapters::dynamodb::{DynamoAddress, DynamoStore};

use crate::emulators::{Server, environment};

/// The emulator takes an access key's twelve digits for the account whose root it is.
const ACCOUNT: &str = "111122223333";

/// A running emulator. It ends with this value.
pub(crate) struct Dynamo {
    server: Server,
    tables: AtomicU32,
}

impl Dynamo {
    /// Starts an emulator; `None` where there is none, and then says so.
    pub(crate) fn start() -> Option<Self> {
        let mut command = Command::new(environment()?.join("bin/ministack"));
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("AUTH", "true")
            .env("BIND_HOST", "127.0.0.1")
            .stdout(Stdio::null());
        let server = Server::start(command, |command, port| {
            command.env("GATEWAY_PORT", port.to_string());
        });
        Some(Self { server, tables: AtomicU32::new(0) })
    }

    /// Gives the address that it listens on.
    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address
    }

    /// Gives how to reach it.
    pub(crate) fn options(&self) -> ConnectOptions {
        options(self.address())
    }

    /// Makes a new table.
    pub(crate) async fn table(&self) -> DynamoAddress {
        let number = self.tables.fetch_add(1, Ordering::Relaxed);
        let address = DynamoAddress::parse(&format!("dynamodb://state-{number}?region=eu-west-1")).unwrap();
        assert!(DynamoStore::create(&address, &self.options()).await.unwrap(), "the table is new");
        address
    }

    /// Opens a table, as a process of its own does.
    pub(crate) async fn open(&self, address: &DynamoAddress) -> DynamoStore {
        DynamoStore::open(address, &self.options()).await.unwrap()
    }
}

/// Gives how to reach what listens on `address`.
pub(crate) fn options(address: SocketAddr) -> ConnectOptions {
    let embedded = Embedded { url: format!("http://{address}"), access_key_id: ACCOUNT.to_owned() };
    ConnectOptions { embedded: Some(embedded), ..ConnectOptions::default() }
}
