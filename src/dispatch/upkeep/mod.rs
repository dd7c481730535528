//! Upkeep: what keeps a node and its queue in order, beside everything that is taken in and sent.
//!
//! [`blocks`] holds and [`releases`] releases what the configuration says, [`expiry`] ends what was held for too long,
//! [`reviews`] what somebody was to look at, [`retention`] removes what is old (the last three not while [`clock_guard`]
//! doubts the clock), [`rollups`] writes what was added up of callbacks and folds it into hours, [`replays`] reopens what an outage left behind, [`rescue`] takes back what dead nodes had claimed,
//! [`follow`] takes over what other nodes changed, [`heartbeat`] shows that this one lives, [`egress_checks`] asks what its
//! addresses look like from outside.
//!
//! Each is a step that a routine does over and over. Every node does all of them; each step names the state that it
//! changes, so that two nodes that do the same do no harm; of replay jobs each does its own. None may stand in the way of a
//! report or of another one: they work in small steps, in tasks of their own, and of each endpoint one step is done in turn.

pub mod blocks;
pub mod clock_guard;
pub mod egress_checks;
pub mod expiry;
pub mod follow;
pub mod heartbeat;
pub mod releases;
pub mod replays;
pub mod rescue;
pub mod retention;
pub mod reviews;
pub mod rollups;
