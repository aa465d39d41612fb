//! Text on one line.

use bucketwatch_policy::untrusted::Untrusted;

use crate::escape::terminal;

/// The most characters of a line: a request to an object with the longest key there is still fits, percent-encoded.
const LIMIT: usize = 4_000;

/// One line of text of which every character shows itself: no line break, no control character, nothing that turns or
/// hides text. Markup is not escaped in it; each sink does that for itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line(String);

impl Line {
    /// Makes `text` safe to show.
    pub fn new(text: impl LineSource) -> Self {
        let mut shown = terminal(&text.into_untrusted());
        if let Some((at, _)) = shown.char_indices().nth(LIMIT) {
            shown.truncate(at);
            shown.push('…');
        }
        Self(shown)
    }

    /// Gives the text for a sink without markup.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Gives at most `limit` characters of the text, with `…` in the place of what is cut off.
    pub fn cut(&self, limit: usize) -> Self {
        if self.0.chars().count() <= limit {
            return self.clone();
        }
        let mut cut: String = self.0.chars().take(limit.saturating_sub(1)).collect();
        cut.push('…');
        Self(cut)
    }
}

/// What a line is made of.
pub trait LineSource {
    /// Gives the text as one that nobody vouches for.
    fn into_untrusted(self) -> Untrusted;
}

impl LineSource for &Untrusted {
    fn into_untrusted(self) -> Untrusted {
        self.clone()
    }
}

impl LineSource for &str {
    fn into_untrusted(self) -> Untrusted {
        self.into()
    }
}

impl LineSource for String {
    fn into_untrusted(self) -> Untrusted {
        self.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_and_bounded() {
        assert_eq!(Line::new("a\r\nb\u{1b}\u{202e}").as_str(), "a<U+000D><U+000A>b<U+001B><U+202E>");
        assert_eq!(Line::new("é".repeat(1_000_000)).as_str().chars().count(), LIMIT + 1);
        assert_eq!(Line::new("é日😀x").cut(3).as_str(), "é日…");
        assert_eq!(Line::new("é日😀").cut(3).as_str(), "é日😀");
        assert_eq!(Line::new("é日😀").cut(0).as_str(), "…");
    }
}
