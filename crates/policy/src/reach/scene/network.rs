//! What a request carries of its way: addresses, VPC endpoints, encryption, time.

use super::{Fact, Scene, absent, fixed, free, optional, text};
use crate::reach::Endpoint;
use crate::reach::atom::Value;
use crate::reach::domain::Space;
use crate::reach::glob::Glob;
use crate::reach::shape::Shape;

impl Scene<'_> {
    pub(super) fn of_network(&self, key: &str) -> Option<Fact> {
        let place = self.place;
        let through = place.address.is_none();
        let if_through = |fact: Fact| if through { fact } else { absent() };
        Some(match key {
            "aws:sourceip" => optional(place.address.clone()),
            "aws:vpcsourceip" => if_through(free(false, Space::Address)),
            "aws:sourcevpc" => if_through(fixed(place.vpc.clone())),
            "aws:sourcevpce" => if_through(fixed(place.endpoint.clone())),
            "aws:sourcevpcarn" => {
                let owner = place.owner.as_deref().unwrap_or(self.endpoint_owner());
                let partition = self.setting.partition;
                let arn = |region: &str| format!("arn:{partition}:ec2:{region}:{owner}:vpc/{}", place.vpc);
                if_through(match &self.setting.region {
                    Some(region) => fixed(arn(region)),
                    None => text(false, Shape::Like(Glob::wild(&arn("??*-?*"))), arn("us-east-1")),
                })
            }
            "aws:vpceaccount" => if_through(fixed(place.owner.as_deref().unwrap_or(self.endpoint_owner()))),
            "aws:vpceorgid" => {
                if_through(optional(self.outsider.organization.as_ref().map(|found| found.id.as_str())))
            }
            "aws:vpceorgpaths" => if_through(Fact::Fixed(match &self.outsider.organization {
                Some(found) => Value::Many(vec![found.path.clone()]),
                None => Value::Absent,
            })),
            "aws:securetransport" => match (self.encrypted, self.endpoint) {
                (Some(encrypted), _) => fixed(encrypted.to_string()),
                (None, Endpoint::Bucket) => free(false, Space::Finite(&["true", "false"])),
                (None, _) => fixed("true"),
            },
            "s3:tlsversion" | "s3express:tlsversion" => match self.encrypted {
                Some(false) => absent(),
                _ => free(false, Space::Finite(&["1.3", "1.2"])),
            },
            "aws:currenttime" => fixed(self.instant.to_string()),
            "aws:epochtime" => fixed(self.instant.as_second().to_string()),
            "aws:useragent" => text(false, Shape::any_text(), "bucketwatch"),
            _ => return None,
        })
    }

    fn endpoint_owner(&self) -> &str {
        self.outsider.signed().map_or("987654987654", |signed| signed.account.as_str())
    }
}
