//! Policy texts apart from the documents that carry them, so that a store can keep each text once.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// Stands in a detached document where a policy's text was.
const REFERENCE: &str = "policy_sha256";

/// The SHA-256 of a policy's text, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(String);

impl Digest {
    /// Gives the digest of `text`.
    pub fn of(text: &str) -> Self {
        let mut hexadecimal = String::with_capacity(64);
        for byte in Sha256::digest(text.as_bytes()) {
            let _ = write!(hexadecimal, "{byte:02x}");
        }
        Self(hexadecimal)
    }

    /// Takes a stored digest.
    pub fn stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Gives the 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Takes every policy text out of a snapshot document or facet, leaving its digest in its place, and gives the texts.
pub fn detach(document: &mut Value) -> BTreeMap<Digest, String> {
    let mut texts = BTreeMap::new();
    visit(document, &mut |policy| {
        if let Value::String(text) = policy {
            let digest = Digest::of(text);
            let reference = serde_json::json!({ REFERENCE: digest.as_str() });
            if let Value::String(text) = std::mem::replace(policy, reference) {
                texts.insert(digest, text);
            }
        }
    });
    texts
}

/// Puts policy texts back where [`detach`] took them out, and gives the digests whose text `find` does not have.
pub fn attach(document: &mut Value, mut find: impl FnMut(&Digest) -> Option<String>) -> Vec<Digest> {
    let mut missing = Vec::new();
    visit(document, &mut |policy| {
        let Some(digest) = policy.get(REFERENCE).and_then(Value::as_str).map(Digest::stored) else { return };
        match find(&digest) {
            Some(text) => *policy = Value::String(text),
            None => missing.push(digest),
        }
    });
    missing
}

/// Shows `see` every value that stands where a snapshot document has a policy.
fn visit(document: &mut Value, see: &mut impl FnMut(&mut Value)) {
    if let Some(policy) = document.get_mut("policy") {
        see(policy);
    }
    for list in ["access_points", "multi_region_access_points"] {
        let points = document.get_mut(list).and_then(Value::as_array_mut);
        for policy in points.into_iter().flatten().filter_map(|point| point.get_mut("policy")) {
            see(policy);
        }
    }
    let resource_control = document.get_mut("resource_control_policies").and_then(Value::as_array_mut);
    resource_control.into_iter().flatten().for_each(see);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_come_back_byte_for_byte_and_equal_ones_are_kept_once() {
        let original = json!({
            "policy": "{ \"Statement\":[] }\n",
            "access_points": [
                { "name": "a", "policy": "{ \"Statement\":[] }\n" },
                { "name": "b", "policy": null },
                { "name": "c", "policy": { "unreadable": "AccessDenied" } },
            ],
            "resource_control_policies": ["{}"],
        });
        let mut document = original.clone();
        let texts = detach(&mut document);
        assert_eq!(texts.len(), 2);
        assert!(!document.to_string().contains("Statement"));
        let missing = attach(&mut document, |digest| texts.get(digest).cloned());
        assert_eq!((document, missing), (original, Vec::new()));
    }

    #[test]
    fn a_text_that_is_gone_is_named() {
        let mut document = json!({ "policy": "{}" });
        detach(&mut document);
        assert_eq!(attach(&mut document, |_| None), vec![Digest::of("{}")]);
    }
}
