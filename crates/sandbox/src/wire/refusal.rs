//! Refusals: AWS's error codes with their HTTP status.

/// An answer that refuses a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
    /// Elements that the body has beside code and message.
    pub(crate) details: Vec<(&'static str, String)>,
    /// Headers that the answer has.
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Refusal {
    /// Gives a refusal with `code`, its status as AWS pairs them.
    pub(crate) fn new(code: &str, message: &str) -> Self {
        Self {
            status: status(code),
            code: code.to_owned(),
            message: message.to_owned(),
            details: Vec::new(),
            headers: Vec::new(),
        }
    }

    /// Adds an element to the body.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.details.push((name, value.to_owned()));
        self
    }

    /// Adds a header.
    pub(crate) fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Refuses without saying why, as S3 refuses outsiders.
    pub(crate) fn denied() -> Self {
        Self::new("AccessDenied", "Access Denied")
    }

    /// Says that there is no such bucket.
    pub(crate) fn no_bucket(name: &str) -> Self {
        Self::new("NoSuchBucket", "The specified bucket does not exist").with("BucketName", name)
    }

    /// Says that the bucket lives in `region`.
    ///
    /// *Source*: S3 user guide, "Making requests using the REST API", "Request redirection".
    pub(crate) fn elsewhere(bucket: &str, region: &str) -> Self {
        let message = "The bucket you are attempting to access must be addressed using the specified \
                       endpoint. Please send all future requests to this endpoint.";
        Self::new("PermanentRedirect", message)
            .with("Endpoint", &format!("{bucket}.s3.{region}.amazonaws.com"))
            .with("Bucket", bucket)
            .with_header("x-amz-bucket-region", region)
    }

    /// Says that the server cannot answer such a call.
    pub(crate) fn not_implemented() -> Self {
        Self::new("NotImplemented", "The sandbox does not implement this call.")
    }

    /// Says that the body is not what the call needs.
    pub(crate) fn malformed() -> Self {
        let message =
            "The XML you provided was not well-formed or did not validate against our published schema";
        Self::new("MalformedXML", message)
    }
}

/// *Source*: S3 API reference, "Error responses", "List of error codes".
fn status(code: &str) -> u16 {
    match code {
        "PermanentRedirect" => 301,
        "NoSuchBucket"
        | "NoSuchKey"
        | "NoSuchBucketPolicy"
        | "NoSuchPublicAccessBlockConfiguration"
        | "OwnershipControlsNotFoundError"
        | "NoSuchWebsiteConfiguration"
        | "NoSuchTagSet"
        | "ServerSideEncryptionConfigurationNotFoundError"
        | "NoSuchAccessPoint"
        | "NoSuchAccessPointPolicy"
        | "NoSuchMultiRegionAccessPoint"
        | "NoSuchMultiRegionAccessPointPolicy" => 404,
        "MethodNotAllowed" => 405,
        "BucketAlreadyOwnedByYou" | "BucketNotEmpty" => 409,
        "InternalError" => 500,
        "NotImplemented" => 501,
        "SlowDown" | "ServiceUnavailable" => 503,
        "AccessDenied"
        | "InvalidAccessKeyId"
        | "InvalidClientTokenId"
        | "SignatureDoesNotMatch"
        | "AllAccessDisabled"
        | "AccountProblem" => 403,
        _ => 400,
    }
}
