//! A template of the JSON to post. Every value that it prints becomes JSON by itself, so that no name breaks out.

use bucketwatch_engine::escape::to_json;
use bucketwatch_engine::message::{Message, plain_text};
use bucketwatch_engine::notice::Notice;
use bucketwatch_engine::notifier::{DeliveryError, Retry};
use bucketwatch_engine::report::wire::NoticeDocument;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde_json::{Value, json};

use super::WebhookError;

/// How many steps a template may take: a message with the longest lists takes a few thousand.
const STEPS: u64 = 200_000;

const NAME: &str = "template";

/// A template that has been read.
pub(super) struct Template(Environment<'static>);

impl Template {
    /// Reads a template.
    pub(super) fn new(text: &str) -> Result<Self, WebhookError> {
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::Json);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(STEPS));
        let read = environment.add_template_owned(NAME, text.to_owned());
        read.map_err(|error| WebhookError::Template(error.to_string()))?;
        Ok(Self(environment))
    }

    /// Gives the JSON for `notice`. What is wrong with the template is wrong with every notice: somebody will correct
    /// it, so each waits.
    pub(super) fn render(&self, notice: &Notice) -> Result<String, DeliveryError> {
        let wrong =
            |why: String| DeliveryError { reason: format!("the template: {why}"), retry: Retry::Later };
        let template = self.0.get_template(NAME).map_err(|error| wrong(error.kind().to_string()))?;
        let text = template.render(Serde(context(notice))).map_err(|error| wrong(place(&error)))?;
        let value: Value =
            serde_json::from_str(&text).map_err(|_| wrong("what it gives is no JSON".to_owned()))?;
        Ok(to_json(&value))
    }
}

/// Gives what a template may use.
fn context(notice: &Notice) -> Value {
    let message = Message::of(notice);
    let facts: Vec<_> = message
        .facts
        .iter()
        .map(|fact| json!({"label": fact.label, "value": fact.value.line().as_str()}))
        .collect();
    json!({
        "notice": NoticeDocument::from(notice),
        "message": {
            "headline": message.headline.as_str(),
            "severity": message.severity.as_str(),
            "text": plain_text(&message),
            "facts": facts,
            "list": message.list.iter().map(|line| line.as_str()).collect::<Vec<_>>(),
            "folded": message.folded,
        },
    })
}

/// Says what is wrong and where, without the values that the template was given.
fn place(error: &minijinja::Error) -> String {
    let line = error.line().map_or_else(String::new, |line| format!(" in line {line}"));
    format!("{}{line}", error.kind())
}

#[cfg(test)]
mod tests {
    use bucketwatch_engine::notice::NoticeBody;
    use bucketwatch_policy::name::AccountId;
    use jiff::Timestamp;

    use super::*;

    fn notice() -> Notice {
        let body = NoticeBody::Baseline {
            account: AccountId::parse("111122223333").unwrap(),
            buckets: 3,
            public: 1,
            accepted: 0,
            undetermined: 0,
            worst: vec!["\"}, {\"x\": \"</script>".into()],
        };
        Notice { id: "n1".to_owned(), at: Timestamp::UNIX_EPOCH, body, group_key: "r".to_owned() }
    }

    fn render(text: &str) -> Result<Value, String> {
        let template = Template::new(text).map_err(|error| error.to_string())?;
        let body = template.render(&notice()).map_err(|error| error.reason)?;
        Ok(serde_json::from_str(&body).unwrap())
    }

    #[test]
    fn values_become_json_whatever_they_hold() {
        let text = r#"{"text": {{ message.headline }}, "id": {{ notice.id }}, "worst": {{ notice.baseline.worst }},
            "lines": [{% for line in message.list %}{{ line }}{% if not loop.last %},{% endif %}{% endfor %}]}"#;
        let value = render(text).unwrap();
        assert_eq!(value["text"], "first scan of account 111122223333: 3 buckets, 1 public, 0 undetermined");
        assert_eq!(value["worst"][0], "\"}, {\"x\": \"</script>");
        assert_eq!(value["lines"][0], value["worst"][0]);
    }

    #[test]
    fn what_is_wrong_is_said_at_once_or_at_delivery() {
        assert!(render("{{ message.headline").unwrap_err().starts_with("`template`: "));
        assert_eq!(render("{{ message.nothing }}").unwrap_err(), "the template: undefined value in line 1");
        assert_eq!(
            render("{{ message.headline }} and more").unwrap_err(),
            "the template: what it gives is no JSON"
        );
        let endless = "{% for a in range(10000) %}{% for b in range(10000) %}x{% endfor %}{% endfor %}";
        assert!(render(endless).unwrap_err().contains("fuel"), "{}", render(endless).unwrap_err());
        assert!(render("{% include '/etc/passwd' %}").is_err());
    }
}
