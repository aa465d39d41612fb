//! Which characters may reach a reader as they are.

/// Tells whether `c` shows itself, takes a place of its own and moves nothing: no control character, no mark that
/// turns the writing direction, nothing of zero width, no blank in disguise, no unassigned or private character.
pub(super) fn visible(c: char) -> bool {
    match c {
        ' '..='~' => true,
        '\u{115f}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}' => false,
        _ => c.escape_debug().len() == 1,
    }
}

/// Appends `c` as it is, or as `<U+XXXX>` where a reader could not see it.
pub(super) fn push_visible(out: &mut String, c: char) {
    use std::fmt::Write as _;
    if visible(c) {
        out.push(c);
    } else {
        let _ = write!(out, "<U+{:04X}>", u32::from(c));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_invisible_character_is_caught() {
        for (name, c) in [
            ("NUL", '\0'),
            ("escape", '\u{1b}'),
            ("line feed", '\n'),
            ("delete", '\u{7f}'),
            ("C1 control sequence introducer", '\u{9b}'),
            ("no-break space", '\u{a0}'),
            ("soft hyphen", '\u{ad}'),
            ("combining accent", '\u{301}'),
            ("grapheme joiner", '\u{34f}'),
            ("Arabic letter mark", '\u{61c}'),
            ("Hangul filler", '\u{3164}'),
            ("zero-width space", '\u{200b}'),
            ("right-to-left mark", '\u{200f}'),
            ("line separator", '\u{2028}'),
            ("right-to-left override", '\u{202e}'),
            ("first strong isolate", '\u{2068}'),
            ("byte order mark", '\u{feff}'),
            ("variation selector", '\u{fe0f}'),
            ("tag letter", '\u{e0041}'),
            ("private use", '\u{e000}'),
            ("not assigned", '\u{378}'),
        ] {
            assert!(!visible(c), "{name}");
        }
        for c in ['a', ' ', '~', 'é', 'ß', '日', 'я', '😀'] {
            assert!(visible(c), "{c}");
        }
    }
}
