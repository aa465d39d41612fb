//! HTML for mail: no script, no picture, no link but to the console.

use super::{Line, Message, Value};
use crate::escape::html as escaped;

const STYLE: &str = "font-family:sans-serif;font-size:14px";

/// Gives the message as a page.
pub fn html(message: &Message) -> String {
    let severity = message.severity.as_str();
    let headline = escaped(&message.headline);
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{headline}</title></head>\n\
         <body style=\"{STYLE}\">\n<h2>{headline}</h2>\n<p><b>{severity}</b></p>\n"
    );
    if !message.list.is_empty() {
        page.push_str("<ul>\n");
        message.list.iter().for_each(|line| page.push_str(&format!("<li>{}</li>\n", escaped(line))));
        if message.folded > 0 {
            page.push_str(&format!("<li>… and {} more</li>\n", message.folded));
        }
        page.push_str("</ul>\n");
    }
    page.push_str("<table cellpadding=\"4\">\n");
    for fact in &message.facts {
        let value = match &fact.value {
            Value::Text(line) => escaped(line),
            Value::Command(line) => format!("<code>{}</code>", escaped(line)),
            Value::Link(line) => format!("<a href=\"{0}\">{0}</a>", escaped(line)),
        };
        page.push_str(&format!(
            "<tr><th align=\"left\" valign=\"top\">{}</th><td>{value}</td></tr>\n",
            fact.label
        ));
    }
    let id = escaped(&Line::new(message.id.as_str()));
    page.push_str(&format!("</table>\n<p><small>bucketwatch, notice {id}</small></p>\n</body></html>\n"));
    page
}
