//! Who else a policy could mean: everybody that it names, company by company.

mod service;

use crate::document::{Principal, Principals, Statement};
use crate::name::AccountId;
use crate::reach::fresh::Fresh;
use crate::reach::fresh::user::principals_of;
use crate::reach::mention::{MOST_NAMES, Mentions};
use crate::reach::organization::{Membership, tells_organizations_apart};
use crate::reach::outsider::{ANONYMOUS_OWNER, Company, Kind, Outsider};
use crate::reach::{Audience, GranteeClass, Note};
use crate::request::Caller;
use crate::setting::Setting;

/// What names outsiders for one choice of sources.
pub(super) struct Roll<'a, 's> {
    /// The bucket and the world around it.
    pub(super) setting: &'s Setting,
    /// What the documents speak of.
    pub(super) mentions: &'s Mentions<'a>,
    /// Names that nobody uses.
    pub(super) fresh: &'s Fresh,
    /// The Allows.
    pub(super) allows: &'s [&'a Statement],
    /// The grants.
    pub(super) grantees: &'s [&'a GranteeClass],
}

impl<'a> Roll<'a, '_> {
    /// Gives those whom a federated principal stands for: whoever the provider signs in. A provider with an ARN is
    /// one that an account has set up for those it trusts; one without is anybody's, such as `graph.facebook.com`.
    ///
    /// *Source*: IAM user guide, "AWS JSON policy elements: Principal", SAML and web identity session principals;
    /// docs/semantics.md A8c.
    pub(super) fn federated(&self) -> Vec<Company> {
        let providers = self.principals().filter_map(|principal| match principal {
            Principal::Federated(provider) => Some(provider),
            _ => None,
        });
        let mut found: Vec<Company> = Vec::new();
        for provider in providers {
            let owner = provider.as_raw().split(':').nth(4).and_then(AccountId::parse);
            let (audience, mut members) = match &owner {
                Some(owner) => {
                    let session = Outsider::of_account(owner, Kind::Role, self.setting.partition);
                    let principals = vec![provider.clone()];
                    let audience = Audience::Account { ids: Vec::new(), principals };
                    (audience, self.with_memberships(vec![session]))
                }
                None => {
                    let audience = Audience::AnyAwsAccount { ranges: Vec::new() };
                    (audience, self.fresh.strangers(self.mentions, self.setting))
                }
            };
            for member in &mut members {
                if let Caller::Signed(signed) = &mut member.caller {
                    signed.provider = Some(provider.clone());
                }
            }
            let note = Some(Note::Federated(provider.clone()));
            found.push(Company { audience, members, note: note.clone() });
            for mut role in self.by_name(owner.as_ref()).into_iter().filter(|one| one.kind == Kind::Role) {
                let Caller::Signed(signed) = &mut role.caller else { continue };
                signed.provider = Some(provider.clone());
                let audience = Audience::Account { ids: Vec::new(), principals: vec![signed.arn.clone()] };
                let members = self.with_memberships(vec![role]);
                found.push(Company { audience, members, note: note.clone() });
            }
        }
        found
    }

    /// Gives everybody whom the documents name by ARN, of `account` where one is given: none of the stand-ins is.
    fn by_name(&self, account: Option<&AccountId>) -> Vec<Outsider> {
        let known = self.mentions.named_arns().into_iter().filter_map(|arn| {
            let of = AccountId::parse(arn.split(':').nth(4)?)?;
            let meant = !self.is_own(&of) && account.is_none_or(|account| *account == of);
            meant.then(|| Outsider::by_arn(&of, arn))
        });
        known.collect()
    }

    /// Gives everybody who is named, organizations first, services last.
    pub(super) fn named(&self) -> Vec<Company> {
        let mut found = Vec::new();
        if self.names_nobody_in_particular() {
            self.organizations(&mut found);
        }
        self.accounts(&mut found);
        self.principals_by_arn(&mut found);
        self.user_ids(&mut found);
        self.canonical_users(&mut found);
        found
    }

    /// Gives the ARNs of principals that the documents name.
    pub(super) fn named_arns(&self) -> Vec<&'a str> {
        self.mentions.literals("aws:principalarn")
    }

    fn principals(&self) -> impl Iterator<Item = &'a Principal> {
        self.allows.iter().flat_map(|allow| match &allow.principals {
            Principals::Only(list) => list.iter(),
            Principals::Except(_) => [].iter(),
        })
    }

    /// Tells whether some Allow admits callers whom only its conditions and the Denies tell apart.
    fn names_nobody_in_particular(&self) -> bool {
        self.allows.iter().any(|allow| match &allow.principals {
            Principals::Only(list) => list.contains(&Principal::Anyone),
            Principals::Except(_) => true,
        }) || self
            .grantees
            .iter()
            .any(|grantee| matches!(grantee, GranteeClass::Anyone | GranteeClass::AnyAwsAccount))
    }

    fn organizations(&self, found: &mut Vec<Company>) {
        let mut ids: Vec<Membership> = Vec::new();
        for id in ["aws:principalorgid", "aws:vpceorgid"].iter().flat_map(|key| self.mentions.literals(key)) {
            ids.push(Membership::of(&id.to_ascii_lowercase()));
        }
        let paths = self.mentions.texts("aws:principalorgpaths");
        for path in paths.chain(self.mentions.texts("aws:vpceorgpaths")) {
            let text = path.text.as_raw();
            let id = text.split('/').next().unwrap_or_default();
            if !id.contains(['*', '?', '$']) && !id.is_empty() {
                let path = text.replace('*', "ou-ab12-22222222/").replace('?', "a");
                let path = path.replace("//", "/");
                ids.push(Membership { id: id.to_owned(), path });
            }
        }
        let mut known: Vec<&str> = Vec::new();
        for membership in &ids {
            if known.contains(&membership.id.as_str()) {
                continue;
            }
            known.push(&membership.id);
            let strangers = self.fresh.strangers(self.mentions, self.setting);
            let paths = ids.iter().filter(|other| other.id == membership.id);
            let members = paths
                .flat_map(|path| {
                    strangers.iter().filter(|one| one.organization.is_none()).map(|one| Outsider {
                        organization: Some(path.clone()),
                        stranger: false,
                        ..one.clone()
                    })
                })
                .collect();
            if !could_be_an_organization(&membership.id) {
                continue;
            }
            let own = self.setting.organization.as_deref() == Some(membership.id.as_str());
            found.push(Company {
                audience: Audience::Organization { ids: vec![membership.id.as_str().into()] },
                members,
                note: own.then_some(Note::OwnOrganization),
            });
        }
    }

    /// Gives the organizations that a named account may be in.
    fn memberships(&self) -> Vec<Option<Membership>> {
        let mut found = vec![None];
        for id in self.mentions.literals("aws:principalorgid") {
            found.push(Some(Membership::of(&id.to_ascii_lowercase())));
        }
        for path in self.mentions.texts("aws:principalorgpaths") {
            let text = path.text.as_raw().replace('*', "ou-ab12-22222222/").replace("//", "/");
            let id = text.split('/').next().unwrap_or_default().to_owned();
            found.push(Some(Membership { id, path: text }));
        }
        found.retain(|of| of.as_ref().is_none_or(|of| could_be_an_organization(&of.id)));
        if self.mentions.any(tells_organizations_apart) {
            found.extend(self.fresh.organizations.iter().cloned().map(Some));
        }
        found.truncate(MOST_MEMBERSHIPS);
        found
    }

    fn is_own(&self, account: &AccountId) -> bool {
        self.setting.account.as_ref() == Some(account)
    }

    fn accounts(&self, found: &mut Vec<Company>) {
        let mut ids: Vec<AccountId> = Vec::new();
        let mut add = |id: Option<AccountId>| {
            if let Some(id) = id.filter(|id| !self.is_own(id) && !ids.contains(id)) {
                ids.push(id);
            }
        };
        for principal in self.principals() {
            if let Principal::Account { account, .. } = principal {
                add(Some(account.clone()));
            }
        }
        if self.names_nobody_in_particular() {
            for text in self.mentions.literals("aws:principalaccount") {
                add(AccountId::parse(text));
            }
            for arn in self.mentions.texts("aws:principalarn") {
                add(arn.text.as_raw().split(':').nth(4).and_then(AccountId::parse));
            }
            for principal in self.mentions.principals() {
                if let Principal::Account { account, .. } | Principal::Arn { account, .. } = principal {
                    add(Some(account.clone()));
                }
            }
        }
        for id in ids {
            let members = self.with_memberships(principals_of(&id, self.mentions, self.setting));
            found.push(Company {
                audience: Audience::Account { ids: vec![id], principals: Vec::new() },
                members,
                note: None,
            });
        }
    }

    fn with_memberships(&self, principals: Vec<Outsider>) -> Vec<Outsider> {
        let memberships = self.memberships();
        principals
            .into_iter()
            .flat_map(|one| {
                memberships.iter().map(move |of| Outsider { organization: of.clone(), ..one.clone() })
            })
            .collect()
    }

    fn principals_by_arn(&self, found: &mut Vec<Company>) {
        let mut arns: Vec<(&AccountId, &str)> = Vec::new();
        arns.extend(self.principals().filter_map(listed));
        let literal: Vec<(AccountId, &str)> = self
            .named_arns()
            .into_iter()
            .filter_map(|arn| Some((AccountId::parse(arn.split(':').nth(4)?)?, arn)))
            .collect();
        arns.extend(literal.iter().map(|(account, arn)| (account, *arn)));
        // Whom other statements name is none of the stand-ins.
        let anybody = self.names_nobody_in_particular();
        let others = self.mentions.principals().filter_map(listed);
        arns.extend(others.filter(|(account, _)| anybody || self.names_account(account)));
        let mut known: Vec<&str> = Vec::new();
        for (account, arn) in arns {
            if self.is_own(account) || known.contains(&arn) {
                continue;
            }
            known.push(arn);
            found.push(Company {
                audience: Audience::Account { ids: Vec::new(), principals: vec![arn.into()] },
                members: self.with_memberships(vec![Outsider::by_arn(account, arn)]),
                note: None,
            });
        }
    }

    /// Tells whether some Allow names the account, and so every principal in it.
    fn names_account(&self, id: &AccountId) -> bool {
        self.principals()
            .any(|principal| matches!(principal, Principal::Account { account, .. } if account == id))
    }

    /// *Source*: IAM user guide, "aws:userid": `AIDA…` for a user, `AROA…:session` for a role.
    fn user_ids(&self, found: &mut Vec<Company>) {
        let listed = self.principals().filter_map(|principal| match principal {
            Principal::Account { account, .. } => Some(account),
            _ => None,
        });
        let accounts: Vec<&AccountId> = self.fresh.accounts.iter().take(1).chain(listed).collect();
        for pattern in self.mentions.texts("aws:userid") {
            let text = pattern.text.as_raw();
            let kind = match text.get(..4) {
                Some("AIDA") => Kind::User,
                Some("AROA") => Kind::Role,
                _ => continue,
            };
            if pattern.has_variable() || text.get(4..).is_none_or(|rest| rest.starts_with(['*', '?'])) {
                continue;
            }
            let id = text.replace('*', "session").replace('?', "A");
            let ones = accounts.iter().map(|account| Outsider {
                user_id: Some(id.clone()),
                ..Outsider::of_account(account, kind, self.setting.partition)
            });
            let members = self.with_memberships(ones.collect());
            let audience = Audience::Account { ids: Vec::new(), principals: vec![pattern.text.clone()] };
            if !found.iter().any(|known| known.audience == audience) {
                found.push(Company { audience, members, note: None });
            }
        }
    }

    fn canonical_users(&self, found: &mut Vec<Company>) {
        let listed = self.principals().filter_map(|principal| match principal {
            Principal::CanonicalUser(id) => Some(id),
            _ => None,
        });
        let granted = self.grantees.iter().filter_map(|grantee| match grantee {
            GranteeClass::CanonicalUser(id) => Some(id),
            _ => None,
        });
        for id in listed.chain(granted).filter(|id| id.as_raw() != ANONYMOUS_OWNER) {
            let Some(account) = self.fresh.accounts.first() else { continue };
            let mut principals = principals_of(account, self.mentions, self.setting);
            principals.extend(self.by_name(None));
            let mut members = self.with_memberships(principals);
            for member in &mut members {
                if let Caller::Signed(signed) = &mut member.caller {
                    signed.canonical_id = Some(id.clone());
                }
            }
            let audience = Audience::Account { ids: Vec::new(), principals: vec![id.clone()] };
            found.push(Company { audience, members, note: None });
        }
    }

    /// Tells whether the canonical id of anonymous uploads is named: whether it stands for unsigned callers is not
    /// documented.
    pub(super) fn names_the_owner_of_anonymous_uploads(&self) -> bool {
        let listed = self.principals().filter_map(|principal| match principal {
            Principal::CanonicalUser(id) => Some(id),
            _ => None,
        });
        let granted = self.grantees.iter().filter_map(|grantee| match grantee {
            GranteeClass::CanonicalUser(id) => Some(id),
            _ => None,
        });
        listed.chain(granted).any(|id| id.as_raw() == ANONYMOUS_OWNER)
    }
}

/// Gives the ARN that a document lists, and its account.
fn listed(principal: &Principal) -> Option<(&AccountId, &str)> {
    match principal {
        Principal::Arn { account, arn } => Some((account, arn.as_raw())),
        _ => None,
    }
}

/// Tells whether AWS could have given an organization this id.
///
/// *Source*: AWS Organizations API reference, Organization: `^o-[a-z0-9]{10,32}$`; the length is not held against it.
fn could_be_an_organization(id: &str) -> bool {
    id.strip_prefix("o-")
        .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()))
}

/// Past this many, the organizations that a policy names are not tried for each named account.
const MOST_MEMBERSHIPS: usize = 4 * MOST_NAMES;
