//! AWS, against an account on loopback.

mod answers;
mod asked;
mod environment;
mod faults;
mod fixture;
mod reads;
mod stub;
mod tls_front;
mod tunnel;
