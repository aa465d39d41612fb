//! Where AWS's services answer.
//!
//! *Source*: AWS General Reference, "Amazon S3 endpoints and quotas", "AWS service endpoints" (on dual-stack and FIPS
//! endpoints); AWS SDKs and Tools Reference Guide, "Service-specific endpoints" (read 2026-11-23).

use std::net::IpAddr;

use aws_config::SdkConfig;
use aws_types::service_config::ServiceConfigKey;
use bucketwatch_policy::name::AccountId;

/// A service whose answers are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    /// Buckets and objects.
    S3,
    /// Directory buckets: what is configured of them, which is asked of their region and not of their zone.
    S3Express,
    /// The account and its access points.
    S3Control,
    /// Table buckets and tables.
    S3Tables,
}

impl Service {
    /// Gives the name that signatures and configurations of the service carry.
    pub(super) fn signing_name(self) -> &'static str {
        match self {
            Self::S3 | Self::S3Control => "s3",
            Self::S3Express => "s3express",
            Self::S3Tables => "s3tables",
        }
    }

    /// Tells whether it is signed for, and tells its errors, as S3 does; other services do both as most of AWS.
    pub(super) fn is_like_s3(self) -> bool {
        self != Self::S3Tables
    }

    /// Gives the service's id, by which a configuration names an endpoint for it alone.
    fn id(self) -> &'static str {
        match self {
            Self::S3 | Self::S3Express => "S3",
            Self::S3Control => "S3 Control",
            Self::S3Tables => "S3Tables",
        }
    }

    /// Gives the first label of the service's host names.
    fn label(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::S3Express => "s3express-control",
            Self::S3Control => "s3-control",
            Self::S3Tables => "s3tables",
        }
    }
}

/// The endpoints of a configuration: those that it names, else AWS's.
#[derive(Clone, Debug, Default)]
pub(super) struct Endpoints {
    s3: Option<String>,
    s3control: Option<String>,
    s3tables: Option<String>,
    fips: bool,
    dual_stack: bool,
}

impl Endpoints {
    /// Gives the endpoints that `config` and what it was read from name: for one service, or for all.
    pub(super) fn of(config: &SdkConfig) -> Self {
        Self {
            s3: named(config, Service::S3.id()),
            s3control: named(config, Service::S3Control.id()),
            s3tables: named(config, Service::S3Tables.id()),
            fips: config.use_fips().unwrap_or_default(),
            dual_stack: config.use_dual_stack().unwrap_or_default(),
        }
    }

    /// Gives the URL in front of the path, without a slash at its end; `None` where `region` is none.
    ///
    /// Buckets never stand in the host name: names with dots match no certificate there, custom endpoints seldom serve
    /// names in front of their own, and buckets of one region share connections instead of each opening its own. An
    /// account does where AWS asks for it, save in front of an address or a name of the local host, which cannot carry it.
    pub(super) fn origin(&self, service: Service, region: &str, account: &AccountId) -> Option<String> {
        if !is_region(region) {
            return None;
        }
        let (named, account) = match service {
            Service::S3 | Service::S3Express => (&self.s3, None),
            Service::S3Control => (&self.s3control, Some(account.as_str())),
            Service::S3Tables => (&self.s3tables, None),
        };
        if let Some(url) = named {
            let url = url.trim_end_matches('/');
            return Some(match (account, url.split_once("://")) {
                (Some(account), Some((scheme, rest))) if !is_local(url) => {
                    format!("{scheme}://{account}.{rest}")
                }
                _ => url.to_owned(),
            });
        }
        let account = account.map(|account| format!("{account}.")).unwrap_or_default();
        let fips = if self.fips { "-fips" } else { "" };
        let (label, suffixes) = (service.label(), suffixes(region));
        let (dual_stack, suffix) = match (self.dual_stack, service) {
            (false, _) => ("", suffixes.0),
            (true, Service::S3Tables) => ("", suffixes.1),
            (true, _) => (".dualstack", suffixes.0),
        };
        Some(format!("https://{account}{label}{fips}{dual_stack}.{region}.{suffix}"))
    }
}

/// Gives the endpoint that a configuration names for the service whose id is `id`, else the one for all; one that the
/// program was told goes before all others.
pub(super) fn named(config: &SdkConfig, id: &str) -> Option<String> {
    let for_all = config.endpoint_url().map(str::to_owned);
    if config.get_origin("endpoint_url").is_client_config() {
        return for_all;
    }
    let key = ServiceConfigKey::builder().service_id(id);
    let key = key.env("AWS_ENDPOINT_URL").profile("endpoint_url").build().ok()?;
    config.service_config().and_then(|places| places.load_config(key)).or(for_all)
}

/// Gives the domain of the partition that `region` is in.
pub(super) fn suffix(region: &str) -> &'static str {
    suffixes(region).0
}

/// Gives the domain of the partition that `region` is in, and the one of both address families that services have there
/// whose own hosts are of one.
fn suffixes(region: &str) -> (&'static str, &'static str) {
    const OTHERS: [(&str, &str, &str); 6] = [
        ("cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
        ("eusc-", "amazonaws.eu", "api.amazonwebservices.eu"),
        ("us-iso-", "c2s.ic.gov", "api.aws.ic.gov"),
        ("us-isob-", "sc2s.sgov.gov", "api.aws.scloud"),
        ("eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
        ("us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
    ];
    let other = OTHERS.into_iter().find(|(prefix, ..)| region.starts_with(prefix));
    other.map_or(("amazonaws.com", "api.aws"), |(_, one, both)| (one, both))
}

/// A region becomes part of a host name, so nothing else may pass for one.
pub(crate) fn is_region(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=32).contains(&text.len())
        && text.bytes().all(plain)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

fn is_local(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host.parse::<IpAddr>().is_ok() || host == "localhost" || host.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(endpoints: &Endpoints, service: Service, region: &str) -> Option<String> {
        endpoints.origin(service, region, &AccountId::parse("123456789012").unwrap())
    }

    fn control_at(url: &str) -> String {
        let endpoints = Endpoints { s3control: Some(url.to_owned()), ..Endpoints::default() };
        origin(&endpoints, Service::S3Control, "eu-west-1").unwrap()
    }

    #[test]
    fn every_partition_has_a_domain_of_its_own() {
        for (region, expected) in [
            ("us-east-1", "https://s3.us-east-1.amazonaws.com"),
            ("us-gov-west-1", "https://s3.us-gov-west-1.amazonaws.com"),
            ("cn-north-1", "https://s3.cn-north-1.amazonaws.com.cn"),
            ("eusc-de-east-1", "https://s3.eusc-de-east-1.amazonaws.eu"),
            ("us-iso-east-1", "https://s3.us-iso-east-1.c2s.ic.gov"),
            ("us-isob-east-1", "https://s3.us-isob-east-1.sc2s.sgov.gov"),
            ("eu-isoe-west-1", "https://s3.eu-isoe-west-1.cloud.adc-e.uk"),
            ("us-isof-south-1", "https://s3.us-isof-south-1.csp.hci.ic.gov"),
        ] {
            assert_eq!(origin(&Endpoints::default(), Service::S3, region).unwrap(), expected);
        }
    }

    #[test]
    fn each_service_has_its_host_also_where_fips_or_both_address_families_are_asked_for() {
        let (service, region) = (Service::S3Control, "eu-west-1");
        for (service, fips, dual_stack, expected) in [
            (Service::S3, true, false, "https://s3-fips.eu-west-1.amazonaws.com"),
            (Service::S3, false, true, "https://s3.dualstack.eu-west-1.amazonaws.com"),
            (Service::S3, true, true, "https://s3-fips.dualstack.eu-west-1.amazonaws.com"),
            (Service::S3Express, false, false, "https://s3express-control.eu-west-1.amazonaws.com"),
            (Service::S3Express, true, false, "https://s3express-control-fips.eu-west-1.amazonaws.com"),
            (Service::S3Tables, false, false, "https://s3tables.eu-west-1.amazonaws.com"),
            (Service::S3Tables, true, true, "https://s3tables-fips.eu-west-1.api.aws"),
            (service, false, false, "https://123456789012.s3-control.eu-west-1.amazonaws.com"),
            (service, true, true, "https://123456789012.s3-control-fips.dualstack.eu-west-1.amazonaws.com"),
        ] {
            let endpoints = Endpoints { fips, dual_stack, ..Endpoints::default() };
            assert_eq!(origin(&endpoints, service, region).unwrap(), expected);
        }
    }

    #[test]
    fn what_is_no_region_is_part_of_no_host() {
        assert_eq!(origin(&Endpoints::default(), Service::S3, "evil.example.com/"), None);
    }

    #[test]
    fn the_account_stays_out_of_local_names_and_addresses() {
        for url in ["http://localhost:4566", "http://127.0.0.1:4566", "http://s3.localhost:1"] {
            assert_eq!(control_at(&format!("{url}/")), url);
        }
    }

    #[test]
    fn the_account_stays_in_front_of_other_names() {
        assert_eq!(control_at("https://control.example.com"), "https://123456789012.control.example.com");
    }

    #[test]
    fn an_address_in_brackets_is_local() {
        assert!(is_local("http://[::1]:4566/path"));
        assert!(!is_local("http://localhost.example.com"));
    }

    #[test]
    fn only_region_names_pass_for_regions() {
        assert!(is_region("eu-west-1"));
        for text in ["", "evil.example.com/", "EU", "a b", "-x", "x-"] {
            assert!(!is_region(text), "{text}");
        }
    }
}
