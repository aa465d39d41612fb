//! Answers in JSON.

use serde_json::Value;

/// Gives the text of a member of the answer `body`.
pub(super) fn text(body: &[u8], name: &str) -> Option<String> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    answer.get(name)?.as_str().map(str::to_owned)
}

/// Gives the code and the message of an error that a service tells in JSON: the code in a header (`named`) or in a member.
///
/// *Source*: Smithy, "AWS restJson1 protocol", "Operation error serialization" (read 2026-11-23).
pub(super) fn error(named: Option<&str>, body: &[u8]) -> Option<(String, Option<String>)> {
    let member = |names: &[&str]| names.iter().find_map(|name| text(body, name));
    let code = named.map(str::to_owned).or_else(|| member(&["__type", "code", "Code"]))?;
    let code = code.split(':').next().unwrap_or_default();
    let code = code.rsplit('#').next().unwrap_or_default();
    Some((code.to_owned(), member(&["message", "Message"])))
}
