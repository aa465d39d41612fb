//! Logs: JSON lines on standard output, each with the id of its invocation.

use std::sync::Arc;

use bucketwatch_engine::escape::terminal;
use bucketwatch_engine::watch::{Journal, Said};
use tracing::{error, info, warn};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::failure::explain_failure;

/// What is logged where nobody says otherwise: the runtime's library would say every failure once more.
const LEVELS: &str = "warn,bucketwatch=info,lambda_runtime=off";

/// Begins to log what `levels` choose; a choice that cannot be read is told, and the usual one counts.
pub(super) fn begin(levels: Option<&str>) {
    let (chosen, wrong) = match levels.map(str::parse) {
        Some(Ok(chosen)) => (Some(chosen), None),
        Some(Err(error)) => (None, Some(error)),
        None => (None, None),
    };
    let usual = || LEVELS.parse().unwrap_or_else(|_| Targets::new().with_default(LevelFilter::INFO));
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).with_span_list(false);
    tracing_subscriber::registry().with(lines).with(chosen.unwrap_or_else(usual)).init();
    if let Some(error) = wrong {
        warn!("BUCKETWATCH_LOG cannot be read and does not count: {error}");
    }
}

/// Gives what logs how messages are taken.
pub(super) fn journal() -> Journal {
    Arc::new(|said| match said {
        Said::Answered { .. } | Said::Done(_) | Said::Looked(_) => {}
        Said::Handled(handled) => {
            info!(events = handled.events, known = handled.known, looks = handled.looks, "events handled");
        }
        Said::DeadLetter { message, letter } => {
            let (message, begins) = (terminal(&message.into()), terminal(&letter.excerpt));
            let reason = terminal(&letter.reason.to_string().into());
            error!(message_id = message, begins, "a record cannot be read: {reason}");
        }
        Said::Failed(error) => {
            let why = explain_failure(&error.into());
            error!("events could not be handled and come again: {}", terminal(&why.into()));
        }
        Said::NotLooked(error) => {
            let why = explain_failure(&error.into());
            error!("looks are made later: {}", terminal(&why.into()));
        }
        Said::Queue(error) => error!("{}", terminal(&error.to_string().into())),
    })
}
