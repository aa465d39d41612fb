//! JSON that can also be read on a terminal or put into a script element's data.

use std::io;

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use super::visible::visible;

/// Gives `value` as JSON on one line; characters that a reader could not see are `\u` escapes, the value is the same.
pub fn to_json(value: &impl Serialize) -> String {
    rendered(value, Visible(CompactFormatter))
}

/// Gives `value` as indented JSON, escaped as [`to_json`] does.
pub fn to_json_pretty(value: &impl Serialize) -> String {
    rendered(value, Visible(PrettyFormatter::new()))
}

/// Writes `value` as JSON on one line, escaped as [`to_json`] does.
///
/// # Errors
/// What `out` gives.
pub fn write_json(out: &mut impl io::Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut serde_json::Serializer::with_formatter(out, Visible(CompactFormatter)))?;
    Ok(())
}

fn rendered(value: &impl Serialize, formatter: impl Formatter) -> String {
    let mut out = Vec::new();
    let written = value.serialize(&mut serde_json::Serializer::with_formatter(&mut out, formatter));
    debug_assert!(written.is_ok(), "wire structs have string keys, and a vector takes every byte");
    String::from_utf8_lossy(&out).into_owned()
}

/// A formatter that escapes what JSON allows and a reader cannot see.
struct Visible<F>(F);

impl<F: Formatter> Formatter for Visible<F> {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, text: &str) -> io::Result<()> {
        let mut rest = text;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| !visible(*c)) {
            writer.write_all(&rest.as_bytes()[..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = &rest[at + c.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_is_the_same_and_nothing_invisible_is_left() {
        let value = serde_json::json!({
            "k\u{202e}": "\u{1b}[31m \u{9b} \u{7f} \u{2028} \u{e0041} \u{feff} \"\\ é日😀",
            "list": [1, {"nested": null}, []],
        });
        for text in [to_json(&value), to_json_pretty(&value)] {
            assert!(text.chars().all(|c| c == '\n' || visible(c)), "{text}");
            assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
        }
        assert!(to_json(&value).contains("\\udb40\\udc41"));
        assert!(!to_json(&value).contains('\n'));
    }
}
