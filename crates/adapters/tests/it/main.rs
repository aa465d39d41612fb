//! The adapters against the ports that they fill.

mod sqlite;
mod state_store_contract;
