//! A word that ends a scan early: an interrupt, a deadline, credentials that ran out.

use tokio::sync::watch;

/// Lets somebody outside end a scan. What was recorded stays; the run is partial. Clones speak of the same scan.
#[derive(Clone, Debug)]
pub struct Stop(watch::Sender<Option<Why>>);

/// Why a scan ended before it had looked at everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// Somebody asked.
    Interrupted,
    /// The deadline of the scan passed.
    Deadline,
    /// The credentials ran out; AWS's error code.
    Credentials(String),
    /// The listing broke off; AWS's error code.
    Listing(String),
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Interrupted => f.write_str("interrupted"),
            Self::Deadline => f.write_str("the deadline passed"),
            Self::Credentials(code) => write!(f, "the credentials ran out ({code})"),
            Self::Listing(code) => write!(f, "the listing of buckets broke off ({code})"),
        }
    }
}

impl Default for Stop {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl Stop {
    /// Ends the scan; the first reason stands.
    pub fn now(&self, why: Why) {
        self.0.send_if_modified(|current| {
            let first = current.is_none();
            current.get_or_insert(why);
            first
        });
    }

    /// Gives the reason if the scan was ended.
    pub fn why(&self) -> Option<Why> {
        self.0.borrow().clone()
    }

    /// Waits until the scan is ended; forever if it never is.
    pub async fn stopped(&self) {
        let mut word = self.0.subscribe();
        // The sender lives as long as `self`, so this cannot fail.
        let _ = word.wait_for(Option::is_some).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_reason_stands_for_everybody_who_waits() {
        let stop = Stop::default();
        let waiting = tokio::spawn({
            let stop = stop.clone();
            async move { stop.stopped().await }
        });
        assert_eq!(stop.why(), None);
        stop.now(Why::Deadline);
        stop.now(Why::Interrupted);
        waiting.await.unwrap();
        stop.stopped().await;
        assert_eq!(stop.why(), Some(Why::Deadline));
    }
}
