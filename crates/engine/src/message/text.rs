//! Plain text, for mail, SNS and anything without markup.

use super::{Line, Message};

/// Gives the message as lines of text.
pub fn plain_text(message: &Message) -> String {
    let mut text = format!("[{}] {}\n", message.severity.as_str(), message.headline.as_str());
    if !message.list.is_empty() {
        text.push('\n');
    }
    for line in &message.list {
        text.push_str(&format!("  - {}\n", line.as_str()));
    }
    if message.folded > 0 {
        text.push_str(&format!("  … and {} more\n", message.folded));
    }
    text.push('\n');
    let width = message.facts.iter().map(|fact| fact.label.len()).max().unwrap_or_default();
    for fact in &message.facts {
        text.push_str(&format!("{:width$}  {}\n", fact.label, fact.value.line().as_str()));
    }
    text.push_str(&format!("\nbucketwatch, notice {}\n", Line::new(message.id.as_str()).as_str()));
    text
}

/// Gives the headline as a subject for places that take ASCII only: at most `limit` characters, beginning with a
/// letter, what is not ASCII as `?`.
pub fn ascii_subject(message: &Message, limit: usize) -> String {
    let subject = format!("bucketwatch {}: {}", message.severity.as_str(), message.headline.as_str());
    let ascii: String = subject.chars().map(|c| if matches!(c, ' '..='~') { c } else { '?' }).collect();
    if ascii.len() <= limit {
        return ascii;
    }
    let mut cut: String = ascii.chars().take(limit.saturating_sub(3)).collect();
    cut.push_str("...");
    cut
}
