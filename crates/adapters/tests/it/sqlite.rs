//! The SQLite store.

mod contract;
mod file;
mod golden;
mod lock;
mod refusal;
