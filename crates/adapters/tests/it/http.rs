//! The guarded HTTP client: whom it talks to, and what it makes of what comes back.

mod faults;
mod guard;
pub(crate) mod stand_in;
