//! Floor 3: the machine that takes reports in and sends callbacks out.
//!
//! [`intake`] records and hands over in memory what can be sent at once; [`worker`] claims what could not (retries,
//! overflow, what an earlier process left); [`sender`] takes a claimed delivery through one [`exchange`] to its
//! settlement; [`housekeeping`] keeps what is held, expired or old in order, [`echo`] checks what egress IPs look like from
//! outside, [`cluster`] knows of the other nodes and takes over from those that died. [`machine`] puts them together.
//!
//! No module here may know the status codes of our own API, nor SQL.

pub mod cluster;
pub mod directory;
pub mod dispatcher;
pub mod echo;
pub mod egress;
pub mod exchange;
mod failure;
pub mod housekeeping;
pub mod intake;
pub mod job;
pub mod keys;
pub mod lease;
pub mod metrics;
pub mod pacing;
pub mod readiness;
pub mod rehearsal;
pub mod resolver;
pub mod reversing;
mod reviewing;
pub mod running;
pub mod sender;
pub mod settling;
pub mod tracking;
pub mod worker;
