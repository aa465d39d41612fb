//! The sandbox as its callers meet it: over HTTP, with a client that knows nothing of AWS.

mod client;
mod errors;
mod faults;
mod fleet;
mod gate;
mod outsiders;
mod paging;
mod writes;
