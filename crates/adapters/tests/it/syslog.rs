//! Syslog on loopback receivers that read strictly.

mod contract;
mod fault;
pub(crate) mod grammar;
mod message;
pub(crate) mod receiver;
mod tls;
