//! The work of bucketwatch: scan, observe, deliver, report. Ports without any SDK.

pub mod clock;
pub mod cloud;
pub mod config;
pub mod doctor;
pub mod escape;
pub mod exception;
pub mod exit;
pub mod handle;
mod identity;
pub mod intake;
pub mod judgement;
pub mod late;
pub mod message;
pub mod notice;
pub mod notifier;
pub mod observe;
pub mod operation;
pub mod outbox;
pub mod report;
pub mod routing;
pub mod scan;
pub mod secret;
pub mod state;
pub mod timing;
pub mod watch;
pub mod who;
