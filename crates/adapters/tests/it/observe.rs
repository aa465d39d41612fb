//! What a scan sees, as it is remembered and told.

mod acceptance;
mod account;
mod ending;
mod incarnation;
mod plain;
mod remind;
mod sight;
mod world;
