//! Who says to have signed a call. The signature itself is never verified.

use hyper::HeaderMap;

use super::query::Query;

/// The credential scope of a signed call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Credential {
    /// The access key id.
    pub(crate) access_key: String,
    /// The region that the call was signed for; SigV4A names none.
    pub(crate) region: Option<String>,
    /// The service that the call was signed for.
    pub(crate) service: String,
}

/// How a call is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Signing {
    /// Not at all.
    Unsigned,
    /// With SigV4 or SigV4A, in a header or in the query.
    Signed(Credential),
    /// In a way that S3 no longer takes, or unreadably.
    Unsupported,
}

/// Reads how a call is signed.
pub(crate) fn read(headers: &HeaderMap, query: &Query) -> Signing {
    let header = headers.get("authorization").map(|value| value.to_str().unwrap_or_default());
    match (header, query.get("X-Amz-Credential")) {
        (Some(header), _) => from_header(header).map_or(Signing::Unsupported, Signing::Signed),
        (None, Some(scope)) => from_scope(scope).map_or(Signing::Unsupported, Signing::Signed),
        (None, None) if query.has("Signature") => Signing::Unsupported,
        (None, None) => Signing::Unsigned,
    }
}

fn from_header(header: &str) -> Option<Credential> {
    let (algorithm, fields) = header.split_once(' ')?;
    if !["AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"].contains(&algorithm) {
        return None;
    }
    let scope = fields.split(',').find_map(|field| field.trim().strip_prefix("Credential="))?;
    from_scope(scope)
}

fn from_scope(scope: &str) -> Option<Credential> {
    let fields: Vec<&str> = scope.split('/').collect();
    let (access_key, region, service) = match fields[..] {
        [key, _date, region, service, "aws4_request"] => (key, Some(region.to_owned()), service),
        [key, _date, service, "aws4_request"] => (key, None, service),
        _ => return None,
    };
    Some(Credential { access_key: access_key.to_owned(), region, service: service.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_and_region_come_from_the_scope() {
        let check = |header: &str, expected: Option<(&str, Option<&str>)>| {
            let read = from_header(header);
            let read = read.as_ref().map(|read| (read.access_key.as_str(), read.region.as_deref()));
            assert_eq!(read, expected, "{header}");
        };
        check(
            "AWS4-HMAC-SHA256 Credential=AKIAX/20261122/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=0",
            Some(("AKIAX", Some("eu-west-1"))),
        );
        check(
            "AWS4-ECDSA-P256-SHA256 Credential=AKIAX/20261122/s3/aws4_request, SignedHeaders=host, Signature=0",
            Some(("AKIAX", None)),
        );
        check("AWS AKIAX:c2lnbmF0dXJl", None);
        check("Bearer token", None);
    }
}
