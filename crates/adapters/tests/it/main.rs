//! The adapters against the ports that they fill.

mod aws;
mod observe;
mod outbox;
mod sqlite;
mod state_store_contract;
