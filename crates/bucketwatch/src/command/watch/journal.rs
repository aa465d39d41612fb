//! What the daemon says, in words on standard error.

use bucketwatch_engine::escape::terminal;
use bucketwatch_engine::watch::Said;
use bucketwatch_ingest::cloudtrail::DeadLetter;

use crate::command::explain_failure;
use crate::output::tell;

/// Tells what the daemon says; `quiet` leaves out what goes well.
pub(super) fn tell_of(said: Said, quiet: bool) {
    match said {
        Said::Answered { .. } | Said::Done(_) | Said::Looked(_) => {}
        Said::Handled(handled) if quiet || handled.events == 0 => {}
        Said::Handled(handled) => {
            tell(&format!("bucketwatch: {} events handled, {} looks", handled.events, handled.looks));
        }
        Said::DeadLetter { message, letter } => {
            let message = terminal(&message.into());
            tell(&format!("bucketwatch: message {message} stays on its queue: {}", of_letter(&letter)));
        }
        Said::Failed(error) => tell_failure("events come again", error),
        Said::NotLooked(error) => tell_failure("looks are made later", error),
        Said::Queue(error) => tell(&format!("bucketwatch: {}", terminal(&error.to_string().into()))),
    }
}

fn tell_failure(what: &str, error: bucketwatch_engine::handle::HandleError) {
    let why = explain_failure(&error.into());
    tell(&format!("bucketwatch: {what}: {}", terminal(&why.into())));
}

/// Gives why a record cannot be read, and how it begins.
pub(super) fn of_letter(letter: &DeadLetter) -> String {
    let reason = terminal(&letter.reason.to_string().into());
    format!("{reason}: {}", terminal(&letter.excerpt))
}
