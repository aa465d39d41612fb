//! Whom a statement or grant names, whatever becomes of it.

use bucketwatch_policy::action::ActionSet;
use bucketwatch_policy::document::{Principal, Principals};
use bucketwatch_policy::reach::{Audience, Callers, GranteeClass, Ineffective};

use super::{Door, Lock};
use crate::assessment::IneffectiveGrant;
use crate::findings::Findings;

impl Door<'_> {
    /// Tells whether a statement or grant among `sources` speaks of named accounts and services alone.
    pub(super) fn names_its_audience(&self, sources: &[usize]) -> bool {
        self.locks.iter().zip(sources).any(|(lock, source)| lock.names_its_audience(*source))
    }

    /// Records a grant that S3 refuses to outsiders.
    pub(super) fn ignore(&self, grant: &Ineffective, callers: Callers, findings: &mut Findings) {
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

    /// Gives the record of a grant without effect, as far as its source tells.
    pub(super) fn ineffective(&self, sources: &[usize], audience: Audience) -> IneffectiveGrant {
        IneffectiveGrant {
            pointer: self.pointers(sources).into_iter().next().unwrap_or_default(),
            audience,
            path: self.path,
            statement: self.sid(sources),
            actions: ActionSet::EMPTY,
            rule: String::new(),
        }
    }
}

impl Lock<'_> {
    fn names_its_audience(&self, source: usize) -> bool {
        match self {
            Self::Grants(grants) => grants.get(source).is_some_and(|granted| {
                matches!(granted.allow.grantee, GranteeClass::CanonicalUser(_) | GranteeClass::LogDelivery)
            }),
            Self::Policy(attached, _) => {
                match attached.policy.statements.get(source).map(|it| &it.principals) {
                    Some(Principals::Only(principals)) => {
                        let open = |it: &Principal| matches!(it, Principal::Anyone | Principal::Federated(_));
                        !principals.iter().any(open)
                    }
                    Some(Principals::Except(_)) | None => false,
                }
            }
        }
    }
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
