//! The principals of one account that a policy can tell apart.

use super::{MOST_FRESH, least_matched};
use crate::document::Principal;
use crate::name::AccountId;
use crate::reach::mention::{MOST_NAMES, Mentions};
use crate::reach::outsider::{Kind, Outsider, tells_principals_apart};
use crate::setting::Setting;

/// Gives the principals of `account` that `mentions` tells apart.
pub(in crate::reach) fn principals_of(
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
