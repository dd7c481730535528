//! The `ringback` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    ringback::cli::run(std::env::args_os())
}
