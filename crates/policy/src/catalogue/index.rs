//! Quick ways into the tables, built once: names spelled as AWS spells them, and which actions define which key.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use foldhash::fast::FixedState;

use super::fact::{ActionFact, KeyFact};
use super::generated::{ACTIONS, KEYS};
use crate::action::{Action, ActionSet, ResourceKind};

/// Nobody but us chooses what stands in the tables, so no seed has to protect them.
type Table<K, V> = HashMap<K, V, FixedState>;

static ACTIONS_BY_NAME: LazyLock<Table<&str, Action>> =
    LazyLock::new(|| super::all().map(|action| (action.name(), action)).collect());

/// Gives the action of exactly this name.
pub(super) fn action(name: &str) -> Option<Action> {
    ACTIONS_BY_NAME.get(name).copied()
}

/// A condition key or family, and the actions whose requests may carry it.
pub(super) struct Known {
    /// The key.
    pub(super) fact: &'static KeyFact,
    /// The actions.
    pub(super) defining: ActionSet,
}

/// By key or family in lower case.
static KEYS_BY_NAME: LazyLock<Table<String, Known>> = LazyLock::new(|| {
    let mut known: Table<String, Known> = Table::default();
    for fact in KEYS {
        let name = fact.name.to_ascii_lowercase();
        let defining = if name.starts_with("s3") { ActionSet::EMPTY } else { every_action() };
        known.insert(name, Known { fact, defining });
    }
    // A key of AWS that single actions name is still part of no other request.
    let mut named: BTreeMap<String, ActionSet> = BTreeMap::new();
    for (action, fact) in super::all().zip(ACTIONS) {
        for key in fact.keys.split_ascii_whitespace() {
            named.entry(key.to_ascii_lowercase()).or_default().insert(action);
        }
    }
    for (name, actions) in named {
        if let Some(known) = known.get_mut(&name) {
            known.defining = actions;
        }
    }
    known
});

/// Gives what is known of the key or family `name`, in whatever case.
pub(super) fn key(name: &str) -> Option<&'static Known> {
    KEYS_BY_NAME.get(name).or_else(|| {
        let folded = name.bytes().any(|byte| byte.is_ascii_uppercase());
        folded.then(|| KEYS_BY_NAME.get(&name.to_ascii_lowercase()))?
    })
}

/// What each action acts on, by the action's number.
static KINDS: LazyLock<Vec<ResourceKind>> = LazyLock::new(|| ACTIONS.iter().map(kind_of).collect());

/// Gives what `action` acts on.
pub(super) fn kind(action: Action) -> ResourceKind {
    KINDS.get(usize::from(action.0)).copied().unwrap_or(ResourceKind::Elsewhere)
}

fn kind_of(fact: &ActionFact) -> ResourceKind {
    let acts_on = |kind| fact.resources.split(' ').any(|resource| resource == kind);
    if fact.name.starts_with("s3express:") {
        if acts_on("bucket") { ResourceKind::DirectoryBucket } else { ResourceKind::Elsewhere }
    } else if acts_on("object") {
        ResourceKind::Object
    } else if acts_on("bucket") {
        ResourceKind::Bucket
    } else {
        ResourceKind::Elsewhere
    }
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
