//! The DynamoDB store, against an emulator in a process of its own.

mod concurrency;
mod contract;
pub(crate) mod emulator;
pub(crate) mod front;
mod limits;
mod table;
