//! `dynamodb://TABLE?region=REGION&profile=PROFILE`.

use std::fmt;

use crate::aws::{ConnectOptions, is_region};

/// Where a table is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DynamoAddress {
    table: String,
    region: Option<String>,
    profile: Option<String>,
}

/// What is wrong with an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{}` is no address of a table: {why}; write dynamodb://TABLE or dynamodb://TABLE?region=REGION",
    .address.escape_debug()
)]
pub struct AddressError {
    address: String,
    why: &'static str,
}

impl DynamoAddress {
    /// What the address of a table begins with.
    pub const SCHEME: &str = "dynamodb";

    /// Reads an address.
    ///
    /// *Errors*: another scheme, a name that no table can have, a region that is none, an unknown parameter.
    pub fn parse(address: &str) -> Result<Self, AddressError> {
        let wrong = |why| AddressError { address: address.to_owned(), why };
        let rest = address.strip_prefix("dynamodb://").ok_or(wrong("it does not begin with dynamodb://"))?;
        let (table, query) = rest.split_once('?').unwrap_or((rest, ""));
        let table = table.strip_suffix('/').unwrap_or(table);
        if !is_table(table) {
            return Err(wrong("a table's name has 3 to 255 letters, digits, `_`, `-` and `.`"));
        }
        let mut found = Self { table: table.to_owned(), region: None, profile: None };
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            match parameter.split_once('=') {
                Some(("region", region)) if is_region(region) => found.region = Some(region.to_owned()),
                Some(("region", _)) => return Err(wrong("its region is none")),
                Some(("profile", profile)) if !profile.is_empty() => {
                    found.profile = Some(profile.to_owned());
                }
                _ => return Err(wrong("it knows the parameters `region` and `profile`")),
            }
        }
        Ok(found)
    }

    /// Gives the table's name.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// Gives the region that it names.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// Gives how to reach it: as `options` say, except for what the address itself says.
    pub(super) fn options(&self, options: &ConnectOptions) -> ConnectOptions {
        let (region, profile) = (self.region.clone(), self.profile.clone());
        ConnectOptions {
            region: region.or_else(|| options.region.clone()),
            profile: profile.or_else(|| options.profile.clone()),
            ..options.clone()
        }
    }
}

impl fmt::Display for DynamoAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "dynamodb://{}", self.table)?;
        let region = self.region.iter().map(|region| format!("region={region}"));
        let profile = self.profile.iter().map(|profile| format!("profile={profile}"));
        let query: Vec<String> = region.chain(profile).collect();
        if query.is_empty() { Ok(()) } else { write!(f, "?{}", query.join("&")) }
    }
}

/// *Source*: Amazon DynamoDB Developer Guide, "Naming rules" (read 2026-11-23).
fn is_table(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    (3..=255).contains(&name.len()) && name.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_written_alike() {
        for address in [
            "dynamodb://bucketwatch",
            "dynamodb://b_w-1.x?region=eu-west-1",
            "dynamodb://bucketwatch?region=us-gov-west-1&profile=audit",
        ] {
            assert_eq!(DynamoAddress::parse(address).unwrap().to_string(), address);
        }
        assert_eq!(DynamoAddress::parse("dynamodb://bucketwatch/?").unwrap().table(), "bucketwatch");
    }

    #[test]
    fn what_is_no_address_is_refused_with_the_reason() {
        for (address, why) in [
            ("dynamodb://", "3 to 255"),
            ("dynamodb://ab", "3 to 255"),
            ("dynamodb://a/b/c", "3 to 255"),
            ("dynamo://bucketwatch", "does not begin"),
            ("dynamodb://bucketwatch?region=evil.example.com/", "region is none"),
            ("dynamodb://bucketwatch?regoin=eu-west-1", "knows the parameters"),
            ("dynamodb://bucketwatch?profile=", "knows the parameters"),
        ] {
            let error = DynamoAddress::parse(address).unwrap_err().to_string();
            assert!(error.contains(why), "{address}: {error}");
        }
    }
}
