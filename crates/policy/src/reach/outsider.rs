//! Callers from outside: one concrete stand-in for each kind that a policy can tell apart.

use crate::document::Principal;
use crate::name::{AccountId, Partition};
use crate::reach::glob::Glob;
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
    /// A session that GetFederationToken gave out.
    Federated,
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

    /// Gives the membership at `path`.
    fn at(path: &str) -> Option<Self> {
        let (id, _) = path.split_once('/')?;
        Some(Self { id: id.to_owned(), path: path.to_owned() })
    }

    /// Gives a membership that fits `pattern`, over an organization's id or over a path; `None` where an id stands
    /// in it that only AWS hands out.
    fn fitting(&self, pattern: &str) -> Option<Self> {
        let open = pattern.split('/').next().is_some_and(|id| id.contains(['*', '?']));
        if !open || fixes_an_id(pattern) {
            return None;
        }
        let fill = |field: &str, any: &str| match field {
            "*" => any.to_owned(),
            field => field.replace('*', "zz00zz00").replace('?', "z"),
        };
        let Some((id, units)) = pattern.split_once('/') else {
            return pattern.starts_with("o-").then(|| Self::of(&fill(pattern, &self.id)));
        };
        let mut path = fill(id, &self.id);
        for (at, field) in units.split('/').enumerate().filter(|(_, field)| !field.is_empty()) {
            path.push('/');
            path.push_str(&fill(field, if at == 0 { "r-ab12" } else { "ou-ab12-22222222" }));
        }
        path.push('/');
        Self::at(&path)
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
            Kind::Federated => (format!("arn:{partition}:sts::{account}:federated-user/stranger"), None),
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
        } else if resource.starts_with("federated-user/") {
            (signed(account, arn, None), Kind::Federated)
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

/// The keys that hold paths within an organization.
const ORGANIZATION_PATHS: [&str; 2] = ["aws:principalorgpaths", "aws:vpceorgpaths"];

/// Tells whether `key` tells organizations apart.
pub(super) fn tells_organizations_apart(key: &str) -> bool {
    matches!(key, "aws:principalorgid" | "aws:vpceorgid") || ORGANIZATION_PATHS.contains(&key)
}

/// Tells whether `key` tells requests that a service makes for its caller from direct ones.
///
/// *Source*: IAM user guide, "Forward access sessions".
pub(super) fn tells_services_apart(key: &str) -> bool {
    key == "aws:viaawsservice" || key.starts_with("aws:calledvia")
}

/// Tells whether a path pattern leaves the organization open and yet names a root or unit by its whole id.
pub(super) fn fixes_an_id(pattern: &str) -> bool {
    let mut fields = pattern.split('/');
    let open = fields.next().is_some_and(|id| id.contains(['*', '?']));
    open && fields.any(|field| !field.is_empty() && !field.contains(['*', '?']))
}

/// Gives the candidate that the fewest of `patterns` match: the one that shows what all the others would.
fn least_matched(candidates: Vec<String>, patterns: &[&str]) -> Option<String> {
    let matched = |text: &String| patterns.iter().filter(|pattern| Glob::wild(pattern).matches(text)).count();
    candidates.into_iter().min_by_key(matched)
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
        let fields = mentions.texts("aws:principalarn").filter_map(|arn| arn.text.as_raw().split(':').nth(4));
        let patterns: Vec<&str> = mentions
            .texts("aws:principalaccount")
            .map(|pattern| pattern.text.as_raw())
            .chain(fields)
            .filter(|text| partly_wild(text))
            .collect();
        // More candidates than a policy can name.
        let usual = (0..MOST_AVOIDED).flat_map(|turn| {
            (1..=8)
                .rev()
                .map(move |digit: u64| format!("{}", digit * 111_111_111_111 + 987_654 + turn * 7_919))
        });
        let usual = usual.filter(|text| !own(text) && !mentions.contains(text));
        let usual = usual.take(if patterns.is_empty() { 1 } else { USUAL });
        let mut accounts: Vec<AccountId> = least_matched(usual.collect(), &patterns)
            .and_then(|text| AccountId::parse(&text))
            .into_iter()
            .collect();
        for pattern in &patterns {
            let filled = ['7', '3', '0'].into_iter().filter_map(|digit| fill_account(pattern, digit));
            let found =
                filled.into_iter().find(|found| !own(found.as_str()) && !mentions.contains(found.as_str()));
            accounts.extend(found.filter(|found| !accounts.contains(found)));
        }
        accounts.truncate(MOST_FRESH);
        let by_organization = |key: &str| tells_organizations_apart(key) || key.starts_with("aws:sourceorg");
        if !mentions.any(by_organization) {
            return Self { accounts, organizations: Vec::new() };
        }
        let wild: Vec<&str> = ["aws:principalorgid", "aws:vpceorgid"]
            .into_iter()
            .chain(ORGANIZATION_PATHS)
            .flat_map(|key| mentions.texts(key))
            .map(|pattern| pattern.text.as_raw())
            .filter(|text| text.contains(['*', '?']))
            .collect();
        let usual = (0..MOST_AVOIDED).flat_map(|turn| {
            [("stranger", "ab12"), ("visitor", "zz98"), ("0quidam", "00q0"), ("quidam", "k7k7")]
                .map(|(name, root)| (format!("o-{name}{turn:04}"), root))
        });
        let usual = usual.filter(|(id, _)| !mentions.contains(id) && !own(id));
        let usual = usual.take(if wild.is_empty() { 1 } else { USUAL });
        let usual = usual.map(|(id, root)| format!("{id}/r-{root}/ou-{root}-11111111/"));
        let mut organizations: Vec<Membership> = least_matched(usual.collect(), &wild)
            .and_then(|path| Membership::at(&path))
            .into_iter()
            .collect();
        let Some(root) = organizations.first().cloned() else { return Self { accounts, organizations } };
        for pattern in wild {
            let Some(found) = root.fitting(pattern) else { continue };
            if !own(&found.id) && !organizations.iter().any(|known| known.path == found.path) {
                organizations.push(found);
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

/// From this many names that nobody uses, the one that patterns match least is taken.
const USUAL: usize = 8;

/// Past this many turns, a policy has named every candidate; none is that long.
const MOST_AVOIDED: u64 = 9_999;

/// Past this many, patterns over account and organization ids get no stand-in of their own.
const MOST_FRESH: usize = MOST_NAMES + 1;

/// Gives the principals of `account` that `mentions` tells apart.
pub(super) fn principals_of(
    account: &AccountId,
    mentions: &Mentions<'_>,
    setting: &Setting,
) -> Vec<Outsider> {
    let kinds: &[Kind] = if mentions.any(tells_principals_apart) {
        &[Kind::User, Kind::Role, Kind::Federated, Kind::Root]
    } else {
        &[Kind::User]
    };
    let mut found: Vec<Outsider> =
        kinds.iter().map(|kind| Outsider::of_account(account, *kind, setting.partition)).collect();
    // A user's name stands in two keys: both are given together.
    if mentions.any(|key| key == "aws:username") {
        let iam = format!("arn:{}:iam::{account}:user", setting.partition);
        let folders = user_folders(mentions);
        let arns = user_names(mentions).into_iter().flat_map(|name| {
            folders.iter().map(|folder| format!("{iam}/{folder}{name}")).collect::<Vec<_>>()
        });
        // Who is named is judged by name.
        let named = mentions.literals("aws:principalarn");
        let listed = |arn: &str| {
            named.contains(&arn)
                || mentions
                    .principals()
                    .any(|one| matches!(one, Principal::Arn { arn: listed, .. } if listed.as_raw() == arn))
        };
        let arns = arns.filter(|arn| !listed(arn));
        found.extend(arns.map(|arn| Outsider { named: false, ..Outsider::by_arn(account, &arn) }));
    }
    found
}

/// Gives names of users that `mentions` tells apart, and one that it speaks of least.
fn user_names(mentions: &Mentions<'_>) -> Vec<String> {
    let arns = mentions.texts("aws:principalarn").filter_map(|arn| arn.text.as_raw().rsplit('/').next());
    let patterns: Vec<&str> =
        mentions.texts("aws:username").map(|name| name.text.as_raw()).chain(arns).collect();
    let letters = ('a'..='z').chain('A'..='Z').chain('0'..='9');
    let mut users: Vec<String> =
        least_matched(letters.map(|letter| format!("{letter}{letter}-guest")).collect(), &patterns)
            .into_iter()
            .collect();
    for pattern in patterns.into_iter().take(MOST_USERS) {
        for name in [pattern.replace(['*', '?'], "a"), pattern.replace('*', "")] {
            if !name.is_empty() && !name.contains(['/', ':', '$', '?']) && !users.contains(&name) {
                users.push(name);
            }
        }
    }
    users
}

/// Gives the paths that the policy's patterns over ARNs put before a user's name.
fn user_folders(mentions: &Mentions<'_>) -> Vec<String> {
    let mut folders = vec![String::new()];
    for arn in mentions.texts("aws:principalarn").take(MOST_FRESH) {
        let path = arn.text.as_raw().split_once(":user/").and_then(|(_, path)| path.rsplit_once('/'));
        if let Some((folder, _)) = path {
            let folder = format!("{}/", folder.replace(['*', '?'], "a"));
            if !folders.contains(&folder) {
                folders.push(folder);
            }
        }
    }
    folders
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
