//! How calls of AWS are signed, whatever they ask for.

use std::time::SystemTime;

use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;

use super::failure::Causes;

const USER_AGENT: &str = concat!("bucketwatch/", env!("CARGO_PKG_VERSION"));

/// Who signs, and for whom.
pub(super) struct Signature<'a> {
    pub(super) identity: &'a Identity,
    /// The service, as signatures name it.
    pub(super) service: &'a str,
    pub(super) region: &'a str,
    pub(super) at: SystemTime,
    pub(super) settings: SigningSettings,
}

impl Signature<'_> {
    /// Gives the request with its signature.
    pub(super) fn of<'r>(
        self,
        method: &'r str,
        address: &'r str,
        headers: impl Iterator<Item = (&'r str, &'r str)> + Clone,
        body: &'r str,
    ) -> Result<HttpRequest, Causes> {
        let params = v4::SigningParams::builder()
            .identity(self.identity)
            .region(self.region)
            .name(self.service)
            .time(self.at)
            .settings(self.settings)
            .build()
            .map_err(|error| Causes::of(&error))?
            .into();
        let signable = SignableBody::Bytes(body.as_bytes());
        let signable = SignableRequest::new(method, address, headers.clone(), signable)
            .map_err(|error| Causes::of(&error))?;
        let (signature, _) = sign(signable, &params).map_err(|error| Causes::of(&error))?.into_parts();
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method(method).map_err(|error| Causes::of(&error))?;
        request.set_uri(address).map_err(|error| Causes::of(&error))?;
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let signature = signature.headers().map(|(name, value)| (name.to_owned(), value.to_owned()));
        for (name, value) in headers.chain(signature) {
            request.headers_mut().try_insert(name, value).map_err(|error| Causes::of(&error))?;
        }
        request.headers_mut().insert("user-agent", USER_AGENT);
        Ok(request)
    }
}
