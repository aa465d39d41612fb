//! The JSON pointers of an assessment, which say where in the input something stands.

use crate::assessment::{Assessment, Exposure};

impl Assessment {
    /// Gives the assessment with every pointer replaced by what `relocate` makes of it.
    ///
    /// Pointers are relative to the snapshot document; a judgement of another document has to say them in its terms.
    #[must_use]
    pub fn relocated(mut self, relocate: impl Fn(&str) -> String) -> Self {
        let exposure = |exposure: &mut Exposure| {
            for pointer in &mut exposure.pointers {
                *pointer = relocate(pointer);
            }
        };
        let held_by = |words: &mut Vec<String>| {
            for word in words {
                if let Some(pointer) = word.strip_prefix("deny:") {
                    *word = format!("deny:{}", relocate(pointer));
                }
            }
        };
        self.exposures.iter_mut().for_each(exposure);
        self.undetermined.iter_mut().flat_map(|element| &mut element.exposures).for_each(exposure);
        for latent in &mut self.latent {
            exposure(&mut latent.exposure);
            held_by(&mut latent.held_by);
        }
        for unknown in &mut self.latent_unknown {
            held_by(&mut unknown.held_by);
        }
        for grant in &mut self.ineffective {
            grant.pointer = relocate(&grant.pointer);
        }
        for diagnosis in &mut self.diagnostics {
            diagnosis.pointer = relocate(&diagnosis.pointer);
        }
        self
    }
}
