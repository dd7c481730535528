//! The whole service: most tests over real sockets and a real file with a clock that the test turns; those of the admin
//! API call its handlers directly (see [`harness`]).
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "whole processes are watched, which take the machine's time")]

mod access;
mod admin_apps;
mod admin_secrets;
mod amounts;
mod api;
mod attribution;
mod audit;
mod awkward;
mod bench;
mod by_hand;
mod child;
mod crash;
mod delivering;
mod demo;
mod egress_echo;
mod egress_proxy;
mod erasure;
mod exports;
mod harness;
mod hostile_bodies;

mod independent;
mod independent_receiver;
mod ledger;
mod lifecycle;
mod lookup;
mod master_key;
mod migrate_store;
mod money;
mod offers;
#[path = "../place/mod.rs"]
mod place;
mod queue;
mod receiver;
mod reconcile;
mod reporting;
mod reversals;
mod reviews;
mod ringback;
mod starting_on_postgres;
mod strictness;
mod tokens_on_the_command_line;
mod wire;
mod wire_egress;
mod wire_endings;
