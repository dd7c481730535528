//! Floor 3: takes reports in and sends callbacks out.
//!
//! # Who is who
//! * [`intake`] takes reports, reversals and clicks in; what can be sent at once is handed over in memory.
//! * [`sending`] claims what could not (retries, overflow, what an earlier process left), and takes each delivery through
//!   one exchange to its settlement.
//! * [`upkeep`] keeps in order what is held, in review, left behind or old.
//! * [`node`] is what all of them share; [`egress`] the addresses that callbacks leave from.
//! * [`dispatcher`] puts them together; [`running`] starts their loops, each a `routine`, and stops them;
//!   [`watching`] shows what they count.
//!
//! Imports go from intake and upkeep to sending, from sending to node, from node to egress, and never back. No module here
//! may know the status codes of our own API, nor SQL.

pub mod dispatcher;
pub mod egress;
pub mod intake;
pub mod node;
mod routine;
pub mod running;
pub mod sending;
pub mod upkeep;
pub mod watching;
