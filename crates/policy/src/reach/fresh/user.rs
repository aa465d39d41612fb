//! The principals of one account that a policy can tell apart.

use super::least_matched;
use crate::name::AccountId;
use crate::reach::mention::{MOST_NAMES, Mentions};
use crate::reach::outsider::{Kind, Outsider, tells_principals_apart};
use crate::reach::shape::is_of_name;
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
    // What a variable stands for is tried name by name; the path is free.
    if mentions.has_variable("aws:username") {
        let iam = format!("arn:{}:iam::{account}:user", setting.partition);
        let named = mentions.named_arns();
        found.extend(user_names(mentions).into_iter().map(|name| {
            let plain = format!("{iam}/{name}");
            // Who is named is judged by name.
            let arn = if named.contains(&plain.as_str()) { format!("{iam}/guest/{name}") } else { plain };
            Outsider { named: false, ..Outsider::by_arn(account, &arn) }
        }));
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
            if !name.is_empty() && name.chars().all(is_of_name) && !users.contains(&name) {
                users.push(name);
            }
        }
    }
    users
}

/// Past this many, the user names of a policy get no stand-in of their own.
const MOST_USERS: usize = 2 * MOST_NAMES;
