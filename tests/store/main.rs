//! The store's suite: what any store must keep. Every test begins with [`setup::store`] and knows nothing else of the
//! engine, so that either one runs the same tests.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that meets the unexpected should fail there and then")]

mod attempts;
mod circuits;
mod clicks;
mod compiled;
mod configuration;
mod dead_rows;
mod delivery_lists;
mod disabling;
mod egress;
mod endpoint_tests;
mod engine;
mod erasure;
mod history;
mod in_line;
mod in_turn;
mod logging;
mod nodes;
mod one_look;
mod people;
mod plans;
mod queue;
mod rate_slots;
mod reads;
mod recipes;
mod refusal_runs;
mod replay_range;
mod replays;
mod rollups;
mod round_trips;
mod secrets;
mod settled_day;
mod setup;
mod unknown_words;
mod wire;
