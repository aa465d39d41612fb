//! Text in a field that Slack reads for its own markup.

use crate::message::Line;

/// Gives `line` so that it mentions nobody, calls no channel and makes no link: the three characters that Slack's
/// markup is made of are entities. *Source*: docs.slack.dev, "Formatting message text", read 2026-11-23.
pub fn slack(line: &Line) -> String {
    line.as_str().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
