//! Text in a syslog message of RFC 5424.

use bucketwatch_policy::untrusted::Untrusted;

use super::visible::push_visible;

/// Gives `text` as a PARAM-VALUE without its quotes: `"`, `\` and `]` escaped, control characters made visible, cut off
/// with `…` after `limit` bytes.
///
/// *Source*: RFC 5424, section 6.3.3.
pub fn syslog_param(text: &Untrusted, limit: usize) -> String {
    let mut out = String::new();
    for c in syslog_text(text, limit).chars() {
        if matches!(c, '"' | '\\' | ']') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Gives `text` for the MSG part: on one line, control characters made visible, at most `limit` bytes and then `…`.
pub fn syslog_text(text: &Untrusted, limit: usize) -> String {
    let mut out = String::new();
    for c in text.as_raw().chars() {
        let before = out.len();
        push_visible(&mut out, c);
        if out.len() > limit {
            out.truncate(before);
            out.push('…');
            break;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_special_characters_are_escaped_and_controls_are_shown() {
        assert_eq!(syslog_param(&Untrusted::new("a\"b\\c]d\ne"), 99), "a\\\"b\\\\c\\]d<U+000A>e");
    }

    #[test]
    fn a_value_is_bounded_at_a_character() {
        let value = syslog_param(&Untrusted::new("é".repeat(10_000)), 100);
        assert!(value.len() <= 100 + '…'.len_utf8());
        assert!(value.ends_with("é…"));
    }
}
