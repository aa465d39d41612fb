//! The judgement as a port, and as something that cannot take a whole scan down with it.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use bucketwatch_exposure::assessment::{Assessment, Objects, Undetermined, Verdict};
use bucketwatch_exposure::snapshot::BucketSnapshot;
use jiff::Timestamp;

/// What turns a snapshot into an assessment.
pub type Judge = fn(&BucketSnapshot, Timestamp) -> Assessment;

/// A bucket's facts and what they mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// The facts.
    pub snapshot: BucketSnapshot,
    /// What they mean at the instant of the look.
    pub assessment: Assessment,
}

impl Judged {
    /// Gives `snapshot` with what `judge` says of it.
    pub fn by(judge: Judge, snapshot: BucketSnapshot, at: Timestamp) -> Self {
        let assessment = assess_with(judge, &snapshot, at);
        Self { snapshot, assessment }
    }
}

/// Gives what `judge` says of `snapshot`.
///
/// *Unknowns*: where `judge` panics the bucket is undetermined, and the reason says that this is our bug.
pub fn assess_with(judge: Judge, snapshot: &BucketSnapshot, at: Timestamp) -> Assessment {
    catch_unwind(AssertUnwindSafe(|| judge(snapshot, at)))
        .unwrap_or_else(|panic| undetermined_by(snapshot, &*panic))
}

/// Gives the assessment of a bucket in whose work bucketwatch itself failed with `panic`.
pub(crate) fn undetermined_by(snapshot: &BucketSnapshot, panic: &(dyn Any + Send)) -> Assessment {
    let bug = Undetermined {
        what: "reasoning",
        operation: None,
        permission: None,
        why: complaint(panic),
        exposures: Vec::new(),
    };
    Assessment {
        bucket: snapshot.bucket.clone(),
        account: snapshot.account.clone(),
        region: snapshot.region.clone(),
        verdict: Verdict::Undetermined,
        aws_public: None,
        discrepancy: None,
        exposures: Vec::new(),
        latent: Vec::new(),
        latent_unknown: Vec::new(),
        ineffective: Vec::new(),
        objects: Objects::Unchecked,
        undetermined: vec![bug],
        diagnostics: Vec::new(),
    }
}

fn complaint(panic: &(dyn Any + Send)) -> String {
    let said = panic.downcast_ref::<&str>().copied();
    let said = said.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!(
        "a bug in bucketwatch {} ({}): please report it with this bucket's snapshot, which `scan --dump-snapshots DIR` writes",
        env!("CARGO_PKG_VERSION"),
        said.unwrap_or("without a message"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_judgement_that_panics_leaves_the_bucket_undetermined_and_says_whose_bug_it_is() {
        let snapshot = BucketSnapshot::unseen(Some("b".into()));
        for judge in [(|_, _| panic!("planted")) as Judge, |snapshot, _| {
            panic!("planted {}", snapshot.object_acls.is_known())
        }] {
            let assessment = assess_with(judge, &snapshot, Timestamp::UNIX_EPOCH);
            assert_eq!((assessment.verdict, assessment.bucket), (Verdict::Undetermined, Some("b".into())));
            let [gap] = &assessment.undetermined[..] else { panic!("one gap") };
            assert!(gap.why.contains("(planted") && gap.why.contains("report it"), "{}", gap.why);
        }
    }
}
