//! The store's suite. Every test takes a `&Store`, so that a second store can run the same ones.

mod configuration;
mod egress;
mod secrets;
mod setup;
