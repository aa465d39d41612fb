//! Answers: status, headers and body as each service frames them.

use hyper::body::Bytes;

use super::call::Service;
use super::refusal::Refusal;
use super::xml::Xml;

/// The namespace of S3's answers.
pub(crate) const S3_NAMESPACE: &str = " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";
/// The namespace of the control service's answers.
pub(crate) const CONTROL_NAMESPACE: &str = " xmlns=\"http://awss3control.amazonaws.com/doc/2018-08-20/\"";
/// The namespace of the token service's answers.
pub(crate) const TOKEN_NAMESPACE: &str = " xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"";

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
}

impl Reply {
    /// Gives an answer in S3's XML.
    pub(crate) fn s3(root: &str, content: impl FnOnce(&mut Xml)) -> Self {
        Self::xml(Xml::document(root, S3_NAMESPACE, content))
    }

    /// Gives an answer in the control service's XML.
    pub(crate) fn control(root: &str, content: impl FnOnce(&mut Xml)) -> Self {
        Self::xml(Xml::document(root, CONTROL_NAMESPACE, content))
    }

    /// Gives an answer in XML.
    pub(crate) fn xml(document: String) -> Self {
        Self::of("application/xml", document)
    }

    /// Gives an answer with a body.
    pub(crate) fn of(kind: &'static str, body: impl Into<Bytes>) -> Self {
        Self { status: 200, kind, headers: Vec::new(), body: body.into() }
    }

    /// Gives an answer that only says it is done.
    pub(crate) fn done() -> Self {
        Self::of("", Bytes::new())
    }

    /// Gives an answer that says it is done and there is nothing any more.
    pub(crate) fn gone() -> Self {
        Self { status: 204, ..Self::done() }
    }

    /// Adds a header.
    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Gives a refusal as `service` words it.
    pub(crate) fn refusal(refusal: Refusal, service: Service, request_id: &str) -> Self {
        let fields = |xml: &mut Xml| {
            xml.leaf("Code", &refusal.code);
            xml.leaf("Message", &refusal.message);
            for (name, value) in &refusal.details {
                xml.leaf(name, value);
            }
        };
        let document = match service {
            Service::S3 => Xml::document("Error", "", |xml| {
                fields(xml);
                xml.leaf("RequestId", request_id);
                xml.leaf("HostId", "sandbox");
            }),
            Service::Control => Xml::document("ErrorResponse", CONTROL_NAMESPACE, |xml| {
                xml.nest("Error", fields);
                xml.leaf("RequestId", request_id);
            }),
            Service::Token => Xml::document("ErrorResponse", TOKEN_NAMESPACE, |xml| {
                xml.nest("Error", |xml| {
                    xml.leaf("Type", "Sender");
                    fields(xml);
                });
                xml.leaf("RequestId", request_id);
            }),
        };
        Self { status: refusal.status, headers: refusal.headers, ..Self::xml(document) }
    }
}
