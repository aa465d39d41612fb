//! Out of the wrappings: EventBridge, SNS, SQS, a function's batch, a list, a file.

use super::change::Item;
use super::dead_letter::{DeadLetter, Reason};
use super::record::{self, Envelope};
use super::request::Request;
use super::value::Value;
use super::{file, notification};

/// How many wrappings a record may have: a function's batch of SQS messages that hold SNS messages that hold events,
/// and two to spare.
const DEEPEST: u8 = 6;

/// Gives what a message holds: a record, an event of EventBridge, a message of SNS or SQS around it, a batch of these,
/// a log file, or several of them one after the other.
///
/// Total: every text gives items; what cannot be read is a dead letter, and the rest of the batch goes on.
pub fn read_message(message: &[u8]) -> Vec<Item> {
    let mut items = Vec::new();
    read_text(message, 0, &mut items);
    items
}

fn read_text(text: &[u8], depth: u8, items: &mut Vec<Item>) {
    if text.len() > file::MAX_MESSAGE_BYTES {
        return items.push(dead(Reason::TooLong(file::MAX_MESSAGE_BYTES), text));
    }
    let mut rest = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    if rest.trim_ascii().is_empty() {
        return items.push(dead(Reason::Syntax("it is empty".to_owned()), text));
    }
    while let Err(after) = read_values(rest, depth, items) {
        rest = after;
    }
}

/// Reads the values of a text; at one that is broken, gives the text from the next line on that begins another.
fn read_values<'t>(text: &'t [u8], depth: u8, items: &mut Vec<Item>) -> Result<(), &'t [u8]> {
    let mut values = serde_json::Deserializer::from_slice(text).into_iter::<Value<'_>>();
    while let Some(value) = values.next() {
        match value {
            Ok(value) => open(&value, depth, items),
            Err(error) => {
                let broken = text.get(values.byte_offset()..).unwrap_or_default().trim_ascii_start();
                items.push(dead(Reason::Syntax(error.to_string()), broken));
                return match memchr::memmem::find(broken, b"\n{") {
                    Some(line) => Err(broken.get(line + 1..).unwrap_or_default()),
                    None => Ok(()),
                };
            }
        }
    }
    Ok(())
}

/// Takes one wrapping off, or reads the record.
pub(super) fn open(value: &Value<'_>, depth: u8, items: &mut Vec<Item>) {
    if depth > DEEPEST {
        return items.push(dead(Reason::TooDeep(DEEPEST), value.to_string().as_bytes()));
    }
    if let Value::List(list) = value {
        return list.iter().for_each(|element| open(element, depth + 1, items));
    }
    let object = Request::of(Some(value));
    if is_record(object) {
        return items.push(record::read(value, Envelope::default()));
    }
    if object.text("detail-type").is_some() || object.text("eventName").is_some() {
        return items.push(innermost(value, object));
    }
    if let Some(Value::List(records)) = object.get("Records") {
        return records.iter().for_each(|record| open(record, depth + 1, items));
    }
    let wrapped = ["body", "Message"].iter().find_map(|name| object.text(name));
    match wrapped.or_else(|| object.object("Sns").text("Message")) {
        Some(text) => read_text(text.as_bytes(), depth + 1, items),
        None => items.push(innermost(value, object)),
    }
}

fn is_record(object: Request<'_>) -> bool {
    let service = |source: &str| source.ends_with(".amazonaws.com") || source.ends_with(".amazonaws.com.cn");
    object.text("eventName").is_some() && object.text("eventSource").is_some_and(service)
}

/// Reads what has no wrapping but EventBridge's.
fn innermost(value: &Value<'_>, object: Request<'_>) -> Item {
    match (object.text("detail-type"), object.text("eventSource")) {
        (Some("AWS API Call via CloudTrail"), _) => {
            let envelope = Envelope { account: object.text("account"), region: object.text("region") };
            match object.get("detail") {
                Some(detail) => record::read(detail, envelope),
                None => dead(Reason::Missing("detail"), value.to_string().as_bytes()),
            }
        }
        (Some("Object ACL Updated"), _) => notification::read_event(value),
        (Some(_), _) => Item::Skipped,
        (None, Some("aws:s3")) => notification::read_record(value),
        (None, Some(_)) => Item::Skipped,
        _ if object.text("Event") == Some("s3:TestEvent") => Item::Skipped,
        _ => dead(Reason::UnknownShape, value.to_string().as_bytes()),
    }
}

fn dead(reason: Reason, record: &[u8]) -> Item {
    Item::DeadLetter(Box::new(DeadLetter::new(reason, record)))
}
