//! Quick ways into the tables, built once: names spelled as AWS spells them, and which actions define which key.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use super::fact::KeyFact;
use super::generated::{ACTIONS, KEYS};
use crate::action::{Action, ActionSet};

static ACTIONS_BY_NAME: LazyLock<HashMap<&str, Action>> =
    LazyLock::new(|| super::all().map(|action| (action.name(), action)).collect());

static KEYS_BY_NAME: LazyLock<HashMap<&str, &KeyFact>> =
    LazyLock::new(|| KEYS.iter().map(|key| (key.name, key)).collect());

/// Gives the action of exactly this name.
pub(super) fn action(name: &str) -> Option<Action> {
    ACTIONS_BY_NAME.get(name).copied()
}

/// Gives the key or family of exactly this name.
pub(super) fn key(name: &str) -> Option<&'static KeyFact> {
    KEYS_BY_NAME.get(name).copied()
}

/// By key or family in lower case. An ordinary map: the table is small and the order is fixed.
static DEFINED: LazyLock<BTreeMap<String, ActionSet>> = LazyLock::new(|| {
    let mut defined: BTreeMap<String, ActionSet> = BTreeMap::new();
    for (action, fact) in super::all().zip(ACTIONS) {
        for key in fact.keys.split_ascii_whitespace() {
            defined.entry(key.to_ascii_lowercase()).or_default().insert(action);
        }
    }
    for key in KEYS {
        let name = key.name.to_ascii_lowercase();
        if !name.starts_with("s3") {
            defined.entry(name).or_insert_with(every_action);
        }
    }
    defined
});

/// Gives the actions that define the key or family `name`.
pub(super) fn defining(name: &str) -> ActionSet {
    if let Some(set) = DEFINED.get(name) {
        return *set;
    }
    DEFINED.get(&name.to_ascii_lowercase()).copied().unwrap_or_default()
}

fn every_action() -> ActionSet {
    super::all().collect()
}

/// The actions that people know, at least one of each class of access.
const TELLING: [&str; 10] = [
    "s3:GetObject",
    "s3:ListBucket",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:GetBucketAcl",
    "s3:GetObjectAcl",
    "s3:PutBucketAcl",
    "s3:PutObjectAcl",
    "s3:PutBucketVersioning",
    "s3:GetBucketLocation",
];

static TELLING_SET: LazyLock<ActionSet> =
    LazyLock::new(|| super::all().filter(|action| TELLING.contains(&action.name())).collect());

/// Gives the set of [`TELLING`].
pub(super) fn telling() -> ActionSet {
    *TELLING_SET
}
