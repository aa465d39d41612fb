//! `Principal` and `NotPrincipal`.

use super::error::Refusal;
use super::path::Path;
use super::reader::{Reader, Reading, refuse, texts, wrong_type};
use super::value::Value;
use crate::diagnostic::Oddity;
use crate::document::Principal;
use crate::name::{AccountId, Partition};

impl Reader {
    /// Reads the value of `element`: `"*"`, or an object of lists by kind.
    pub(super) fn principals(
        &mut self,
        value: &Value<'_>,
        element: &'static str,
        path: &Path<'_>,
    ) -> Reading<Vec<Principal>> {
        match value {
            Value::Text(text) if text == "*" => Ok(vec![Principal::Anyone]),
            Value::Text(text) => refuse(path, Refusal::BarePrincipal(text.as_ref().into())),
            Value::Object(kinds) => {
                let mut principals = Vec::new();
                for (kind, entries) in self.distinct(kinds, path) {
                    let read = kind_reader(kind, &path.key(kind))?;
                    let entries = texts(entries, element, &path.key(kind), |text, path| {
                        let principal = read(text);
                        if let Principal::Malformed(_) | Principal::UniqueId(_) = principal {
                            self.odd(path, Oddity::UnknownPrincipal(text.into()));
                        }
                        Ok(principal)
                    })?;
                    principals.extend(entries);
                }
                Ok(principals)
            }
            other => wrong_type(element, "`*` or an object", other, path),
        }
    }
}

fn kind_reader(kind: &str, path: &Path<'_>) -> Reading<fn(&str) -> Principal> {
    match kind {
        "AWS" => Ok(aws),
        "Service" => Ok(|text| Principal::Service(text.into())),
        "Federated" => Ok(|text| Principal::Federated(text.into())),
        "CanonicalUser" => Ok(|text| Principal::CanonicalUser(text.into())),
        other => refuse(path, Refusal::PrincipalKind(other.into())),
    }
}

/// Reads an entry of `{"AWS": …}`.
///
/// *Source*: IAM user guide, "AWS JSON policy elements: Principal"; Amazon CloudFront developer guide, "Restrict
/// access with an origin access identity".
fn aws(text: &str) -> Principal {
    if text == "*" {
        return Principal::Anyone;
    }
    if let Some(account) = AccountId::parse(text) {
        return Principal::Account { account, partition: None };
    }
    if is_unique_id(text) {
        return Principal::UniqueId(text.into());
    }
    by_arn(text).unwrap_or_else(|| Principal::Malformed(text.into()))
}

/// A user's or role's internal id stands where its ARN stood before it was deleted.
fn is_unique_id(text: &str) -> bool {
    let known = ["AIDA", "AROA"].iter().any(|prefix| text.starts_with(prefix));
    known && text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

fn by_arn(text: &str) -> Option<Principal> {
    let mut fields = text.splitn(6, ':');
    if fields.next()? != "arn" {
        return None;
    }
    let (partition, service) = (fields.next()?, fields.next()?);
    let (region, account, resource) = (fields.next()?, fields.next()?, fields.next()?);
    if service == "iam" && account == "cloudfront" && resource.starts_with("user/") {
        return Some(Principal::OriginAccessIdentity(text.into()));
    }
    let account = AccountId::parse(account)?;
    if service == "iam" && resource == "root" && region.is_empty() {
        return Some(Principal::Account { account, partition: Partition::parse(partition) });
    }
    let (kind, name) = resource.split_once('/')?;
    let kinds: &[&str] = match service {
        "iam" => &["user", "role"],
        "sts" => &["assumed-role", "federated-user"],
        _ => &[],
    };
    let named = region.is_empty() && kinds.contains(&kind) && !name.is_empty() && !name.contains(['*', '?']);
    named.then(|| Principal::Arn { account, arn: text.into() })
}
