//! A witness as documents show it.

use std::collections::BTreeMap;

use bucketwatch_policy::catalogue;
use bucketwatch_policy::request::Caller;
use bucketwatch_policy::untrusted::Untrusted;
use bucketwatch_policy::witness as domain;
use serde::{Deserialize, Serialize};

/// A request that would succeed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witness {
    /// Whether it must be signed.
    pub signed: bool,
    /// The signing principal's ARN, or the service's name; `None`: unsigned.
    pub principal: Option<Untrusted>,
    /// The action.
    pub action: String,
    /// The bucket's or object's ARN.
    pub resource: Untrusted,
    /// The condition keys that differ from what the caller carries by default.
    pub context: BTreeMap<String, ContextValue>,
    /// Keys that the caller carries by default and this request must not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absent: Vec<String>,
    /// The ARN of the access point that it goes through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<Untrusted>,
}

/// The value of a condition key: one, or an array where the key holds several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ContextValue {
    /// One value.
    One(Untrusted),
    /// All values of a multi-valued key.
    Many(Vec<Untrusted>),
}

impl From<&domain::Witness> for Witness {
    fn from(witness: &domain::Witness) -> Self {
        let principal = match &witness.caller {
            Caller::Anonymous => None,
            Caller::Signed(signed) => Some(signed.session_arn.as_ref().unwrap_or(&signed.arn).clone()),
            Caller::Service { name } => Some(name.clone()),
        };
        Self {
            signed: principal.is_some(),
            principal,
            action: witness.action.name().to_owned(),
            resource: witness.resource.clone(),
            context: witness
                .context
                .iter()
                .map(|(key, values)| (key_name(key), value(key, values)))
                .collect(),
            absent: witness.absent.iter().map(|key| key_name(key)).collect(),
            endpoint: witness.endpoint.clone(),
        }
    }
}

/// Gives `key` as AWS writes it; the member of a family (`aws:PrincipalTag/team`) stays as it is.
fn key_name(key: &str) -> String {
    let Some(fact) = catalogue::key(key) else { return key.to_owned() };
    let member = key.find('/').map_or("", |slash| &key[slash + 1..]);
    if fact.name.ends_with('/') { format!("{}{member}", fact.name) } else { fact.name.to_owned() }
}

fn value(key: &str, values: &[String]) -> ContextValue {
    let many = catalogue::key(key).is_some_and(|fact| fact.many);
    match values {
        [one] if !many => ContextValue::One(Untrusted::new(one.as_str())),
        _ => ContextValue::Many(values.iter().map(|value| Untrusted::new(value.as_str())).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_written_as_aws_writes_them() {
        assert_eq!(key_name("aws:sourceip"), "aws:SourceIp");
        assert_eq!(key_name("aws:principaltag/team"), "aws:PrincipalTag/team");
        assert_eq!(key_name("nobody:knows"), "nobody:knows");
    }

    #[test]
    fn a_multi_valued_key_is_an_array_even_with_one_value() {
        assert_eq!(value("aws:calledvia", &["a".to_owned()]), ContextValue::Many(vec!["a".into()]));
        assert_eq!(value("aws:sourceip", &["192.0.2.1".to_owned()]), ContextValue::One("192.0.2.1".into()));
    }
}
