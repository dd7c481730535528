//! Commands that need a database or a server, run as a person runs them: what they print, what they refuse and by which
//! words. Those that need neither are in `tests/cli`.

mod bench;
mod demo;
mod master_key;
mod migrate_store;
mod reconcile;
mod starting;
mod starting_on_postgres;
mod tokens;
