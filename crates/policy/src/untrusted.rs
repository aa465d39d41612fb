//! Text that strangers can choose.

use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};

/// Text that somebody outside can choose: bucket names, statement ids, tags, keys, user agents.
///
/// It has no `Display`, so it cannot slip into a terminal, a log line or a table unescaped: every sink
/// names the escape it needs. `Debug` is safe for logs.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Untrusted(String);

impl Untrusted {
    /// Marks `text` as chosen by somebody else.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Gives the text as it came, for comparison, storage and sinks that escape by themselves.
    pub fn as_raw(&self) -> &str {
        &self.0
    }

    /// Gives the text for a message: what is not plain ASCII, and the backtick that messages quote with, is escaped.
    pub fn escaped(&self) -> impl fmt::Display + '_ {
        Escaped(&self.0, '`')
    }
}

struct Escaped<'a>(&'a str, char);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            if c.is_ascii_graphic() && c != self.1 && c != '\\' || c == ' ' {
                f.write_char(c)?;
            } else {
                write!(f, "{}", c.escape_unicode())?;
            }
        }
        Ok(())
    }
}

impl From<&str> for Untrusted {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Untrusted {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", Escaped(&self.0, '"'))
    }
}
