//! What every notifier promises, as one suite that runs on any of them.

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
        notifier.deliver(&sample::opened(&id, &[name])).await.unwrap();
        expected.push(entry(&id, "opened", Some(name)));
        assert_eq!(received().await, expected, "{name:?} stays in its place");
    }
}
