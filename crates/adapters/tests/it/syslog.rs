//! Syslog on loopback receivers that read strictly.

mod contract;
mod fault;
mod grammar;
mod message;
mod receiver;
mod tls;
