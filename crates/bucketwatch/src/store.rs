//! Where a state lies, and opening it.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use bucketwatch_adapters::aws::ConnectOptions;
use bucketwatch_adapters::dynamodb::{AddressError, DynamoAddress, DynamoStore};
use bucketwatch_adapters::memory::MemoryStore;
use bucketwatch_engine::state::StateStore;

/// Where a state lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In this process, and nowhere when it ends.
    Memory,
    /// In an SQLite file.
    File(PathBuf),
    /// In a table of DynamoDB.
    Table(DynamoAddress),
}

/// An address that names no place for a state.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoPlace {
    /// It is of no known kind.
    #[error(
        "`{}` is no place for the state; name a file, sqlite://PATH, dynamodb://TABLE, or memory:",
        .0.escape_debug()
    )]
    Unknown(String),
    /// It is of a table, and wrong.
    #[error(transparent)]
    Table(#[from] AddressError),
}

impl Place {
    /// Reads an address.
    pub(crate) fn parse(named: &str) -> Result<Self, NoPlace> {
        match named.split_once("://") {
            None if named == "memory:" => Ok(Self::Memory),
            None if !named.is_empty() => Ok(Self::File(PathBuf::from(named))),
            Some((DynamoAddress::SCHEME, _)) => Ok(Self::Table(DynamoAddress::parse(named)?)),
            Some(("sqlite" | "file", path)) if !path.is_empty() => Ok(Self::File(PathBuf::from(path))),
            _ => Err(NoPlace::Unknown(named.to_owned())),
        }
    }

    /// Opens the state.
    pub(crate) async fn open(&self) -> Result<Arc<dyn StateStore>> {
        match self {
            Self::Memory => Ok(Arc::new(MemoryStore::default())),
            Self::File(path) => file(path).await,
            Self::Table(address) => {
                Ok(Arc::new(DynamoStore::open(address, &ConnectOptions::default()).await?))
            }
        }
    }
}

#[cfg(feature = "cli")]
async fn file(path: &std::path::Path) -> Result<Arc<dyn StateStore>> {
    Ok(Arc::new(bucketwatch_adapters::sqlite::SqliteStore::open(path).await?))
}

#[cfg(not(feature = "cli"))]
async fn file(path: &std::path::Path) -> Result<Arc<dyn StateStore>> {
    anyhow::bail!("the state `{}` is a file, and this build has no SQLite", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(address: &str) -> Option<Place> {
        Some(Place::Table(DynamoAddress::parse(address).unwrap()))
    }

    #[test]
    fn an_address_names_its_place_or_is_refused() {
        for (named, expected) in [
            ("memory:", Some(Place::Memory)),
            ("state.db", Some(Place::File("state.db".into()))),
            ("sqlite:///var/lib/state.db", Some(Place::File("/var/lib/state.db".into()))),
            ("file://state.db", Some(Place::File("state.db".into()))),
            ("dynamodb://bucketwatch?region=eu-west-1", table("dynamodb://bucketwatch?region=eu-west-1")),
            ("dynamodb://b", None),
            ("", None),
            ("sqlite://", None),
            ("memory://x", None),
            ("redis://host", None),
        ] {
            assert_eq!(Place::parse(named).ok(), expected, "{named:?}");
        }
    }
}
