//! What counts as a finding, and the exit code that follows.

use std::fmt;
use std::str::FromStr;

use super::wire::{AssessmentDocument, Coverage, Objects, Verdict};
use crate::exit::Exit;
use crate::state::Summary;

/// The verdicts that make the exit code say so (`--fail-on`). Default: public and undetermined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailOn {
    /// Whether a public bucket gives [`Exit::Findings`].
    pub public: bool,
    /// Whether an undetermined bucket gives [`Exit::Undetermined`].
    pub undetermined: bool,
}

impl Default for FailOn {
    fn default() -> Self {
        Self { public: true, undetermined: true }
    }
}

/// A word of `--fail-on` that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is none of `public`, `undetermined`, `none`")]
pub struct UnknownThreshold(String);

impl FromStr for FailOn {
    type Err = UnknownThreshold;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut fail_on = Self { public: false, undetermined: false };
        for word in text.split(',').map(str::trim) {
            match word {
                "public" => fail_on.public = true,
                "undetermined" => fail_on.undetermined = true,
                "none" => {}
                _ => return Err(UnknownThreshold(word.to_owned())),
            }
        }
        Ok(fail_on)
    }
}

impl fmt::Display for FailOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.public, self.undetermined) {
            (true, true) => "public,undetermined",
            (true, false) => "public",
            (false, true) => "undetermined",
            (false, false) => "none",
        })
    }
}

/// Counts what a command reported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Buckets, of whatever verdict.
    pub buckets: u64,
    /// Public buckets, accepted ones included.
    pub public: u64,
    /// Public buckets of which every public exposure is accepted.
    pub accepted: u64,
    /// Those of them of which something else could not be decided: that is accepted of nobody.
    pub accepted_in_doubt: u64,
    /// Undetermined buckets.
    pub undetermined: u64,
    /// Buckets whose object ACLs could matter and were not read.
    pub objects_unchecked: u64,
    /// Inputs that could not be judged.
    pub errors: u64,
    /// Whether something was not looked at: a scan that was cut short.
    pub partial: bool,
}

impl Tally {
    /// Counts `assessment`.
    pub fn add(&mut self, assessment: &AssessmentDocument) {
        self.buckets += 1;
        self.objects_unchecked += u64::from(assessment.objects == Objects::Unchecked);
        match assessment.verdict {
            Verdict::Public => {
                self.public += 1;
                let accepted = assessment.public_exposures().all(|exposure| exposure.accepted_by.is_some());
                let accepted = accepted && assessment.public_exposures().next().is_some();
                self.accepted += u64::from(accepted);
                self.accepted_in_doubt += u64::from(accepted && !assessment.undetermined.is_empty());
            }
            Verdict::Undetermined => self.undetermined += 1,
            Verdict::NotPublic => {}
        }
    }

    /// Gives the buckets that are not public.
    pub fn not_public(&self) -> u64 {
        self.buckets - self.public - self.undetermined
    }

    /// Gives the exit code. An input that cannot be judged is a failure, except beside findings; a partial scan
    /// without findings is undetermined whatever `fail_on` says.
    pub fn exit(&self, fail_on: FailOn) -> Exit {
        let findings = fail_on.public && self.public > self.accepted;
        let in_doubt = self.undetermined + self.accepted_in_doubt;
        let undetermined = fail_on.undetermined && in_doubt > 0 || self.partial;
        match (findings, self.errors > 0, undetermined) {
            (true, _, _) => Exit::Findings,
            (false, true, _) => Exit::Failed,
            (false, false, true) => Exit::Undetermined,
            (false, false, false) => Exit::Clean,
        }
    }

    /// Gives the coverage that documents carry, with what the calls cost.
    pub fn coverage(&self, calls: u64, retries: u64) -> Coverage {
        Coverage {
            buckets: self.buckets,
            undetermined: self.undetermined,
            objects_unchecked: self.objects_unchecked,
            calls,
            retries,
            complete: !self.partial,
        }
    }
}

impl From<Summary> for Tally {
    fn from(summary: Summary) -> Self {
        Self {
            buckets: summary.buckets(),
            public: summary.public,
            undetermined: summary.undetermined,
            objects_unchecked: summary.objects_unchecked,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn findings_beat_failures_beat_unknowns() {
        let tally = |public, errors, undetermined, partial| Tally {
            buckets: 9,
            public,
            errors,
            undetermined,
            partial,
            ..Tally::default()
        };
        let all = FailOn::default();
        for (name, tally, fail_on, exit) in [
            ("nothing", tally(0, 0, 0, false), "public,undetermined", Exit::Clean),
            ("public", tally(1, 0, 0, false), "public,undetermined", Exit::Findings),
            ("public beside a bad file", tally(1, 1, 1, true), "public,undetermined", Exit::Findings),
            ("a bad file", tally(0, 1, 1, false), "public,undetermined", Exit::Failed),
            ("undetermined", tally(0, 0, 1, false), "public,undetermined", Exit::Undetermined),
            ("narrowed to public", tally(0, 0, 1, false), "public", Exit::Clean),
            ("narrowed to undetermined", tally(1, 0, 1, false), "undetermined", Exit::Undetermined),
            ("narrowed to nothing", tally(1, 0, 1, false), "none", Exit::Clean),
            ("a bad file cannot be narrowed away", tally(0, 1, 0, false), "none", Exit::Failed),
            ("a partial scan cannot be narrowed away", tally(0, 0, 0, true), "none", Exit::Undetermined),
        ] {
            assert_eq!(tally.exit(fail_on.parse().unwrap()), exit, "{name}");
        }
        assert_eq!("public,undetermined".parse(), Ok(all));
        assert!("publik".parse::<FailOn>().is_err());
    }

    #[test]
    fn an_accepted_bucket_does_not_count() {
        let mut accepted = sample::public();
        accepted.exposures.iter_mut().for_each(|exposure| exposure.accepted_by = Some("x".into()));
        let mut tally = Tally::default();
        tally.add(&accepted);
        assert_eq!(tally.exit(FailOn::default()), Exit::Clean);
        let mut in_doubt = Tally::default();
        in_doubt.add(&AssessmentDocument { undetermined: sample::undetermined().undetermined, ..accepted });
        assert_eq!(in_doubt.exit(FailOn::default()), Exit::Undetermined, "the unknown is accepted of nobody");
        tally.add(&sample::public());
        assert_eq!(tally.exit(FailOn::default()), Exit::Findings);
    }
}
