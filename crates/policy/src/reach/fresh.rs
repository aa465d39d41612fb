//! Names that no document uses, and stand-ins for the strangers who bear them.

pub(super) mod user;

use crate::name::AccountId;
use crate::reach::glob::Glob;
use crate::reach::mention::{MOST_NAMES, Mentions};
use crate::reach::organization::{Membership, ORGANIZATION_PATHS, tells_organizations_apart};
use crate::reach::outsider::Outsider;
use crate::setting::Setting;
use user::principals_of;

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
