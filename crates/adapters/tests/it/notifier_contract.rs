//! What every notifier promises, as one suite that runs on any of them.

pub(crate) mod documents;
pub(crate) mod sample;

use bucketwatch_engine::notifier::Notifier;

/// What a receiver read: one entry for a transition or a baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The notice's id.
    pub(crate) notice: String,
    /// The kind of transition, or `baseline`.
    pub(crate) kind: String,
    /// The bucket, as far as the receiver's format shows it.
    pub(crate) bucket: Option<String>,
}

/// Holds a notifier to the port. `received` gives everything that its receiver has read since it began, in order;
/// `shown` is how the receiver's format writes a bucket's name.
pub(crate) async fn notifier_contract(
    notifier: &dyn Notifier,
    received: impl AsyncFn() -> Vec<Entry>,
    shown: impl Fn(&str) -> String,
) {
    let entry = |notice: &str, kind: &str, bucket: Option<&str>| Entry {
        notice: notice.to_owned(),
        kind: kind.to_owned(),
        bucket: bucket.map(&shown),
    };
    assert!(!notifier.name().is_empty());

    notifier.deliver(&sample::opened("n1", &["photos"])).await.unwrap();
    let mut expected = vec![entry("n1", "opened", Some("photos"))];
    assert_eq!(received().await, expected, "what is delivered has arrived");

    notifier.deliver(&sample::opened("n1", &["photos"])).await.unwrap();
    expected.push(entry("n1", "opened", Some("photos")));
    assert_eq!(received().await, expected, "a repeat carries the same id");

    notifier.deliver(&sample::opened("n2", &["a", "b", "c"])).await.unwrap();
    expected.extend(["a", "b", "c"].map(|bucket| entry("n2", "opened", Some(bucket))));
    assert_eq!(received().await, expected, "every transition of a notice arrives, in order");

    notifier.deliver(&sample::baseline("n3")).await.unwrap();
    expected.push(entry("n3", "baseline", None));
    assert_eq!(received().await, expected, "a baseline arrives");

    for (number, name) in sample::HOSTILE.into_iter().enumerate() {
        let id = format!("hostile-{number}");
        notifier.deliver(&sample::hostile(&id, name)).await.unwrap();
        expected.push(entry(&id, "opened", Some(name)));
        assert_eq!(received().await, expected, "{name:?} stays in its place");
    }
}

/// Holds a notifier that makes one message of a notice to the port. `received` gives the texts of every message that
/// its receiver has read since it began, in order; `shown` is how the receiver's format writes a bucket's name.
pub(crate) async fn message_contract(
    notifier: &dyn Notifier,
    received: impl AsyncFn() -> Vec<Vec<String>>,
    shown: impl Fn(&str) -> String,
) {
    let mut count = 0;
    let mut arrived = async |id: &str, buckets: &[&str]| {
        count += 1;
        let messages = received().await;
        assert_eq!(messages.len(), count, "{id}: every delivery is one message");
        let texts = messages.last().unwrap();
        let said = |words: &str| texts.iter().any(|text| text.contains(words));
        assert!(said(&format!("notice {id}")), "{id} is not in {texts:#?}");
        for bucket in buckets {
            assert!(said(&shown(bucket)), "{bucket:?} is not in {texts:#?}");
        }
        for text in texts {
            let seen = text.chars().all(|c| c == '\n' || !c.is_control() && !"\u{202e}\u{200b}".contains(c));
            assert!(seen, "{text:?} holds what nobody can see");
        }
    };
    notifier.deliver(&sample::opened("n1", &["photos"])).await.unwrap();
    arrived("n1", &["photos", "anyone can read"]).await;
    notifier.deliver(&sample::opened("n1", &["photos"])).await.unwrap();
    arrived("n1", &["photos"]).await;
    notifier.deliver(&sample::opened("n2", &["a-one", "b-two", "c-three"])).await.unwrap();
    arrived("n2", &["a-one", "b-two", "c-three"]).await;
    notifier.deliver(&sample::baseline("n3")).await.unwrap();
    arrived("n3", &["12 buckets, 9 public, 1 undetermined"]).await;
    for (number, name) in sample::HOSTILE.into_iter().enumerate() {
        let id = format!("hostile-{number}");
        notifier.deliver(&sample::hostile(&id, name)).await.unwrap();
        arrived(&id, &[name]).await;
    }
}
