//! Drills of several nodes: real processes on a real PostgreSQL that are killed, cut off and failed over under load.
//!
//! Only what takes several processes or a misbehaving database belongs here; each drill stands in a file of its own.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "whole processes are watched, which take the machine's time")]

mod account;
#[path = "../service/api.rs"]
#[expect(dead_code, reason = "the other suites use the rest")]
mod api;
#[path = "../service/child.rs"]
#[expect(dead_code, reason = "the other suites use the rest")]
mod child;
mod configured_elsewhere;
mod connections_cut;
mod cut_off;
mod database;
mod egress_affinity;
mod killed_at_random;
mod killed_node;
mod load;
mod lost_answers;
mod nodes;
#[path = "../place/mod.rs"]
mod place;
mod primary_lost;
mod proxy;
#[path = "../service/receiver.rs"]
#[expect(dead_code, reason = "the other suites use the rest")]
mod receiver;
mod same_report;
mod vanished;
