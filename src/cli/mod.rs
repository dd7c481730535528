//! What a person types: a file for each command.

mod dialect;
mod dialects;
mod endpoint;
mod given;
mod migrate;
mod migrate_store;
mod reconcile;
mod serve;
mod sign;
mod token;
mod verify;

use crate::command::Subcommand;

/// All commands but those that show and measure.
pub fn commands() -> [Subcommand; 9] {
    [
        Subcommand { flags: serve::command(), run: serve::run },
        Subcommand { flags: migrate::command(), run: migrate::run },
        Subcommand { flags: migrate_store::command(), run: migrate_store::run },
        Subcommand { flags: reconcile::command(), run: reconcile::run },
        Subcommand { flags: token::command(), run: token::run },
        Subcommand { flags: sign::command(), run: sign::run },
        Subcommand { flags: verify::command(), run: verify::run },
        Subcommand { flags: dialects::command(), run: dialects::run },
        Subcommand { flags: dialect::command(), run: dialect::run },
    ]
}
