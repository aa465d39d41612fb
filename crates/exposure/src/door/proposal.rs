//! From what a door lets in to findings.

use bucketwatch_policy::document::{Principal, Principals};
use bucketwatch_policy::reach::{
    Audience, Callers, GranteeClass, Ineffective, Note, Opening, Undecided, Why,
};

use super::found::acl_writes;
use super::{Denies, Door, Found, Lock, uncovered};
use crate::assessment::{Exposure, ExposureNote, IneffectiveGrant, Path, Severity};
use crate::block::{Hold, disabling_acls};
use crate::findings::Findings;
use crate::fingerprint;
use crate::gap::{Datum, Gap};
use crate::proof::{Proven, accesses, is_to_strangers};
use crate::world::Asking;

use bucketwatch_policy::action::{Access, Action, ResourceKind};

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
        for opening in &found.open {
            let rest = uncovered(opening, &besides.open);
            self.place(self.part(opening, rest, Denies::Count), Denies::Count, holds, Vec::new(), findings);
        }
        for opening in &found.lifted {
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
            if self.names_its_audience(&branch.sources) {
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

    /// Tells whether a statement or grant among `sources` speaks of named accounts and services alone.
    fn names_its_audience(&self, sources: &[usize]) -> bool {
        let named = |(lock, source): (&Lock<'_>, &usize)| {
            match lock {
            Lock::Grants(grants) => grants.get(*source).is_some_and(|granted| {
                matches!(granted.allow.grantee, GranteeClass::CanonicalUser(_) | GranteeClass::LogDelivery)
            }),
            Lock::Policy(attached, _) => attached.policy.statements.get(*source).is_some_and(|statement| {
                matches!(&statement.principals, Principals::Only(principals) if principals.iter().all(|principal| {
                    !matches!(principal, Principal::Anyone | Principal::Federated(_))
                }))
            }),
        }
        };
        self.locks.iter().zip(sources).any(named)
    }

    /// Gives what holds an opening that is there without the Denies only: the Denies, or the doubt about them.
    fn why_lifted(&self, opening: &Opening, undecided: &[Undecided]) -> Vec<Hold> {
        let doubts: Vec<Hold> = undecided
            .iter()
            .filter(|branch| branch.sources == opening.sources)
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
        let sources = opening.sources.clone();
        let checked = Proven::check(opening, |witness| self.accepts(witness, &sources, denies));
        if checked.unproven && !Hold::any_shut(&holds) {
            findings.hang(Gap::new(Datum::Reasoning, "no request could be found that proves it"));
        }
        if let Some(proven) = checked.proven {
            findings.place(self.exposure(proven), holds);
        }
    }

    fn exposure(&self, proven: Proven) -> Exposure {
        let opening = proven.into_opening();
        let access = accesses(opening.actions);
        let severity = access.iter().map(|class| Severity::of(&opening.audience, *class)).max();
        let mut exposure = Exposure {
            fingerprint: String::new(),
            notes: self.notes(&opening, &access),
            pointers: self.pointers(&opening.sources),
            statement: self.sid(&opening.sources),
            audience: opening.audience,
            path: self.path,
            via: self.via.clone(),
            access,
            actions: opening.actions,
            resources: opening.resources,
            resources_except: opening.resources_except,
            severity: severity.unwrap_or(Severity::Informational),
            validity: opening.validity,
            witnesses: opening.witnesses,
        };
        exposure.fingerprint = fingerprint::of(self.world.subject(), &exposure);
        exposure
    }

    fn notes(&self, opening: &Opening, access: &[Access]) -> Vec<ExposureNote> {
        let (snapshot, strangers) = (self.world.snapshot, is_to_strangers(&opening.audience));
        let any = |test: &dyn Fn(Action) -> bool| opening.actions.iter().any(test);
        let by_policy = !matches!(self.path, Path::BucketAcl | Path::ObjectAcl);
        let existing = |action: Action| {
            action.kind() == ResourceKind::Object && !matches!(action.access(), Access::Write | Access::List)
        };
        let encrypted =
            |action: Action| matches!(action.name(), "s3:GetObject" | "s3:GetObjectVersion" | "s3:PutObject");
        let mut notes: Vec<ExposureNote> = opening.notes.iter().cloned().map(ExposureNote::Policy).collect();
        let mut note = |applies: bool, what: ExposureNote| {
            if applies && !notes.contains(&what) {
                notes.push(what);
            }
        };
        note(
            by_policy && !self.world.owner_enforced() && any(&existing),
            ExposureNote::Policy(Note::OnlyOwnedObjects),
        );
        note(
            snapshot.website.present().is_some()
                && matches!(self.path, Path::BucketPolicy | Path::ObjectAcl)
                && matches!(opening.audience, Audience::Anyone { .. })
                && any(&|action| action.name() == "s3:GetObject"),
            ExposureNote::WebsiteEndpoint,
        );
        note(self.world.encrypts_with_kms() && any(&encrypted), ExposureNote::KmsDefaultEncryption);
        note(
            strangers && !snapshot.resource_control_policies.is_known(),
            ExposureNote::ResourceControlPoliciesUnread,
        );
        note(strangers && access.contains(&Access::WriteAcl), ExposureNote::TakeOver);
        notes.sort();
        notes
    }

    fn ignore(&self, grant: &Ineffective, callers: Callers, findings: &mut Findings) {
        let audience = match (self.locks.first(), grant.sources.first()) {
            (Some(lock), Some(source)) => named_by(lock, *source, callers),
            _ => None,
        };
        let Some(audience) = audience else { return };
        findings.ignore(IneffectiveGrant {
            actions: grant.actions,
            rule: grant.rule.to_owned(),
            ..self.ineffective(&grant.sources, audience)
        });
    }

    fn ineffective(&self, sources: &[usize], audience: Audience) -> IneffectiveGrant {
        IneffectiveGrant {
            pointer: self.pointers(sources).into_iter().next().unwrap_or_default(),
            audience,
            path: self.path,
            statement: self.sid(sources),
            actions: bucketwatch_policy::action::ActionSet::EMPTY,
            rule: String::new(),
        }
    }
}

/// Gives what a branch that could not be decided lacks.
fn gap_of(branch: &Undecided) -> Gap {
    let datum = match &branch.why {
        Why::MissingFact(_) => Datum::Tags,
        _ => Datum::Reasoning,
    };
    Gap::new(datum, branch.why.to_string())
}

/// Gives whom a statement or grant names, as widely as it does.
fn named_by(lock: &Lock<'_>, source: usize, callers: Callers) -> Option<Audience> {
    let anyone = match callers {
        Callers::All => Audience::Anyone { ranges: Vec::new() },
        Callers::Signed => Audience::AnyAwsAccount { ranges: Vec::new() },
    };
    match lock {
        Lock::Grants(grants) => Some(match &grants.get(source)?.allow.grantee {
            GranteeClass::Anyone => anyone,
            GranteeClass::AnyAwsAccount => Audience::AnyAwsAccount { ranges: Vec::new() },
            GranteeClass::LogDelivery => Audience::Service { names: Vec::new(), unscoped: false },
            GranteeClass::CanonicalUser(id) => {
                Audience::Account { ids: Vec::new(), principals: vec![id.clone()] }
            }
        }),
        Lock::Policy(attached, _) => {
            let principals = match &attached.policy.statements.get(source)?.principals {
                Principals::Except(_) => return Some(anyone),
                Principals::Only(principals) => principals,
            };
            Some(principals.first().map_or(anyone.clone(), |first| named(first, anyone)))
        }
    }
}

fn named(principal: &Principal, anyone: Audience) -> Audience {
    match principal {
        Principal::Anyone => anyone,
        Principal::Account { account, .. } => {
            Audience::Account { ids: vec![account.clone()], principals: Vec::new() }
        }
        Principal::Federated(_) => Audience::AnyAwsAccount { ranges: Vec::new() },
        Principal::Service(name) | Principal::OriginAccessIdentity(name) => {
            Audience::Service { names: vec![name.clone()], unscoped: false }
        }
        Principal::Arn { arn: text, .. }
        | Principal::UniqueId(text)
        | Principal::CanonicalUser(text)
        | Principal::Malformed(text) => Audience::Account { ids: Vec::new(), principals: vec![text.clone()] },
    }
}
