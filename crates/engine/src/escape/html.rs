//! Text in HTML, between tags and in quoted attributes.

use crate::message::Line;

/// Gives `line` with the characters that mean something in HTML as entities.
pub fn html(line: &Line) -> String {
    line.as_str().chars().fold(String::new(), |mut out, c| {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
        out
    })
}
