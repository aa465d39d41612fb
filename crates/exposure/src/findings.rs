//! What the paths find, sorted into open, latent and undetermined.

use crate::assessment::{Exposure, IneffectiveGrant, Latent, Undetermined};
use crate::block::Hold;
use crate::gap::Gap;

/// The findings so far.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) exposures: Vec<Exposure>,
    pub(crate) latent: Vec<Latent>,
    pub(crate) ineffective: Vec<IneffectiveGrant>,
    gaps: Vec<(Gap, Vec<Exposure>)>,
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
                self.hang(gap, Some(exposure.clone()));
            }
        }
    }

    /// Records that something is missing, and the way in that hangs on it.
    pub(crate) fn hang(&mut self, gap: Gap, exposure: Option<Exposure>) {
        let known = self.gaps.iter_mut().find(|(known, _)| *known == gap);
        let exposures = match known {
            Some((_, exposures)) => exposures,
            None => {
                self.gaps.push((gap, Vec::new()));
                match self.gaps.last_mut() {
                    Some((_, exposures)) => exposures,
                    None => return,
                }
            }
        };
        if let Some(exposure) = exposure
            && !exposures.contains(&exposure)
        {
            exposures.push(exposure);
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
        std::mem::take(&mut self.gaps).into_iter().map(|(gap, exposures)| gap.element(exposures)).collect()
    }
}
