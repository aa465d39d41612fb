//! Documents in, judgements out: the corpus and the examples of the schemas.

mod authorize;
mod corpus;
mod examples;
mod expectation;
mod projection;
mod properties;
mod world;
