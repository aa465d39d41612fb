//! What the function remembers, and for how long.

use std::sync::Arc;

use anyhow::Result;
use bucketwatch_engine::state::StateStore;

use crate::store::Place;

/// What a function remembers.
pub(super) struct Memory {
    /// The state.
    pub(super) store: Arc<dyn StateStore>,
    /// Whether it ends with the process, so that nothing may be left for later.
    pub(super) passes: bool,
}

impl Memory {
    /// Opens the state at `named`; where there is none, it ends with the process.
    pub(super) async fn open(named: Option<&str>) -> Result<Self> {
        let place = named.map_or(Ok(Place::Memory), Place::parse)?;
        Ok(Self { store: place.open().await?, passes: place == Place::Memory })
    }
}
