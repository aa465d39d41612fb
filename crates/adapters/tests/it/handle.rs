//! Events, from the record to the state and the notices.

mod account;
mod bucket;
mod cost;
mod lag;
mod late;
mod object;
mod order;
mod organization;
mod point;
mod table;
mod told;
mod world;
