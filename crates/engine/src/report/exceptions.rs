//! The list of exceptions: those that count by their end, the next first; then those that count no longer, the latest first.

use std::cmp::Reverse;
use std::io::{self, Write};

use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;

use super::json::ArrayJson;
use super::jsonl::Jsonl;
use super::wire::{AcceptedDocument, ExceptionDocument};
use super::{Format, Look, sentence, table};
use crate::escape::{csv_field, terminal_cell};

const HEADER: [&str; 7] = ["until (UTC)", "state", "exception", "bucket", "accepts", "owner", "reason"];
const CSV_HEADER: &str = "exception,state,source,account,bucket,until,audience,audience_detail,access,resources,resources_except,owner,reason,made_by,made_at,revoked_by,revoked_at";

/// How to list.
#[derive(Clone, Copy, Debug)]
pub struct Listing {
    /// The format.
    pub format: Format,
    /// How text for people looks.
    pub look: Look,
    /// Now.
    pub now: Timestamp,
}

/// Writes `exceptions`, sorted.
///
/// # Errors
/// What the output gives.
pub fn list(mut exceptions: Vec<ExceptionDocument>, listing: Listing, out: &mut dyn Write) -> io::Result<()> {
    exceptions.sort_by(|a, b| place(a).cmp(&place(b)));
    match listing.format {
        Format::Table => people(&exceptions, listing, out)?,
        Format::Csv => csv(&exceptions, out)?,
        Format::Json => {
            let mut array = ArrayJson::new(&mut *out);
            exceptions.iter().try_for_each(|exception| array.element(exception))?;
            array.end()?;
        }
        Format::Jsonl => {
            let mut lines = Jsonl::new(&mut *out);
            exceptions.iter().try_for_each(|exception| lines.line(exception))?;
        }
    }
    out.flush()
}

/// Gives the place of an exception in the list.
fn place(exception: &ExceptionDocument) -> (bool, Timestamp, Reverse<Timestamp>, &str) {
    match exception.state.counts() {
        true => (false, exception.until, Reverse(Timestamp::MIN), &exception.id),
        false => (true, Timestamp::MIN, Reverse(exception.until), &exception.id),
    }
}

fn people(exceptions: &[ExceptionDocument], listing: Listing, out: &mut dyn Write) -> io::Result<()> {
    if exceptions.is_empty() {
        return writeln!(out, "Nothing is accepted.");
    }
    let mut rows = table::grid(listing.look);
    rows.set_header(HEADER);
    for exception in exceptions {
        rows.add_row([
            exception.until.strftime("%Y-%m-%d %H:%M").to_string(),
            state(exception, listing.now),
            exception.id.clone(),
            format!("{} in {}", terminal_cell(&exception.bucket), exception.account),
            exception.in_words().join("; "),
            terminal_cell(&exception.owner),
            terminal_cell(&exception.reason),
        ]);
    }
    table::keep_whole(&mut rows, &[0, 2]);
    writeln!(out, "{}", table::trimmed(&rows))
}

/// Gives whether it counts, in words.
fn state(exception: &ExceptionDocument, now: Timestamp) -> String {
    use super::wire::ExceptionState as State;
    let days = exception.until.duration_since(now).as_hours() / 24;
    let by = |act: &Option<super::wire::ActDocument>| {
        act.as_ref().map_or_else(String::new, |act| format!(" by {}", terminal_cell(&act.by)))
    };
    match exception.state {
        State::Expiring => format!("EXPIRES in {}", sentence::counted(days.unsigned_abs(), "day", "days")),
        State::Holds => format!("holds for {days} days"),
        State::Expired => "expired".to_owned(),
        State::Revoked => format!("taken back{}", by(&exception.revoked)),
        State::CreatedAnew => "the bucket was created anew, or is gone".to_owned(),
        State::TagChanged => match &exception.while_tag {
            Some(tag) => {
                format!("the tag {} is not {} any more", terminal_cell(&tag.key), terminal_cell(&tag.value))
            }
            None => "the tag has changed".to_owned(),
        },
    }
}

fn csv(exceptions: &[ExceptionDocument], out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{CSV_HEADER}\r\n")?;
    for exception in exceptions {
        for accepted in &exception.accepted {
            let fields = fields(exception, accepted);
            write!(out, "{}\r\n", fields.iter().map(csv_field).collect::<Vec<_>>().join(","))?;
        }
    }
    Ok(())
}

fn fields(exception: &ExceptionDocument, accepted: &AcceptedDocument) -> Vec<Untrusted> {
    let joined = |list: &[Untrusted]| list.iter().map(Untrusted::as_raw).collect::<Vec<_>>().join(" ").into();
    let access: Vec<_> = accepted.access.iter().map(|access| access.as_str()).collect();
    let made = exception.made.as_ref();
    let revoked = exception.revoked.as_ref();
    vec![
        exception.id.as_str().into(),
        exception.state.as_str().into(),
        exception.source.as_str().into(),
        exception.account.as_str().into(),
        exception.bucket.clone(),
        exception.until.to_string().into(),
        accepted.audience.as_str().into(),
        sentence::detail(&accepted.audience_detail).join(" ").into(),
        access.join(" ").into(),
        joined(&accepted.resources),
        joined(&accepted.resources_except),
        exception.owner.clone(),
        exception.reason.clone(),
        made.map(|act| act.by.clone()).unwrap_or_default(),
        made.map(|act| act.at.to_string()).unwrap_or_default().into(),
        revoked.map(|act| act.by.clone()).unwrap_or_default(),
        revoked.map(|act| act.at.to_string()).unwrap_or_default().into(),
    ]
}

#[cfg(test)]
mod tests;
