//! Where a policy of S3 Tables is.

use std::fmt;

use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;

/// The longest name of a namespace or of a table.
const LONGEST: usize = 255;

/// What stands between a table bucket and its table in a text of both.
const TABLE: &str = ", table ";

/// A table bucket of S3 Tables, or a table in one. Its parts are plain: they become parts of a host's name and of a path.
///
/// *Source*: S3 API reference, "GetTableBucketPolicy" and "GetTablePolicy" (read 2026-11-23), for the form of the ARN.
/// Namespaces that AWS itself makes hold names of buckets, and so hyphens and dots.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableAddress {
    bucket: String,
    table: Option<(String, String)>,
}

impl TableAddress {
    /// Gives the table bucket of `arn`; `None` = that is none.
    pub fn of_bucket(arn: &str) -> Option<Self> {
        let mut parts = arn.splitn(6, ':');
        let mut part = || parts.next().unwrap_or_default();
        let is_arn = (part(), plain(part(), "-"), part()) == ("arn", true, "s3tables");
        let is_region = plain(part(), "-");
        let is_account = AccountId::parse(part()).is_some();
        let is_bucket = part().strip_prefix("bucket/").is_some_and(|name| plain(name, "-_"));
        (is_arn && is_region && is_account && is_bucket).then(|| Self { bucket: arn.to_owned(), table: None })
    }

    /// Gives a table of the table bucket of `arn`; `None` = that can be none.
    pub fn of_table(arn: &str, namespace: &str, name: &str) -> Option<Self> {
        let Self { bucket, .. } = Self::of_bucket(arn)?;
        let is_namespace = plain(namespace, "-_.") && !namespace.starts_with('.');
        let table = Some((namespace.to_owned(), name.to_owned()));
        (is_namespace && plain(name, "-_")).then_some(Self { bucket, table })
    }

    /// Reads the text that an address gives.
    pub fn parse(text: &str) -> Option<Self> {
        let Some((arn, table)) = text.split_once(TABLE) else { return Self::of_bucket(text) };
        let (namespace, name) = table.rsplit_once('.')?;
        Self::of_table(arn, namespace, name)
    }

    /// Gives the table bucket's ARN.
    pub fn bucket_arn(&self) -> &str {
        &self.bucket
    }

    /// Gives the namespace and the name of the table; `None` = it is about the table bucket.
    pub fn table(&self) -> Option<(&str, &str)> {
        self.table.as_ref().map(|(namespace, name)| (namespace.as_str(), name.as_str()))
    }

    /// Gives the region, as the ARN says it.
    pub fn region(&self) -> &str {
        self.bucket.split(':').nth(3).unwrap_or_default()
    }

    /// Gives the address as the name of what a notice is about.
    pub fn subject(&self) -> Untrusted {
        self.to_string().into()
    }
}

impl fmt::Display for TableAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.bucket)?;
        match &self.table {
            Some((namespace, name)) => write!(f, "{TABLE}{namespace}.{name}"),
            None => Ok(()),
        }
    }
}

/// Tells whether a text has letters and digits alone, and `others`.
fn plain(text: &str, others: &str) -> bool {
    (1..=LONGEST).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:s3tables:eu-west-1:111122223333:bucket/sales";

    #[test]
    fn an_address_is_the_same_after_it_was_written() {
        for address in [
            TableAddress::of_bucket(ARN),
            TableAddress::of_bucket("arn:aws-us-gov:s3tables:us-gov-west-1:111122223333:bucket/a_b-c"),
            TableAddress::of_table(ARN, "eu", "orders"),
            TableAddress::of_table(ARN, "b_my.photos-1", "inventory"),
        ] {
            let address = address.unwrap();
            assert_eq!(TableAddress::parse(&address.to_string()), Some(address));
        }
        let table = TableAddress::of_table(ARN, "eu", "orders").unwrap();
        assert_eq!(
            (table.bucket_arn(), table.region(), table.table()),
            (ARN, "eu-west-1", Some(("eu", "orders")))
        );
        assert_eq!(table.subject().as_raw(), format!("{ARN}, table eu.orders"));
    }

    #[test]
    fn what_could_lead_a_request_elsewhere_is_no_address() {
        for arn in [
            "",
            "photos",
            "arn:aws:s3:::photos",
            "arn:aws:s3tables:evil.example:111122223333:bucket/sales",
            "arn:aws:s3tables:eu-west-1@evil:111122223333:bucket/sales",
            "arn:aws:s3tables::111122223333:bucket/sales",
            "arn:aws:s3tables:eu-west-1:1:bucket/sales",
            "arn:aws:s3tables:eu-west-1:111122223333:bucket/",
            "arn:aws:s3tables:eu-west-1:111122223333:bucket/../x",
            "arn:aws:s3tables:eu-west-1:111122223333:bucket/sales/table/x",
            "arn:aws:s3tables:eu-west-1:111122223333:bucket/sales:x",
        ] {
            assert_eq!(TableAddress::of_bucket(arn), None, "{arn}");
        }
        for (namespace, name) in [("", "t"), ("n", ""), ("..", "t"), ("n", ".."), ("n/x", "t"), ("n", "t?x")]
        {
            assert_eq!(TableAddress::of_table(ARN, namespace, name), None, "{namespace} {name}");
        }
    }
}
