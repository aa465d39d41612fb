//! Evidence against the crate from outside it: judges that share none of its reasoning.

mod brute;
mod budget;
mod corpus;
mod dice;
mod metamorphic;
mod search;
mod traps;
mod z3;
