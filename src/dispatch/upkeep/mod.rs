//! Upkeep: what keeps a node and its queue in order, beside everything that is taken in and sent.
//!
//! [`holds`] holds and releases what the configuration says, [`reviews`] ends what somebody was to look at, [`replays`] reopens
//! what an outage left behind, [`retention`] removes what is old, [`rescue`] takes back what dead nodes had claimed, [`follow`] takes over what other nodes changed,
//! [`heartbeat`] shows that this one lives, [`egress_checks`] asks what its addresses look like from outside.
//!
//! Each is a step that a routine does over and over. Every node does all of them; each step names the state that it
//! changes, so that two nodes that do the same do no harm; of replay jobs each does its own. None may stand in the way of a report: they work in small steps.

pub mod egress_checks;
pub mod follow;
pub mod heartbeat;
pub mod holds;
pub mod replays;
pub mod rescue;
pub mod retention;
pub mod reviews;
