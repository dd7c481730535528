//! Ringback: the sender behind an offerwall.
//!
//! # Who is who
//! * A **source** (an offer system) reports that a user completed an offer.
//! * The **intake** verifies, validates and records the report, and only then answers.
//! * The **store** keeps completions, deliveries and attempts; what it acknowledged survives `kill -9`.
//! * The **worker** claims deliveries that are due, the **sender** performs one exchange with the publisher's server.
//! * The **directory** holds apps, secrets and egress IPs in memory, never more than a second old.
//! * **Publishers**, **account managers** and **operators** configure all of it through the admin API.
//!
//! # The floors
//! `main → cli, demo, bench → command → service → web → actions → dispatch → store → domain`: a module imports only from floors below
//! its own, and `tests/architecture` checks it. [`domain`] is pure: it reads no disk, no network, no clock
//! and no randomness.
//! [`store`] is the only place that knows Diesel, [`web`] the only one that knows our status codes, [`clock`] the only one
//! that reads the time, [`random`] the only one that asks for randomness.
//!
//! # The life of a completion
//! report → [`domain::report`] parses it → [`dispatch::intake`] validates it against the app's dialects →
//! [`store::queue`] records completion and deliveries in one group commit → 200 → [`dispatch::sending`] composes, signs
//! and sends by [`domain::dialect`] → [`domain::decision`] says what the outcome means → [`store::queue`] settles it.

pub mod actions;
#[expect(clippy::disallowed_methods, reason = "what is measured takes the machine's time")]
#[cfg(feature = "tools")]
pub mod bench;
pub mod cli;
pub mod clock;
pub mod command;
#[expect(clippy::disallowed_methods, reason = "whoever watches it waits in the machine's time")]
#[cfg(feature = "tools")]
pub mod demo;
pub mod dispatch;
pub mod domain;
pub mod random;
pub mod service;
pub mod settings;
pub mod store;
pub mod telemetry;
pub mod web;
