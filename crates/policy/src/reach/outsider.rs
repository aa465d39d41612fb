//! Callers from outside: one concrete stand-in for each kind that a policy can tell apart.

use crate::name::{AccountId, Partition};
use crate::reach::organization::Membership;
use crate::reach::{Audience, Note};
use crate::request::{Caller, Signed};
use crate::untrusted::Untrusted;

/// A caller from outside with what AWS says of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Outsider {
    /// The caller.
    pub(super) caller: Caller,
    /// What kind of principal it is.
    pub(super) kind: Kind,
    /// Whether its ARN is given and not one of many that its account can have.
    pub(super) named: bool,
    /// Its `aws:userid`, where a policy names it.
    pub(super) user_id: Option<String>,
    /// Whether whoever may assume the role chooses the name of the session.
    pub(super) any_session: bool,
    /// The organization that it belongs to.
    pub(super) organization: Option<Membership>,
    /// For a service: whose resource it acts for.
    pub(super) source: Option<Source>,
    /// Whether the canonical id of anonymous uploads is taken to name it.
    pub(super) owns_uploads: bool,
    /// Whether it is a signed principal of an account nobody named, whose account and organization ids are luck.
    pub(super) stranger: bool,
}

/// What kind of principal a caller is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nobody signed.
    Anonymous,
    /// An IAM user.
    User,
    /// A session of a role.
    Role,
    /// A session that GetFederationToken gave out.
    Federated,
    /// An account's root user.
    Root,
    /// An AWS service.
    Service,
    /// CloudFront's origin access identity.
    Identity,
}

/// The resource that a service acts for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Source {
    /// Its ARN; `None` = any ARN of the account.
    pub(super) arn: Option<String>,
    /// Its account.
    pub(super) account: String,
    /// The account's organization.
    pub(super) organization: Option<Membership>,
}

/// Several callers of whom a report says the same.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Company {
    /// What a report calls them.
    pub(super) audience: Audience,
    /// The callers.
    pub(super) members: Vec<Outsider>,
    /// What a reader must know of them.
    pub(super) note: Option<Note>,
}

impl Outsider {
    /// Gives the caller who signs nothing.
    pub(super) fn anonymous() -> Self {
        Self::new(Caller::Anonymous, Kind::Anonymous)
    }

    fn new(caller: Caller, kind: Kind) -> Self {
        Self {
            caller,
            kind,
            named: false,
            any_session: false,
            user_id: None,
            organization: None,
            source: None,
            owns_uploads: false,
            stranger: false,
        }
    }

    /// Gives a principal of `account`.
    pub(super) fn of_account(account: &AccountId, kind: Kind, partition: Partition) -> Self {
        let of = |service: &str, resource: &str| {
            ["arn:", partition.as_str(), ":", service, "::", account.as_str(), ":", resource].concat()
        };
        let (arn, session) = match kind {
            Kind::Root => (of("iam", "root"), None),
            Kind::Role => {
                let session = of("sts", "assumed-role/stranger/session");
                (of("iam", "role/stranger"), Some(session.into()))
            }
            Kind::Federated => (of("sts", "federated-user/stranger"), None),
            _ => (of("iam", "user/stranger"), None),
        };
        Self::new(signed(account, &arn, session), kind)
    }

    /// Gives the principal with `arn`: a user, a role (by a session of it), a session or a root user.
    pub(super) fn by_arn(account: &AccountId, arn: &str) -> Self {
        let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
        let partition = arn.split(':').nth(1).unwrap_or("aws");
        let (caller, kind) = if let Some(role) = resource.strip_prefix("role/") {
            let name = role.rsplit('/').next().unwrap_or_default();
            let session =
                ["arn:", partition, ":sts::", account.as_str(), ":assumed-role/", name, "/session"].concat();
            (signed(account, arn, Some(session.into())), Kind::Role)
        } else if let Some((role, _)) =
            resource.strip_prefix("assumed-role/").and_then(|session| session.split_once('/'))
        {
            let role = format!("arn:{partition}:iam::{account}:role/{role}");
            (signed(account, &role, Some(arn.into())), Kind::Role)
        } else if resource.starts_with("federated-user/") {
            (signed(account, arn, None), Kind::Federated)
        } else if resource == "root" {
            (signed(account, arn, None), Kind::Root)
        } else {
            (signed(account, arn, None), Kind::User)
        };
        Self { named: true, any_session: resource.starts_with("role/"), ..Self::new(caller, kind) }
    }

    /// Gives an AWS service that acts for `source`.
    pub(super) fn service(name: &str, source: Option<Source>) -> Self {
        Self { source, named: true, ..Self::new(Caller::Service { name: name.into() }, Kind::Service) }
    }

    /// Gives an origin access identity of CloudFront.
    pub(super) fn identity(name: &Untrusted) -> Self {
        Self { named: true, ..Self::new(Caller::Service { name: name.clone() }, Kind::Identity) }
    }

    /// Gives the signature of the caller.
    pub(super) fn signed(&self) -> Option<&Signed> {
        if let Caller::Signed(signed) = &self.caller { Some(signed) } else { None }
    }

    /// Gives the same principal with another ARN of its account.
    pub(super) fn renamed(&self, arn: &str) -> Self {
        let Some(old) = self.signed() else { return self.clone() };
        let mut renamed = Self::by_arn(&old.account, arn);
        if let (Caller::Signed(signed), Some(session)) = (&mut renamed.caller, &old.session_arn) {
            signed.canonical_id.clone_from(&old.canonical_id);
            signed.provider.clone_from(&old.provider);
            let name = session.as_raw().rsplit('/').next().unwrap_or("session");
            if let Some(renamed) = &mut signed.session_arn {
                let stem = renamed.as_raw().rsplit_once('/').map_or("", |(stem, _)| stem);
                *renamed = format!("{stem}/{name}").into();
            }
        }
        Self { caller: renamed.caller, kind: renamed.kind, ..self.clone() }
    }
}

/// Whom S3 gives as the owner of what unsigned requests put.
///
/// *Source*: docs/semantics.md C7.
pub(super) const ANONYMOUS_OWNER: &str = "65a011a29cdf8ec533ec3d1ccaae921c";

fn signed(account: &AccountId, arn: &str, session_arn: Option<Untrusted>) -> Caller {
    Caller::Signed(Signed {
        account: account.clone(),
        arn: arn.into(),
        session_arn,
        canonical_id: None,
        provider: None,
    })
}

/// Tells whether `key` differs between the principals of one account.
pub(super) fn tells_principals_apart(key: &str) -> bool {
    matches!(
        key,
        "aws:principalarn"
            | "aws:principaltype"
            | "aws:userid"
            | "aws:username"
            | "aws:tokenissuetime"
            | "aws:multifactorauthpresent"
            | "aws:multifactorauthage"
            | "aws:sourceidentity"
            | "aws:federatedprovider"
    ) || key.starts_with("aws:principaltag/")
        || key.starts_with("saml:")
}

/// Tells whether `key` tells requests that a service makes for its caller from direct ones.
///
/// *Source*: IAM user guide, "Forward access sessions".
pub(super) fn tells_services_apart(key: &str) -> bool {
    key == "aws:viaawsservice" || key.starts_with("aws:calledvia")
}
