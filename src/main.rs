//! The `ringback` binary, the top of the floors: it puts the commands of `cli`, `demo` and `bench` together, and runs the
//! one that was typed.

use std::process::ExitCode;

use clap::Command;
use mimalloc::MiMalloc;
use ringback::cli;
use ringback::command::{Subcommand, say_error};
#[cfg(feature = "tools")]
use ringback::{bench, demo};

/// Callbacks are many small allocations, made on one thread and freed on another.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let commands = commands();
    let matches = command_line(&commands).get_matches();
    let (name, flags) = matches.subcommand().expect("the parser lets nothing pass without a command");
    let command = commands.iter().find(|command| command.name() == name).expect("the parser knows no other commands");
    match (command.run)(flags) {
        Ok(code) => code,
        Err(failure) => {
            say_error(&format!("ringback: {failure}"));
            ExitCode::FAILURE
        }
    }
}

/// In the order in which `--help` lists them.
fn commands() -> Vec<Subcommand> {
    let commands = Vec::from(cli::commands());
    #[cfg(feature = "tools")]
    let commands = with_tools(commands);
    commands
}

#[cfg(feature = "tools")]
fn with_tools(mut commands: Vec<Subcommand>) -> Vec<Subcommand> {
    // Behind `serve`, because a newcomer reads from the top.
    commands.insert(1, demo::command());
    commands.extend(bench::commands());
    commands
}

fn command_line(commands: &[Subcommand]) -> Command {
    Command::new("ringback")
        .version(env!("CARGO_PKG_VERSION"))
        .about("The sender behind an offerwall: durable, signed, templated callbacks from fixed egress IPs")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands(commands.iter().map(|command| command.flags.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_commands_and_no_two_flags_of_one_have_the_same_name() {
        command_line(&commands()).debug_assert();
    }
}
