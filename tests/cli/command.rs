//! The binary with what goes in and what comes out.

use std::io::Write;
use std::process::{Command, Stdio};

/// What a command printed and how it ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs `ringback` with these arguments and this input; `secret` is the environment's.
pub(crate) fn ringback(arguments: &[&str], input: &str, secret: Option<&str>) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringback"));
    command.args(arguments).env_remove("RINGBACK_SECRET").envs(secret.map(|secret| ("RINGBACK_SECRET", secret)));
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    // A command that refuses its flags ends without reading.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

impl Ended {
    /// What it printed, if it did what it was asked to.
    pub(crate) fn done(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.out
    }

    /// What it complained about.
    pub(crate) fn refused(self) -> String {
        assert_eq!(self.code, 1, "{self:?}");
        assert!(self.out.is_empty(), "{self:?}");
        self.err
    }
}
