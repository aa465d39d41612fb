//! From what a door lets in to findings.

use bucketwatch_policy::reach::{Audience, Callers, Opening, Undecided, Why};

use super::found::{acl_writes, is_said_by_another};
use super::{Denies, Door, Found, uncovered};
use crate::assessment::{IneffectiveGrant, Path};
use crate::block::{Hold, disabling_acls};
use crate::containment::covers_audience;
use crate::findings::Findings;
use crate::gap::{Datum, Gap};
use crate::proof::{Proven, is_to_strangers};
use crate::world::Asking;

/// Which holds an opening or undecided branch has: by the sources and the audience.
pub(crate) type Holding<'h> = dyn Fn(&[usize], &Audience) -> Vec<Hold> + 'h;

impl Door<'_> {
    /// Judges the door and puts what it finds where it belongs. What `besides` already lets in is left out.
    ///
    /// Where it is not known whether unsigned requests are refused, signed ones are certain and the rest hangs on it.
    pub(crate) fn judge(&self, findings: &mut Findings, holds: &Holding<'_>, besides: &Found) -> Found {
        match self.world.asking() {
            Asking::Known(callers) => self.settle(callers, findings, holds, besides),
            Asking::SignedAtLeast(gap) => {
                let certain = self.settle(Callers::Signed, findings, holds, besides);
                let maybe = |sources: &[usize], audience: &Audience| {
                    let mut all = holds(sources, audience);
                    all.push(Hold::Maybe(gap.clone()));
                    all
                };
                self.settle(Callers::All, findings, &maybe, &certain);
                certain
            }
        }
    }

    fn settle(
        &self,
        callers: Callers,
        findings: &mut Findings,
        holds: &Holding<'_>,
        besides: &Found,
    ) -> Found {
        let found = self.find(callers);
        for opening in found.open.iter().filter(|it| !is_said_by_another(it, &found.open)) {
            let rest = uncovered(opening, &besides.open);
            self.place(self.part(opening, rest, Denies::Count), Denies::Count, holds, Vec::new(), findings);
        }
        for opening in found.lifted.iter().filter(|it| !is_said_by_another(it, &found.lifted)) {
            let rest = uncovered(opening, &besides.open);
            let rest = uncovered(&Opening { actions: rest, ..opening.clone() }, &besides.lifted);
            let part = self.part(opening, rest, Denies::Lifted);
            let why = self.why_lifted(&part, &found.undecided);
            self.place(part, Denies::Lifted, holds, why, findings);
        }
        for branch in &found.undecided {
            if Hold::any_shut(&holds(&branch.sources, &branch.audience)) {
                continue;
            }
            let anyone = matches!(branch.audience, Audience::Anyone { .. });
            if !anyone && self.names_its_audience(&branch.sources) || is_named(&branch.audience) {
                findings.hang_named(gap_of(branch));
            } else {
                findings.hang(gap_of(branch));
            }
        }
        for grant in &found.ineffective {
            self.ignore(grant, callers, findings);
        }
        found
    }

    /// Gives what holds an opening that is there without the Denies only: the Denies, or the doubt about them.
    fn why_lifted(&self, opening: &Opening, undecided: &[Undecided]) -> Vec<Hold> {
        let doubts: Vec<Hold> = undecided
            .iter()
            .filter(|branch| {
                branch.sources == opening.sources && covers_audience(&[&branch.audience], &opening.audience)
            })
            .map(|branch| Hold::Maybe(gap_of(branch)))
            .collect();
        if !doubts.is_empty() {
            return doubts;
        }
        let witnesses: Vec<_> = opening.witnesses.iter().map(|(_, witness)| witness).collect();
        self.refusing(&witnesses).into_iter().map(|pointer| Hold::Shut(format!("deny:{pointer}"))).collect()
    }

    /// Places an opening; what writes ACLs goes its own way, since BucketOwnerEnforced refuses it.
    fn place(
        &self,
        opening: Opening,
        denies: Denies,
        holds: &Holding<'_>,
        more: Vec<Hold>,
        findings: &mut Findings,
    ) {
        let mut held = holds(&opening.sources, &opening.audience);
        held.extend(more);
        let writes = opening.actions.and(acl_writes());
        let disabled = match self.path {
            Path::BucketAcl | Path::ObjectAcl => None,
            _ if writes.is_empty() => None,
            _ => disabling_acls(self.world.snapshot),
        };
        let Some(disabled) = disabled else { return self.put(opening, denies, held, findings) };
        match disabled {
            Hold::Shut(_) => findings.ignore(IneffectiveGrant {
                actions: writes,
                rule: "BucketOwnerEnforced refuses every request that writes an ACL".to_owned(),
                ..self.ineffective(&opening.sources, opening.audience.clone())
            }),
            maybe => {
                let mut held = held.clone();
                held.push(maybe);
                self.put(self.part(&opening, writes, denies), denies, held, findings);
            }
        }
        let rest = opening.actions.minus(writes);
        self.put(self.part(&opening, rest, denies), denies, held, findings);
    }

    fn put(&self, opening: Opening, denies: Denies, holds: Vec<Hold>, findings: &mut Findings) {
        if opening.actions.is_empty() {
            return;
        }
        let (sources, strangers) = (opening.sources.clone(), is_to_strangers(&opening.audience));
        let checked = Proven::check(opening, |witness| self.accepts(witness, &sources, denies));
        if checked.unproven && !Hold::any_shut(&holds) {
            let gap = Gap::new(Datum::Reasoning, "no request could be found that proves it");
            if strangers { findings.hang(gap) } else { findings.hang_named(gap) }
        }
        if let Some(proven) = checked.proven {
            findings.place(self.exposure(proven), holds);
        }
    }
}

/// Tells whether an audience is of those that never make a bucket public, so that a doubt about it decides nothing.
fn is_named(audience: &Audience) -> bool {
    matches!(audience, Audience::Account { .. } | Audience::Organization { .. } | Audience::Service { .. })
}

/// Gives what a branch that could not be decided lacks: of all facts that policies ask for, only a bucket's tags can be
/// read.
fn gap_of(branch: &Undecided) -> Gap {
    let tags = ["bucket tags", "s3:buckettag/", "aws:resourcetag/"];
    let datum = match &branch.why {
        Why::MissingFact(key) if tags.iter().any(|tag| key.to_ascii_lowercase().starts_with(tag)) => {
            Datum::Tags
        }
        _ => Datum::Reasoning,
    };
    Gap::new(datum, branch.why.to_string())
}
