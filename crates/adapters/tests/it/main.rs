//! The adapters against the ports that they fill.

mod authority;
mod aws;
mod command;
mod dynamodb;
mod emulators;
mod handle;
mod hooks;
mod http;
mod log_file;
mod memory;
mod notifier_contract;
mod observe;
mod outbox;
mod published;
mod serve;
mod services;
mod simulation;
mod smtp;
mod sqlite;
mod state_store_contract;
mod syslog;
mod systemd;
