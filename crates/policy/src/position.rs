//! Where in the text an element stands: recovered only when somebody is shown it.

use std::ops::Range;

use jsonc_parser::ast::Value;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

/// A place in a text, as editors count: both from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineColumn {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// Gives the line and column of the byte `offset`; of the end of the text where it lies beyond.
pub fn line_column(text: &str, offset: usize) -> LineColumn {
    let before = &text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
    let in_line = before.get(line_start..).unwrap_or_default();
    let column = 1 + in_line.iter().filter(|byte| !is_continuation(**byte)).count();
    LineColumn { line, column }
}

/// Tells whether `byte` continues a character of UTF-8, and so starts no column of its own.
fn is_continuation(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

/// Gives the byte range of the value that the JSON pointer names in `text`; `None` where there is no such value or
/// the text is no JSON.
///
/// A key that occurs twice is its last occurrence, as [`crate::document::Policy::parse`] reads it.
pub fn position(text: &str, pointer: &str) -> Option<Range<usize>> {
    let parsed = parse_to_ast(text, &CollectOptions::default(), &strict()).ok()?;
    let mut value = &parsed.value?;
    let steps = pointer.strip_prefix('/').map(|rest| rest.split('/')).into_iter().flatten();
    for step in steps {
        value = child(value, &step.replace("~1", "/").replace("~0", "~"))?;
    }
    Some(value.start()..value.end())
}

fn child<'a, 'b>(value: &'b Value<'a>, step: &str) -> Option<&'b Value<'a>> {
    match value {
        Value::Object(object) => object
            .properties
            .iter()
            .rev()
            .find(|property| property.name.as_str() == step)
            .map(|found| &found.value),
        Value::Array(array) => array.elements.get(step.parse::<usize>().ok()?),
        _ => None,
    }
}

fn strict() -> ParseOptions {
    ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_pointer_gives_the_text_of_its_value() {
        let text = "{\"Id\": \"ü\",\n \"Statement\": [{\"a/b\": {\"~\": 1}}, {\"x\": 1, \"x\": [2]}]}";
        let at = |pointer| position(text, pointer).map(|range| &text[range]);
        assert_eq!(at(""), Some(text));
        assert_eq!(at("/Id"), Some("\"ü\""));
        assert_eq!(at("/Statement/0/a~1b/~0"), Some("1"));
        assert_eq!(at("/Statement/1/x"), Some("[2]"));
        assert_eq!(at("/Statement/2"), None);
        assert_eq!(at("/Statement/-1"), None);
        assert_eq!(at("/Id/x"), None);
        assert_eq!(position("{,}", "/x"), None);
        assert_eq!(position("", ""), None);
        assert_eq!(position(&"[".repeat(100_000), "/0"), None);
    }

    #[test]
    fn columns_count_characters_and_lines_count_from_one() {
        let text = "{\n \"ü\": 1\n}";
        assert_eq!(line_column(text, 0), LineColumn { line: 1, column: 1 });
        assert_eq!(line_column(text, text.find('1').unwrap()), LineColumn { line: 2, column: 7 });
        assert_eq!(line_column(text, 999), LineColumn { line: 3, column: 2 });
    }
    proptest! {
        #[test]
        fn no_text_and_no_pointer_make_it_panic(text in ".{0,80}", pointer in "(/[a~01/ü]{0,3}){0,3}", offset in 0usize..200) {
            let _ = position(&text, &pointer);
            let at = line_column(&text, offset);
            prop_assert!(at.line >= 1 && at.column >= 1);
        }
    }
}
