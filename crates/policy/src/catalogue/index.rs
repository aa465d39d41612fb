//! Which actions define which key, turned round from the table of actions once.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::generated::{ACTIONS, KEYS};
use crate::action::ActionSet;

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
