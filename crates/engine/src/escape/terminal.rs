//! Text on a terminal.

use std::ops::Range;

use bucketwatch_policy::untrusted::Untrusted;

use super::visible::push_visible;

/// The most characters that a cell of a table, or a name in a sentence, shows.
pub const CELL_LIMIT: usize = 200;

/// Gives `text` on one line, with every character that could move the cursor, colour, reorder or hide something made
/// visible.
pub fn terminal(text: &Untrusted) -> String {
    text.as_raw().chars().fold(String::new(), |mut out, c| {
        push_visible(&mut out, c);
        out
    })
}

/// Gives `text` as [`terminal`] does, cut off with `…` after [`CELL_LIMIT`] characters.
pub fn terminal_cell(text: &Untrusted) -> String {
    let mut chars = text.as_raw().chars();
    let mut out = String::new();
    for c in chars.by_ref().take(CELL_LIMIT) {
        push_visible(&mut out, c);
    }
    if chars.next().is_some() {
        out.push('…');
    }
    out
}

/// Gives text of several lines, such as a policy, safe for a terminal, and the function that carries a byte range of
/// the original over to it. Line feeds stay; carriage returns before them go.
pub fn terminal_source(text: &str) -> (String, MapRange) {
    let mut out = String::with_capacity(text.len());
    let mut shifts = Vec::new();
    for (at, c) in text.char_indices() {
        let before_line_feed = c == '\r' && text[at..].starts_with("\r\n");
        match c {
            '\n' => out.push('\n'),
            '\t' => out.push_str("    "),
            '\r' if before_line_feed => {}
            _ => push_visible(&mut out, c),
        }
        if out.len() != shifted(&shifts, at + c.len_utf8()) {
            shifts.push((at + c.len_utf8(), out.len()));
        }
    }
    (out, MapRange { shifts })
}

/// Carries byte ranges of a text over to its escaped form.
#[derive(Clone, Debug)]
pub struct MapRange {
    /// Offsets before and after, at every place where their distance changes.
    shifts: Vec<(usize, usize)>,
}

impl MapRange {
    /// Gives where `range` of the original lies in the escaped text.
    pub fn map(&self, range: Range<usize>) -> Range<usize> {
        self.offset(range.start)..self.offset(range.end)
    }

    fn offset(&self, at: usize) -> usize {
        let passed = self.shifts.partition_point(|(before, _)| *before <= at);
        shifted(&self.shifts[..passed], at)
    }
}

fn shifted(shifts: &[(usize, usize)], at: usize) -> usize {
    shifts.last().map_or(at, |(before, after)| after + (at - before))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str =
        "\u{1b}]0;owned\u{7}\u{1b}[2J\u{1b}[31mred\r\n\u{9b}1;1H\u{202e}drow\u{200b}\0\u{85}";

    #[test]
    fn hostile_text_neither_moves_the_cursor_nor_colours_nor_sets_the_title() {
        let size = |cells| std::num::NonZero::new(cells).unwrap();
        let mut emulator = vt100::Parser::new(size(3), size(400), 0);
        let shown = terminal(&Untrusted::new(HOSTILE));
        emulator.process(shown.as_bytes());
        let screen = emulator.screen();
        assert_eq!(screen.contents(), shown);
        assert_eq!(screen.cursor_position().0, 0);
        assert!((0..400).all(|column| {
            screen.cell(0, column).is_none_or(|cell| cell.fgcolor() == vt100::Color::Default)
        }));
        assert!(shown.starts_with("<U+001B>]0;owned<U+0007>"), "{shown}");
    }

    #[test]
    fn a_cell_is_bounded() {
        let cell = terminal_cell(&Untrusted::new("x".repeat(1_000_000)));
        assert_eq!(cell.chars().count(), CELL_LIMIT + 1);
        assert!(cell.ends_with('…'));
    }

    #[test]
    fn ranges_follow_the_text_through_the_escape() {
        let text = "a\u{1b}b\r\nc\tdé\u{202e}f";
        let (out, ranges) = terminal_source(text);
        assert_eq!(out, "a<U+001B>b\nc    dé<U+202E>f");
        for word in ["a", "b", "c", "d", "é", "f"] {
            let at = text.find(word).unwrap();
            assert_eq!(&out[ranges.map(at..at + word.len())], word);
        }
    }
}
