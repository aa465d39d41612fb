//! Who made a request.

use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;

use super::request::Request;

/// Who made a request, as CloudTrail's `userIdentity` tells.
///
/// *Source*: CloudTrail user guide, "CloudTrail userIdentity element" (read 2026-11-22).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// An IAM user.
    User {
        /// The user's name.
        name: Untrusted,
        /// The user's account.
        account: Option<AccountId>,
    },
    /// A role, and who took it.
    Role {
        /// The role's name.
        role: Untrusted,
        /// The session's name, which whoever took the role chose.
        session: Option<Untrusted>,
        /// The role's account.
        account: Option<AccountId>,
    },
    /// A person who came in by IAM Identity Center.
    SsoUser {
        /// The person: the session's name is the user name.
        person: Untrusted,
        /// The permission set.
        permission_set: Untrusted,
        /// The account.
        account: Option<AccountId>,
    },
    /// An account's root user.
    Root {
        /// The account.
        account: Option<AccountId>,
    },
    /// Somebody whom another provider signed in.
    Federated {
        /// The name.
        name: Untrusted,
        /// Who issued the credentials, or the provider.
        issuer: Option<Untrusted>,
        /// The account.
        account: Option<AccountId>,
    },
    /// An AWS service.
    Service(Untrusted),
    /// Somebody of another account, of whom nothing else is told.
    Account {
        /// The account.
        account: Untrusted,
        /// The principal's unique id, where it is told.
        principal: Option<Untrusted>,
    },
    /// Nobody signed the request.
    Anonymous,
    /// The record does not say.
    Unknown,
}

impl Actor {
    /// Reads a `userIdentity`.
    pub(super) fn read(identity: Request<'_>) -> Self {
        let account = identity.text("accountId").and_then(AccountId::parse);
        let named = match identity.text("type").unwrap_or_default() {
            "IAMUser" => identity
                .untrusted("userName")
                .or_else(|| last_part(identity.text("arn")?))
                .map(|name| Self::User { name, account: account.clone() }),
            "AssumedRole" | "Role" => role(identity, account.clone()),
            "Root" => Some(Self::Root { account: account.clone() }),
            "FederatedUser" | "SAMLUser" | "WebIdentityUser" | "IdentityCenterUser" => {
                federated(identity, account.clone())
            }
            "AWSAccount" if identity.text("accountId") == Some("ANONYMOUS_PRINCIPAL") => {
                Some(Self::Anonymous)
            }
            _ => None,
        };
        named.unwrap_or_else(|| Self::read_loosely(identity))
    }

    /// Gives as much as a record tells that names no type that is known.
    fn read_loosely(identity: Request<'_>) -> Self {
        if let Some(service) = identity.untrusted("invokedBy") {
            return Self::Service(service);
        }
        match identity.untrusted("accountId") {
            Some(account) => Self::Account { account, principal: identity.untrusted("principalId") },
            None => Self::Unknown,
        }
    }

    /// Gives the actor's account, where it is told.
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::User { account, .. }
            | Self::Role { account, .. }
            | Self::SsoUser { account, .. }
            | Self::Root { account }
            | Self::Federated { account, .. } => account.as_ref().map(AccountId::as_str),
            Self::Account { account, .. } => Some(account.as_raw()),
            Self::Service(_) | Self::Anonymous | Self::Unknown => None,
        }
    }

    /// Gives the actor for a person who looks after `owner`: an account is named where it is another one.
    pub fn describe(&self, owner: Option<&AccountId>) -> Untrusted {
        let mut words = match self {
            Self::User { name, .. } => format!("IAM user {}", name.as_raw()),
            Self::Role { role, session: Some(session), .. } => {
                format!("role {} (session {})", role.as_raw(), session.as_raw())
            }
            Self::Role { role, session: None, .. } => format!("role {}", role.as_raw()),
            Self::SsoUser { person, permission_set, .. } => {
                format!("{} (single sign-on, {})", person.as_raw(), permission_set.as_raw())
            }
            Self::Root { .. } => "the root user".to_owned(),
            Self::Federated { name, issuer: Some(issuer), .. } => {
                format!("federated user {} (by {})", name.as_raw(), issuer.as_raw())
            }
            Self::Federated { name, issuer: None, .. } => format!("federated user {}", name.as_raw()),
            Self::Service(name) => format!("AWS service {}", name.as_raw()),
            Self::Account { principal: Some(principal), .. } => format!("principal {}", principal.as_raw()),
            Self::Account { principal: None, .. } => "somebody".to_owned(),
            Self::Anonymous => "an anonymous caller".to_owned(),
            Self::Unknown => return Untrusted::default(),
        };
        match (self.account(), owner) {
            (Some(account), Some(owner)) if account == owner.as_str() => {}
            (Some(account), _) => words = format!("{words} of account {account}"),
            (None, _) => {}
        }
        Untrusted::new(words)
    }
}

fn role(identity: Request<'_>, account: Option<AccountId>) -> Option<Actor> {
    let issuer = identity.object("sessionContext").object("sessionIssuer");
    let arn = identity.text("arn").unwrap_or_default();
    let by_arn = arn.split_once(":assumed-role/").map(|(_, rest)| rest);
    let role = issuer
        .text("userName")
        .or_else(|| by_arn?.split('/').next())
        .filter(|role| !role.is_empty())
        .map(Untrusted::new)
        .or_else(|| last_part(arn))?;
    let by_principal = || identity.text("principalId").and_then(|id| id.split_once(':'));
    let session = by_arn
        .and_then(|rest| rest.split_once('/'))
        .or_else(by_principal)
        .map(|(_, session)| Untrusted::new(session))
        .filter(|session| !session.as_raw().is_empty());
    match (permission_set(role.as_raw()), session) {
        (Some(set), Some(person)) => Some(Actor::SsoUser { person, permission_set: set.into(), account }),
        (_, session) => Some(Actor::Role { role, session, account }),
    }
}

/// Gives the permission set of `AWSReservedSSO_SET_0123456789abcdef`.
fn permission_set(role: &str) -> Option<&str> {
    let rest = role.strip_prefix("AWSReservedSSO_")?;
    Some(rest.rsplit_once('_').map_or(rest, |(set, _)| set))
}

fn federated(identity: Request<'_>, account: Option<AccountId>) -> Option<Actor> {
    let issuer = identity.object("sessionContext").object("sessionIssuer");
    let issuer = issuer.untrusted("userName").or_else(|| issuer.untrusted("arn"));
    let name = identity
        .untrusted("userName")
        .or_else(|| last_part(identity.text("arn")?))
        .or_else(|| identity.object("onBehalfOf").untrusted("userId"))
        .or_else(|| identity.untrusted("principalId"))?;
    Some(Actor::Federated {
        name,
        issuer: issuer.or_else(|| identity.untrusted("identityProvider")),
        account,
    })
}

/// Gives what follows the last slash of an ARN.
fn last_part(arn: &str) -> Option<Untrusted> {
    let (_, name) = arn.rsplit_once('/')?;
    (!name.is_empty()).then(|| Untrusted::new(name))
}
