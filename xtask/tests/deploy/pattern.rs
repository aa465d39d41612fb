//! A matcher of EventBridge's event patterns, as far as ours go.
//!
//! *Source*: EventBridge user guide, "Creating event patterns" and "Comparison operators" (read 2026-11-23).

use serde_json::{Map, Value};

/// Tells whether `pattern` lets `event` through.
pub(crate) fn matches(pattern: &Map<String, Value>, event: Option<&Value>) -> bool {
    pattern.iter().all(|(field, wanted)| match wanted {
        Value::Array(choices) if field == "$or" => {
            choices.iter().any(|choice| matches(choice.as_object().unwrap(), event))
        }
        Value::Object(inner) => matches(inner, event.and_then(|event| event.get(field))),
        Value::Array(rules) => {
            let found = event.and_then(|event| event.get(field));
            rules.iter().any(|rule| accepts(rule, found))
        }
        other => panic!("`{field}` is neither a list nor an object: {other}"),
    })
}

/// A list in an event is accepted for any of its elements.
fn accepts(rule: &Value, found: Option<&Value>) -> bool {
    match found {
        Some(Value::Array(elements)) => elements.iter().any(|element| accepts(rule, Some(element))),
        Some(value) => accepts_value(rule, value),
        None => false,
    }
}

fn accepts_value(rule: &Value, value: &Value) -> bool {
    let Value::Object(comparison) = rule else { return rule == value };
    let (operator, operand) = comparison.iter().next().unwrap();
    let (Some(operand), Some(text)) = (operand.as_str(), value.as_str()) else { return false };
    match operator.as_str() {
        "prefix" => text.starts_with(operand),
        "wildcard" => wildcard(operand, text),
        other => panic!("`{other}` is not used by our patterns"),
    }
}

/// `*` stands for any text, also none.
fn wildcard(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((fixed, rest)) => text.strip_prefix(fixed).is_some_and(|tail| {
            (0..=tail.len()).any(|at| tail.is_char_boundary(at) && wildcard(rest, &tail[at..]))
        }),
    }
}

#[test]
fn patterns_match_as_documented() {
    let event =
        serde_json::json!({"source": "aws.s3", "detail": {"names": ["a", "b"], "text": "x/groups/y"}});
    for (pattern, expected) in [
        (r#"{"source": ["aws.s3"]}"#, true),
        (r#"{"source": ["aws.ec2", {"prefix": "aws."}]}"#, true),
        (r#"{"source": [{"prefix": "custom."}]}"#, false),
        (r#"{"detail": {"names": ["b"]}}"#, true),
        (r#"{"detail": {"names": ["c"]}}"#, false),
        (r#"{"detail": {"absent": ["c"]}}"#, false),
        (r#"{"detail": {"text": [{"wildcard": "*/groups/*"}]}}"#, true),
        (r#"{"detail": {"text": [{"wildcard": "*/groups"}]}}"#, false),
        (r#"{"detail": {"$or": [{"names": ["c"]}, {"text": ["x/groups/y"]}]}}"#, true),
        (r#"{"source": ["aws.ec2"], "$or": [{"source": ["aws.s3"]}]}"#, false),
    ] {
        let parsed: Map<String, Value> = serde_json::from_str(pattern).unwrap();
        assert_eq!(matches(&parsed, Some(&event)), expected, "{pattern}");
    }
}
