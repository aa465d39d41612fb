//! Evidence against the crate from outside it: judges that share none of its reasoning.

mod dice;
mod z3;
