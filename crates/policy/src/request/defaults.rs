//! What a caller carries without choosing anything: the context of an ordinary request from the Internet.
//!
//! *Source*: IAM user guide, "AWS global condition context keys"; service authorization reference, "Condition keys for
//! Amazon S3"; docs/semantics.md E.

use super::{Caller, Context, Request, Signed};
use crate::action::Action;
use crate::setting::Setting;
use crate::witness::Witness;

/// The address that requests come from where nothing says otherwise: of a range kept for documentation.
const SOURCE_IP: &str = "198.51.100.1";

impl Context {
    /// Gives the condition keys of a plain TLS request for `action` that `caller` sends over the Internet.
    ///
    /// *Unknowns*: facts that the setting does not have (owner, region, organization, tags) are left out. A signed
    /// caller is in no organization and has no tags; a service acts for nobody in particular.
    pub fn defaults(caller: &Caller, setting: &Setting, action: Action) -> Self {
        Self::defaults_of(caller, setting, &|key| action.defines(key))
    }

    /// Gives those of the default keys that are `wanted`.
    fn defaults_of(caller: &Caller, setting: &Setting, wanted: &dyn Fn(&str) -> bool) -> Self {
        let mut draft = Draft { context: Self::default(), wanted };
        draft.every_request(setting);
        match caller {
            Caller::Anonymous => draft.anonymous(),
            Caller::Signed(signed) => draft.signed(signed, setting),
            Caller::Service { name } => draft.service(name.as_raw()),
        }
        draft.context
    }
}

/// A context in the making, of which only some keys are wanted.
struct Draft<'w> {
    context: Context,
    wanted: &'w dyn Fn(&str) -> bool,
}

impl Draft<'_> {
    fn set(&mut self, key: &str, value: impl ToString) {
        if (self.wanted)(key) {
            self.context.set(key, value.to_string());
        }
    }

    fn every_request(&mut self, setting: &Setting) {
        self.set("aws:SourceIp", SOURCE_IP);
        self.set("aws:SecureTransport", "true");
        self.set("s3:TlsVersion", "1.3");
        self.set("aws:CurrentTime", setting.now);
        self.set("aws:EpochTime", setting.now.as_second());
        self.set("aws:UserAgent", "bucketwatch");
        self.set("aws:ViaAWSService", "false");
        if let Some(account) = &setting.account {
            self.set("aws:ResourceAccount", account.as_str());
            self.set("s3:ResourceAccount", account.as_str());
        }
        if let Some(region) = &setting.region {
            self.set("aws:RequestedRegion", region);
        }
        if let Some(organization) = &setting.organization {
            self.set("aws:ResourceOrgID", organization);
        }
        for (name, value) in setting.bucket_tags.iter().flatten() {
            self.set(&format!("s3:BucketTag/{}", name.as_raw()), value.as_raw());
            self.set(&format!("aws:ResourceTag/{}", name.as_raw()), value.as_raw());
        }
    }

    fn anonymous(&mut self) {
        self.set("aws:PrincipalAccount", "anonymous");
        self.set("aws:PrincipalType", "Anonymous");
        self.set("aws:userid", "anonymous");
    }

    fn signed(&mut self, signed: &Signed, setting: &Setting) {
        self.set("aws:PrincipalArn", signed.arn.as_raw());
        self.set("aws:PrincipalAccount", signed.account.as_str());
        self.set("aws:PrincipalIsAWSService", "false");
        self.set("s3:authType", "REST-HEADER");
        self.set("s3:signatureversion", "AWS4-HMAC-SHA256");
        self.set("s3:signatureAge", "1000");
        self.set("s3:x-amz-content-sha256", "UNSIGNED-PAYLOAD");
        let name = signed.arn.as_raw().rsplit('/').next().unwrap_or_default();
        let session =
            signed.session_arn.as_ref().map(|arn| arn.as_raw().rsplit('/').next().unwrap_or_default());
        match session {
            Some(session) => {
                self.set("aws:PrincipalType", "AssumedRole");
                self.set("aws:userid", format!("AROAEXAMPLEEXAMPLE000:{session}"));
                self.set("aws:TokenIssueTime", setting.now);
                self.set("aws:MultiFactorAuthPresent", "false");
            }
            None if signed.arn.as_raw().ends_with(":root") => {
                self.set("aws:PrincipalType", "Account");
                self.set("aws:userid", signed.account.as_str());
            }
            None if signed.arn.as_raw().contains(":federated-user/") => {
                self.set("aws:PrincipalType", "FederatedUser");
                self.set("aws:userid", format!("{}:{name}", signed.account));
                self.set("aws:TokenIssueTime", setting.now);
            }
            None => {
                self.set("aws:PrincipalType", "User");
                self.set("aws:userid", "AIDAEXAMPLEEXAMPLE000");
                self.set("aws:username", name);
            }
        }
        if let Some(provider) = &signed.provider {
            self.set("aws:FederatedProvider", provider.as_raw());
        }
    }

    /// An origin access identity is a user of CloudFront's, not a service principal.
    fn service(&mut self, name: &str) {
        let identity = name.starts_with("arn:");
        self.set("aws:PrincipalIsAWSService", if identity { "false" } else { "true" });
        if identity {
            self.set("aws:PrincipalArn", name);
        } else {
            self.set("aws:PrincipalServiceName", name);
            self.set("aws:PrincipalServiceNamesList", name);
        }
    }
}

impl Witness {
    /// Gives the whole request of the witness, as the bucket's policy sees it: what its caller carries by default,
    /// the keys of its endpoint, and what it says itself.
    pub fn request(&self, setting: &Setting) -> Request {
        self.over(self.usual(setting, &|_| true))
    }

    /// Gives those of the keys that are `wanted` which its caller sends and its endpoint adds by default.
    pub(crate) fn usual(&self, setting: &Setting, wanted: &dyn Fn(&str) -> bool) -> Context {
        let wanted = |key: &str| wanted(key) && self.action.defines(key);
        let mut context = Context::defaults_of(&self.caller, setting, &wanted);
        if let Some(endpoint) = &self.endpoint {
            let account = endpoint.as_raw().split(':').nth(4).unwrap_or_default();
            for (key, value) in [
                ("s3:DataAccessPointArn", endpoint.as_raw()),
                ("s3:DataAccessPointAccount", account),
                ("s3:AccessPointNetworkOrigin", "Internet"),
            ] {
                if wanted(key) {
                    context.set(key, value);
                }
            }
        }
        context
    }

    /// Gives the request: the `usual` keys, and what the witness says itself.
    pub(crate) fn over(&self, usual: Context) -> Request {
        let mut context = usual;
        for (key, values) in self.context.iter() {
            context.set_all(key, values.to_vec());
        }
        for key in &self.absent {
            context.remove(key);
        }
        Request { caller: self.caller.clone(), action: self.action, resource: self.resource.clone(), context }
    }

    /// Gives the whole request as the policy of its access point sees it, whose resources are
    /// `…:accesspoint/name` and `…:accesspoint/name/object/key`; `None` where it goes to the bucket.
    pub fn request_at_endpoint(&self, setting: &Setting) -> Option<Request> {
        self.at_endpoint(self.request(setting))
    }

    /// Gives `request`, which is the witness's, as the policy of its access point sees it.
    pub(crate) fn at_endpoint(&self, request: Request) -> Option<Request> {
        let endpoint = self.endpoint.as_ref()?.as_raw();
        let key = self.resource.as_raw().splitn(6, ':').nth(5)?.split_once('/').map(|(_, key)| key);
        let resource = key.map_or_else(|| endpoint.to_owned(), |key| format!("{endpoint}/object/{key}"));
        Some(Request { resource: resource.into(), ..request })
    }
}

#[cfg(test)]
mod tests;
