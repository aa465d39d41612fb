//! The wire: how AWS's calls come in and what its answers look like.

pub(crate) mod call;
pub(crate) mod chunked;
pub(crate) mod credential;
pub(crate) mod query;
pub(crate) mod refusal;
pub(crate) mod reply;
pub(crate) mod xml;
