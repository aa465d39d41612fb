//! Callers from outside: one concrete stand-in for each kind that a policy can tell apart.

use crate::name::{AccountId, Partition};
use crate::reach::mention::{MOST_NAMES, Mentions};
use crate::reach::{Audience, Note};
use crate::request::{Caller, Signed};
use crate::setting::Setting;
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
    /// The organization that it belongs to.
    pub(super) organization: Option<Membership>,
    /// For a service: whose resource it acts for.
    pub(super) source: Option<Source>,
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
    /// An account's root user.
    Root,
    /// An AWS service.
    Service,
    /// CloudFront's origin access identity.
    Identity,
}

/// An organization and the path to the unit that the account is in.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Membership {
    /// `o-…`
    pub(super) id: String,
    /// `o-…/r-…/ou-…/`
    pub(super) path: String,
}

impl Membership {
    /// Gives the membership at the root of `id`.
    pub(super) fn of(id: &str) -> Self {
        Self { id: id.to_owned(), path: format!("{id}/r-ab12/ou-ab12-11111111/") }
    }
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
        Self { caller, kind, named: false, user_id: None, organization: None, source: None, stranger: false }
    }

    /// Gives a principal of `account`.
    pub(super) fn of_account(account: &AccountId, kind: Kind, partition: Partition) -> Self {
        let iam = format!("arn:{partition}:iam::{account}");
        let (arn, session) = match kind {
            Kind::Root => (format!("{iam}:root"), None),
            Kind::Role => {
                let session = format!("arn:{partition}:sts::{account}:assumed-role/stranger/session");
                (format!("{iam}:role/stranger"), Some(session.into()))
            }
            _ => (format!("{iam}:user/stranger"), None),
        };
        Self::new(signed(account, &arn, session), kind)
    }

    /// Gives the principal with `arn`: a user, a role (by a session of it), a session or a root user.
    pub(super) fn by_arn(account: &AccountId, arn: &str) -> Self {
        let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
        let partition = arn.split(':').nth(1).unwrap_or("aws");
        let (caller, kind) = if let Some(role) = resource.strip_prefix("role/") {
            let name = role.rsplit('/').next().unwrap_or_default();
            let session = format!("arn:{partition}:sts::{account}:assumed-role/{name}/session");
            (signed(account, arn, Some(session.into())), Kind::Role)
        } else if let Some((role, _)) =
            resource.strip_prefix("assumed-role/").and_then(|session| session.split_once('/'))
        {
            let role = format!("arn:{partition}:iam::{account}:role/{role}");
            (signed(account, &role, Some(arn.into())), Kind::Role)
        } else if resource == "root" {
            (signed(account, arn, None), Kind::Root)
        } else {
            (signed(account, arn, None), Kind::User)
        };
        Self { named: true, ..Self::new(caller, kind) }
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

/// Tells whether `key` tells organizations apart.
pub(super) fn tells_organizations_apart(key: &str) -> bool {
    matches!(key, "aws:principalorgid" | "aws:principalorgpaths")
}

/// Names that no document uses, for those whom nobody named.
#[derive(Clone, Debug)]
pub(super) struct Fresh {
    /// Accounts; the first is the usual one, the others fit patterns over account ids.
    pub(super) accounts: Vec<AccountId>,
    /// Organizations; the first is the usual one, the others fit patterns.
    pub(super) organizations: Vec<Membership>,
}

impl Fresh {
    /// Chooses names that neither `mentions` nor `setting` has.
    pub(super) fn new(mentions: &Mentions<'_>, setting: &Setting) -> Self {
        let own = |text: &str| {
            setting.account.as_ref().is_some_and(|account| account.as_str() == text)
                || setting.organization.as_deref() == Some(text)
        };
        let usual = (1..=9).map(|digit: u64| format!("{}", digit * 111_111_111_111 + 987_654)).rev();
        let mut accounts: Vec<AccountId> = usual
            .filter(|text| !own(text) && !mentions.contains(text))
            .filter_map(|text| AccountId::parse(&text))
            .take(1)
            .collect();
        let fields = mentions.texts("aws:principalarn").filter_map(|arn| arn.text.as_raw().split(':').nth(4));
        let patterns =
            mentions.texts("aws:principalaccount").map(|pattern| pattern.text.as_raw()).chain(fields);
        for pattern in patterns.filter(|text| partly_wild(text)) {
            let filled = ['7', '3', '0'].into_iter().filter_map(|digit| fill_account(pattern, digit));
            let found =
                filled.into_iter().find(|found| !own(found.as_str()) && !mentions.contains(found.as_str()));
            accounts.extend(found.filter(|found| !accounts.contains(found)));
        }
        accounts.truncate(MOST_FRESH);
        let mut organizations: Vec<Membership> = ["o-stranger0000", "o-stranger0001", "o-stranger0002"]
            .into_iter()
            .filter(|id| !mentions.contains(id) && !own(id))
            .take(1)
            .map(Membership::of)
            .collect();
        let wild = mentions.texts("aws:principalorgid").map(|pattern| pattern.text.as_raw());
        for pattern in wild.filter(|text| text.contains(['*', '?']) && text.starts_with("o-")) {
            let id = pattern.replace('*', "zz00zz00").replace('?', "z");
            if !own(&id) && !organizations.iter().any(|known| known.id == id) {
                organizations.push(Membership::of(&id));
            }
        }
        organizations.truncate(MOST_FRESH);
        Self { accounts, organizations }
    }

    /// Gives stand-ins for the signed principals of accounts nobody named, as far as `mentions` tells them apart.
    pub(super) fn strangers(&self, mentions: &Mentions<'_>, setting: &Setting) -> Vec<Outsider> {
        let memberships = if mentions.any(tells_organizations_apart) {
            std::iter::once(None).chain(self.organizations.iter().cloned().map(Some)).collect()
        } else {
            vec![None]
        };
        let mut found = Vec::new();
        for account in &self.accounts {
            for membership in &memberships {
                for outsider in principals_of(account, mentions, setting) {
                    found.push(Outsider { organization: membership.clone(), stranger: true, ..outsider });
                }
            }
        }
        found
    }
}

/// Past this many, patterns over account and organization ids get no stand-in of their own.
const MOST_FRESH: usize = MOST_NAMES + 1;

/// Gives the principals of `account` that `mentions` tells apart.
pub(super) fn principals_of(
    account: &AccountId,
    mentions: &Mentions<'_>,
    setting: &Setting,
) -> Vec<Outsider> {
    let kinds: &[Kind] = if mentions.any(tells_principals_apart) {
        &[Kind::User, Kind::Role, Kind::Root]
    } else {
        &[Kind::User]
    };
    let mut found: Vec<Outsider> =
        kinds.iter().map(|kind| Outsider::of_account(account, *kind, setting.partition)).collect();
    // A user's name stands in two keys: both are given together.
    if mentions.any(|key| key == "aws:username") {
        let arns = mentions.texts("aws:principalarn").filter_map(|arn| arn.text.as_raw().rsplit('/').next());
        let names = mentions.texts("aws:username").map(|name| name.text.as_raw()).chain(arns);
        let mut users: Vec<String> = Vec::new();
        for name in names.take(MOST_USERS) {
            for name in [name.replace(['*', '?'], "a"), name.replace('*', "")] {
                if !name.is_empty() && !name.contains(['/', ':', '$', '?']) && !users.contains(&name) {
                    users.push(name);
                }
            }
        }
        let iam = format!("arn:{}:iam::{account}:user", setting.partition);
        found.extend(
            users
                .iter()
                .map(|name| Outsider { named: false, ..Outsider::by_arn(account, &format!("{iam}/{name}")) }),
        );
    }
    found
}

/// Past this many, the user names of a policy get no stand-in of their own.
const MOST_USERS: usize = 2 * MOST_NAMES;

/// Tells whether only a part of `text` is wild, so that luck decides who fits.
pub(super) fn partly_wild(text: &str) -> bool {
    text.contains(['*', '?']) && text.contains(|c: char| c.is_ascii_digit())
}

/// Gives an account id that `pattern` matches.
fn fill_account(pattern: &str, digit: char) -> Option<AccountId> {
    let fixed = pattern.chars().filter(|c| *c != '*').count();
    let mut room = 12_usize.checked_sub(fixed)?;
    let mut text = String::new();
    for c in pattern.chars() {
        match c {
            '*' => text.extend(std::iter::repeat_n(digit, std::mem::take(&mut room))),
            '?' => text.push(digit),
            c => text.push(c),
        }
    }
    AccountId::parse(&text)
}
