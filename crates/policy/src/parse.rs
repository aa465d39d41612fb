//! Text → [`Policy`].
//!
//! What cannot be read is refused, with the place and the reason. What AWS might have stored although it is odd is
//! judged, with a diagnostic. Places in the text are recovered only for an error; a parse that succeeds keeps none.

mod condition;
mod error;
mod path;
mod pattern;
mod principal;
mod reader;
mod scalar;
mod statement;
mod value;

pub use error::{ParseError, Refusal};
pub(crate) use scalar::{binary, boolean, number, time};

use crate::document::{Policy, Statement, Version};
use path::Path;
use reader::{Entry, Reader, Reading, Refused, element, object, refuse, text};
use value::Value;

/// The longest text that is read. AWS stores bucket policies of up to 20 KB.
pub const MAX_BYTES: usize = 256 * 1024;

const ELEMENTS: [&str; 3] = ["Version", "Id", "Statement"];

impl Policy {
    /// Gives the policy that `text` spells.
    ///
    /// *Errors*: text that is no JSON, an element that is missing or has the wrong type, an operator, effect or
    /// version that does not exist: AWS would not have stored it, and guessing what it means would be no judgement.
    ///
    /// ```
    /// use bucketwatch_policy::document::Policy;
    ///
    /// let error = Policy::parse("{\"Statement\": [{\"Effect\": \"Permit\"}]}").unwrap_err();
    /// assert_eq!(error.pointer, "/Statement/0/Effect");
    /// assert_eq!(
    ///     error.to_string(),
    ///     "`Permit` is neither `Allow` nor `Deny` at line 1, column 27 (`/Statement/0/Effect`)"
    /// );
    /// ```
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        if text.len() > MAX_BYTES {
            let reason = Refusal::TooLong { size_bytes: text.len(), limit_bytes: MAX_BYTES };
            return Err(ParseError::at_offset(text, 0, reason));
        }
        let value: Value<'_> = serde_json::from_str(text).map_err(|error| no_json(text, &error))?;
        document(&value).map_err(|Refused { pointer, reason }| ParseError::at_pointer(text, pointer, reason))
    }
}

fn document(value: &Value<'_>) -> Reading<Policy> {
    let path = Path::DOCUMENT;
    let entries = object(value, "policy", &path)?;
    let mut reader = Reader { version: version(entries)?, diagnostics: Vec::new() };
    reader.check_elements(entries, &ELEMENTS, &path)?;
    let id = element(entries, "Id").map(|id| text(id, "Id", &path.key("Id"))).transpose()?;
    let (statements, lone_statement) = statements(&mut reader, entries)?;
    Ok(Policy {
        version: reader.version,
        id: id.map(Into::into),
        statements,
        diagnostics: reader.diagnostics,
        lone_statement,
    })
}

fn version(entries: &[Entry<'_>]) -> Reading<Version> {
    let Some(value) = element(entries, "Version") else { return Ok(Version::V2008) };
    let document = Path::DOCUMENT;
    let path = document.key("Version");
    match text(value, "Version", &path)? {
        "2012-10-17" => Ok(Version::V2012),
        "2008-10-17" => Ok(Version::V2008),
        other => refuse(&path, Refusal::Version(other.into())),
    }
}

fn statements(reader: &mut Reader, entries: &[Entry<'_>]) -> Reading<(Vec<Statement>, bool)> {
    let document = Path::DOCUMENT;
    let path = document.key("Statement");
    match element(entries, "Statement") {
        None => refuse(&document, Refusal::Missing("Statement")),
        Some(Value::List(items)) => {
            let read = |(index, item)| reader.statement(item, &path.index(index));
            Ok((items.iter().enumerate().map(read).collect::<Reading<_>>()?, false))
        }
        Some(lone) => Ok((vec![reader.statement(lone, &path)?], true)),
    }
}

/// Gives the error for text that is no JSON, without the place that serde_json appends to its message.
fn no_json(text: &str, error: &serde_json::Error) -> ParseError {
    let line_start =
        text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
    let offset = line_start.saturating_add(error.column().saturating_sub(1)).min(text.len());
    let message = error.to_string();
    let what = message.rsplit_once(" at line ").map_or(message.as_str(), |(what, _)| what);
    ParseError::at_offset(text, offset, Refusal::Json(what.to_owned()))
}

#[cfg(test)]
mod tests;
