//! What the paths find, sorted into open, latent and undetermined.

use crate::assessment::{Exposure, IneffectiveGrant, Latent, Undetermined, Verdict};
use crate::block::Hold;
use crate::gap::Gap;

/// The findings so far.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) exposures: Vec<Exposure>,
    pub(crate) latent: Vec<Latent>,
    pub(crate) ineffective: Vec<IneffectiveGrant>,
    gaps: Vec<Hanging>,
}

/// What is missing, and what hangs on it.
#[derive(Debug)]
struct Hanging {
    gap: Gap,
    exposures: Vec<Exposure>,
    /// Whether it could let strangers in, and so decides the verdict.
    decides: bool,
}

impl Findings {
    /// Puts a way in where it belongs.
    ///
    /// INVARIANT: it is open only if nothing holds it and nothing might. What is certainly held is latent whatever
    /// else is unknown; what only might be held hangs on every gap that leaves it open.
    pub(crate) fn place(&mut self, exposure: Exposure, holds: Vec<Hold>) {
        let mut held_by: Vec<String> = Vec::new();
        let mut gaps: Vec<Gap> = Vec::new();
        for hold in holds {
            match hold {
                Hold::Shut(word) => held_by.push(word),
                Hold::Maybe(gap) => gaps.push(gap),
            }
        }
        if !held_by.is_empty() {
            held_by.sort_unstable();
            held_by.dedup();
            let latent = Latent { exposure, held_by };
            if !self.latent.contains(&latent) {
                self.latent.push(latent);
            }
        } else if gaps.is_empty() {
            self.exposures.push(exposure);
        } else {
            for gap in gaps {
                let hanging = self.hanging(gap);
                hanging.decides |= exposure.is_to_strangers();
                if !hanging.exposures.contains(&exposure) {
                    hanging.exposures.push(exposure.clone());
                }
            }
        }
    }

    /// Records that something is missing which could let strangers in.
    pub(crate) fn hang(&mut self, gap: Gap) {
        self.hanging(gap).decides = true;
    }

    /// Records that something is missing which concerns named audiences only.
    pub(crate) fn hang_named(&mut self, gap: Gap) {
        self.hanging(gap);
    }

    fn hanging(&mut self, gap: Gap) -> &mut Hanging {
        let index = self.gaps.iter().position(|known| known.gap == gap).unwrap_or_else(|| {
            self.gaps.push(Hanging { gap, exposures: Vec::new(), decides: false });
            self.gaps.len() - 1
        });
        #[expect(clippy::indexing_slicing, reason = "the index was just found or made")]
        &mut self.gaps[index]
    }

    /// Gives the answer: public if strangers get in whatever is unknown, undetermined if something missing could let
    /// them in.
    pub(crate) fn verdict(&self) -> Verdict {
        if self.exposures.iter().any(Exposure::is_to_strangers) {
            Verdict::Public
        } else if self.gaps.iter().any(|hanging| hanging.decides) {
            Verdict::Undetermined
        } else {
            Verdict::NotPublic
        }
    }

    /// Records a grant without effect, once.
    pub(crate) fn ignore(&mut self, grant: IneffectiveGrant) {
        if !self.ineffective.contains(&grant) {
            self.ineffective.push(grant);
        }
    }

    /// Gives what is undetermined.
    pub(crate) fn undetermined(&mut self) -> Vec<Undetermined> {
        std::mem::take(&mut self.gaps)
            .into_iter()
            .map(|hanging| hanging.gap.element(hanging.exposures))
            .collect()
    }
}
