//! One way to knock: an endpoint, what must let the request in there, and what may refuse it.

mod exposure;
mod found;
mod judge;
mod named;

use bucketwatch_policy::evaluate::{Decision, evaluate};
use bucketwatch_policy::reach::{
    AttachedTo, Budget, Callers, Document, Endpoint, GranteeClass, Layer, PseudoAllow, Question, Reach, reach,
};
use bucketwatch_policy::request::{Caller, Request};
use bucketwatch_policy::untrusted::Untrusted;
use bucketwatch_policy::witness::Witness;

use crate::assessment::Path;
use crate::attached::Attached;
use crate::world::World;

pub(crate) use found::{Found, uncovered};

/// A way to knock, and what stands behind it.
#[derive(Debug)]
pub(crate) struct Door<'w> {
    pub(crate) world: &'w World<'w>,
    pub(crate) path: Path,
    /// The access point or object that findings name.
    pub(crate) via: Option<Untrusted>,
    pub(crate) endpoint: Endpoint<'w>,
    /// All of these must let the request in.
    pub(crate) locks: Vec<Lock<'w>>,
    /// Of these only the Denies count. The resource control policies are added to them.
    pub(crate) denies: Vec<&'w Attached>,
}

/// One thing that must let a request in.
#[derive(Clone, Debug)]
pub(crate) enum Lock<'w> {
    /// A policy.
    Policy(&'w Attached, AttachedTo),
    /// Grants of an ACL.
    Grants(Vec<Granted>),
}

/// An ACL grant in the language of policies.
#[derive(Clone, Debug)]
pub(crate) struct Granted {
    pub(crate) allow: PseudoAllow,
    pub(crate) pointer: String,
}

/// Whether the Denies count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denies {
    /// They do.
    Count,
    /// They are lifted, to see what they hold.
    Lifted,
}

impl<'w> Door<'w> {
    /// Gives who gets in.
    fn ask(&self, callers: Callers, denies: Denies) -> Reach {
        let layers = self.locks.iter().map(|lock| lock.layer(denies)).collect();
        let denying: Vec<Document<'_>> = match denies {
            Denies::Lifted => Vec::new(),
            Denies::Count => {
                self.denying().map(|attached| document(&attached.policy, AttachedTo::Bucket)).collect()
            }
        };
        let question = Question {
            setting: &self.world.setting,
            endpoint: self.endpoint,
            layers,
            denies: denying,
            callers,
        };
        reach(&question, Budget::default())
    }

    fn denying(&self) -> impl Iterator<Item = &'w Attached> {
        let control_policies = &self.world.control_policies;
        self.denies.iter().copied().chain(control_policies.iter()).filter(|attached| attached.has_denies())
    }

    fn policies(&self) -> impl Iterator<Item = (&'w Attached, AttachedTo)> {
        self.locks.iter().filter_map(|lock| match lock {
            Lock::Policy(attached, to) => Some((*attached, *to)),
            Lock::Grants(_) => None,
        })
    }

    /// Tells whether any Deny could hold something here.
    fn has_denies(&self) -> bool {
        self.denying().next().is_some() || self.policies().any(|(attached, _)| attached.has_denies())
    }

    /// Gives the pointers of the Denies that refuse `witness`; of all of them where no single one can be told.
    fn refusing(&self, witnesses: &[&Witness]) -> Vec<String> {
        let all = || self.denying().map(|attached| (attached, AttachedTo::Bucket)).chain(self.policies());
        let mut pointers: Vec<String> = Vec::new();
        for witness in witnesses {
            for (attached, to) in all() {
                let Some(request) = self.request(witness, to) else { continue };
                if let Decision::Denied { by } = evaluate(&attached.policy, &request) {
                    pointers.extend(by.into_iter().map(|index| attached.statement_pointer(index)));
                }
            }
        }
        if pointers.is_empty() {
            pointers.extend(all().flat_map(|(attached, _)| attached.denies().collect::<Vec<_>>()));
        }
        pointers.sort_unstable();
        pointers.dedup();
        pointers
    }

    /// Tells whether the plain evaluator lets `witness` in by the locks that `sources` name.
    fn accepts(&self, witness: &Witness, sources: &[usize], denies: Denies) -> bool {
        let unlocked = self.locks.iter().zip(sources).all(|(lock, source)| match lock {
            Lock::Policy(attached, to) => self.request(witness, *to).is_some_and(|request| {
                let policy =
                    if denies == Denies::Lifted { attached.without_denies() } else { &attached.policy };
                evaluate(policy, &request).is_allowed()
            }),
            Lock::Grants(grants) => {
                grants.get(*source).is_some_and(|granted| admits(&granted.allow, witness))
            }
        });
        let refused = || {
            denies == Denies::Count
                && self.denying().any(|attached| {
                    let decision = self
                        .request(witness, AttachedTo::Bucket)
                        .map(|request| evaluate(&attached.policy, &request));
                    !matches!(decision, Some(Decision::Allowed { .. } | Decision::NotAllowed))
                })
        };
        unlocked && !refused()
    }

    fn request(&self, witness: &Witness, to: AttachedTo) -> Option<Request> {
        match to {
            AttachedTo::Bucket => Some(witness.request(&self.world.setting)),
            AttachedTo::AccessPoint => witness.request_at_endpoint(&self.world.setting),
        }
    }

    /// Gives the pointers of the statements or grants that `sources` name, one for each lock.
    fn pointers(&self, sources: &[usize]) -> Vec<String> {
        let pointer = |(lock, source): (&Lock<'_>, &usize)| match lock {
            Lock::Policy(attached, _) => Some(attached.statement_pointer(*source)),
            Lock::Grants(grants) => grants.get(*source).map(|granted| granted.pointer.clone()),
        };
        self.locks.iter().zip(sources).filter_map(pointer).collect()
    }

    /// Gives the Sid of the first lock's statement.
    fn sid(&self, sources: &[usize]) -> Option<Untrusted> {
        match (self.locks.first()?, sources.first()?) {
            (Lock::Policy(attached, _), source) => attached.policy.statements.get(*source)?.sid.clone(),
            (Lock::Grants(_), _) => None,
        }
    }
}

impl<'w> Lock<'w> {
    fn layer(&self, denies: Denies) -> Layer<'_> {
        match self {
            Self::Policy(attached, to) => {
                let policy =
                    if denies == Denies::Lifted { attached.without_denies() } else { &attached.policy };
                Layer::Policy(document(policy, *to))
            }
            Self::Grants(grants) => {
                Layer::Grants(grants.iter().map(|granted| granted.allow.clone()).collect())
            }
        }
    }
}

fn document(policy: &bucketwatch_policy::document::Policy, attached_to: AttachedTo) -> Document<'_> {
    Document { policy, attached_to, restricted: false }
}

/// Tells whether a grant lets a witness in, by the letter of the ACL.
fn admits(allow: &PseudoAllow, witness: &Witness) -> bool {
    let names = match (&allow.grantee, &witness.caller) {
        (GranteeClass::Anyone, _) | (GranteeClass::AnyAwsAccount, Caller::Signed(_)) => true,
        (GranteeClass::CanonicalUser(id), Caller::Signed(signed)) => signed.canonical_id.as_ref() == Some(id),
        (GranteeClass::LogDelivery, Caller::Service { .. }) => true,
        _ => false,
    };
    let key = witness.resource.as_raw().split_once(":::").and_then(|(_, rest)| rest.split_once('/'));
    let speaks_of = match (&allow.keys, key) {
        (None, _) => true,
        (Some(keys), Some((_, key))) => keys.iter().any(|pattern| pattern.text.as_raw() == key),
        (Some(_), None) => false,
    };
    names && speaks_of && allow.actions.contains(witness.action)
}
