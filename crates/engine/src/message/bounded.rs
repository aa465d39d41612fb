//! A document for a sink that takes only so many bytes.

use serde_json::Value;

use crate::escape::to_json;

/// How many ways into a bucket are kept, and then how many transitions, until it fits.
const STEPS: [(usize, usize); 5] = [(20, 1_000), (5, 200), (1, 50), (0, 10), (0, 0)];

/// No bucket has a longer name.
const NAME: usize = 255;

/// Gives `document` (a notice or a transition) as JSON of at most `limit` bytes. Where it would be longer, the lists of
/// exposures and transitions lose their tails, and `"incomplete": true` says so.
pub fn bounded(document: &Value, limit: usize) -> String {
    let whole = to_json(document);
    if whole.len() <= limit {
        return whole;
    }
    let mut shorter = String::new();
    for (exposures, transitions) in STEPS {
        let mut document = document.clone();
        cut(&mut document, exposures, transitions);
        document["incomplete"] = true.into();
        shorter = to_json(&document);
        if shorter.len() <= limit {
            break;
        }
    }
    shorter
}

fn cut(document: &mut Value, exposures: usize, transitions: usize) {
    if let Some(list) = document.get_mut("transitions").and_then(Value::as_array_mut) {
        list.truncate(transitions);
        list.iter_mut().for_each(|transition| cut_sides(transition, exposures));
    }
    cut_sides(document, exposures);
    let digest = document.get_mut("digest").and_then(|digest| digest.get_mut("notices"));
    if let Some(list) = digest.and_then(Value::as_array_mut) {
        list.truncate(transitions);
    }
    let open = document.get_mut("reminder").and_then(|reminder| reminder.get_mut("open"));
    if let Some(list) = open.and_then(Value::as_array_mut) {
        list.truncate(transitions);
        list.iter_mut().for_each(|open| {
            if let Some(ways) = open.get_mut("exposures").and_then(Value::as_array_mut) {
                ways.truncate(exposures);
            }
        });
    }
    let worst = document.get_mut("baseline").and_then(|baseline| baseline.get_mut("worst"));
    for name in worst.and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(text) = name.as_str().filter(|text| text.chars().count() > NAME) {
            *name = text.chars().take(NAME).collect::<String>().into();
        }
    }
}

fn cut_sides(transition: &mut Value, exposures: usize) {
    for side in ["before", "after"] {
        let Some(side) = transition.get_mut(side).filter(|side| side.is_object()) else { continue };
        if let Some(list) = side.get_mut("exposures").and_then(Value::as_array_mut) {
            list.truncate(exposures);
        }
        if exposures == 0 {
            side["tags"] = serde_json::json!({});
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_fits_stays_as_it_is_and_what_does_not_says_so() {
        let exposure = "x".repeat(1_000);
        let side = json!({"verdict": "public", "exposures": vec![exposure; 40], "tags": {"a": "b"}});
        let transition = json!({"bucket": "b", "after": side, "before": null});
        let notice = json!({"id": "n", "transitions": vec![transition.clone(); 30]});
        assert_eq!(bounded(&transition, 100_000), to_json(&transition));
        for (document, limit) in
            [(&transition, 30_000), (&transition, 300), (&notice, 200_000), (&notice, 3_000), (&notice, 100)]
        {
            let text = bounded(document, limit);
            assert!(text.len() <= limit, "{} > {limit}", text.len());
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["incomplete"], true);
        }
        let kept: Value = serde_json::from_str(&bounded(&notice, 200_000)).unwrap();
        assert_eq!(kept["transitions"].as_array().unwrap().len(), 30, "every bucket is still named");
    }
}
