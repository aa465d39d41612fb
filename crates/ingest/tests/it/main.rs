//! Documents in, judgements out: the corpus and the examples of the schemas.

mod corpus;
mod examples;
mod expectation;
mod projection;
