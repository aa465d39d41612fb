//! What a request carries of the bucket and of the access point that it goes through.

use super::{Fact, Scene, absent, fixed, free, missing, optional, text};
use crate::reach::Endpoint;
use crate::reach::domain::Space;
use crate::reach::glob::Glob;
use crate::reach::shape::Shape;

impl Scene<'_> {
    pub(super) fn of_bucket(&self, key: &str) -> Option<Fact> {
        let setting = self.setting;
        let known = |value: Option<&str>| value.map_or_else(|| missing(key), fixed);
        Some(match key {
            "aws:resourceaccount" | "s3:resourceaccount" | "s3express:resourceaccount" => {
                known(setting.account.as_ref().map(|account| account.as_str()))
            }
            "aws:requestedregion" => known(setting.region.as_deref()),
            "aws:resourceorgid" => known(setting.organization.as_deref()),
            "aws:resourceorgpaths" => missing(key),
            _ => {
                let tag = ["aws:resourcetag/", "s3:buckettag/", "s3express:buckettag/"]
                    .iter()
                    .find_map(|family| key.strip_prefix(family))?;
                match &setting.bucket_tags {
                    None => missing("bucket tags"),
                    Some(tags) => optional(
                        tags.iter()
                            .find(|(name, _)| name.as_raw().eq_ignore_ascii_case(tag))
                            .map(|(_, value)| value.as_raw()),
                    ),
                }
            }
        })
    }

    pub(super) fn of_endpoint(&self, key: &str) -> Option<Fact> {
        let (arn, account, internet) = match (self.endpoint, self.foreign_point) {
            (Endpoint::AccessPoint { arn, account, internet }, _) => {
                (arn.as_raw(), account.as_str(), internet)
            }
            (_, Some(arn)) => (arn, arn.split(':').nth(4).unwrap_or_default(), true),
            _ => {
                let own =
                    ["s3:dataaccesspointarn", "s3:dataaccesspointaccount", "s3:accesspointnetworkorigin"];
                return (own.contains(&key) || key.starts_with("s3:accesspointtag/")).then(absent);
            }
        };
        Some(match key {
            "s3:dataaccesspointarn" if self.foreign_point.is_some() => {
                let stem = arn.rsplit_once('/').map_or("", |(stem, _)| stem);
                text(false, Shape::Like(Glob::wild(&format!("{stem}/?*"))), arn)
            }
            "s3:dataaccesspointarn" => fixed(arn),
            "s3:dataaccesspointaccount" => fixed(account),
            "s3:accesspointnetworkorigin" if self.foreign_point.is_some() => {
                free(false, Space::Finite(&["Internet", "VPC"]))
            }
            "s3:accesspointnetworkorigin" => fixed(if internet { "Internet" } else { "VPC" }),
            _ if key.starts_with("s3:accesspointtag/") => missing(key),
            _ => return None,
        })
    }
}
