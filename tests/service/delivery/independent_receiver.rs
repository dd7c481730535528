//! A publisher's server written from a vendor's documentation, in another language, as a child process.
//!
//! What it says about a request stands in lines on its standard output; `tests/receivers/README.md` describes them.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// Interpreters start slowly on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Variables that make a receiver another one than its tests expect, if the machine has them set.
const VARIABLES: [&str; 14] = [
    "SECRET",
    "LISTEN_HOST",
    "LISTEN_PORT",
    "FAIL_FIRST",
    "PUBLIC_ORIGIN",
    "UNSIGNED",
    "SURFACE",
    "NOW_MS",
    "REBUILD",
    "AS_PRINTED",
    "APP_KEY",
    "HEADER",
    "ID",
    "METHOD",
];

/// How a receiver is started, from within `tests/receivers`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Program {
    pub(crate) command: &'static [&'static str],
    /// What must be installed for it.
    pub(crate) needs: &'static str,
}

pub(crate) const BESITOS: Program = Program::in_php(&["php/serve", "besitos"]);
pub(crate) const OFFERMARU: Program = Program::in_node(&["node", "node/offermaru.js"]);
pub(crate) const AFFONSO: Program = Program::in_node(&["node", "node/affonso.js"]);
pub(crate) const ATTRIBLOOM: Program = Program::in_python(&["python3", "python/attribloom.py"]);
pub(crate) const SIGNED_POST: Program = Program::in_python(&["python3", "signed_post.py"]);

impl Program {
    pub(super) const fn in_php(command: &'static [&'static str]) -> Self {
        Self { command, needs: "bash and php" }
    }

    pub(super) const fn in_node(command: &'static [&'static str]) -> Self {
        Self { command, needs: "node, and `npm ci` in tests/receivers/node" }
    }

    pub(super) const fn in_python(command: &'static [&'static str]) -> Self {
        Self { command, needs: "python3, and what tests/receivers/python/requirements.txt lists" }
    }

    /// The command, to be run in the receivers' folder.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(self.command[0]);
        command.args(&self.command[1..]).current_dir(folder()).kill_on_drop(true);
        command
    }

    /// What a person is told whose machine lacks something. It is never skipped: an untested signature is no signature.
    pub(crate) fn missing(&self, why: &str) -> ! {
        panic!("{:?} did not start ({why}): it needs {}. ./tests/run installs all of it", self.command, self.needs)
    }
}

/// A receiver that listens.
pub(crate) struct Independent {
    port: u16,
    lines: Lines<BufReader<ChildStdout>>,
    /// Killed when it is dropped.
    _process: Child,
}

impl Independent {
    /// Starts a receiver with these variables of its environment.
    pub(crate) async fn start(program: Program, environment: &[(&str, &str)]) -> Self {
        let mut command = program.command();
        for name in VARIABLES {
            command.env_remove(name);
        }
        command.envs(environment.iter().copied()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().unwrap_or_else(|error| program.missing(&error.to_string()));
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let first = tokio::time::timeout(PATIENCE, lines.next_line()).await.expect("it does not say its port").unwrap();
        let Some(first) = first else { program.missing("it ended before it listened") };
        let listening: Value = serde_json::from_str(&first).unwrap();
        let port = listening["listening"].as_u64().and_then(|port| u16::try_from(port).ok());
        Self { port: port.unwrap(), lines, _process: process }
    }

    /// `http://127.0.0.1:PORT` followed by a path and query.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// What it says about the next request.
    pub(crate) async fn next(&mut self) -> Value {
        let line = tokio::time::timeout(PATIENCE, self.lines.next_line()).await;
        let line = line.expect("no callback came").unwrap().expect("the receiver ended");
        serde_json::from_str(&line).unwrap()
    }
}

/// Where the receivers are.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/receivers")
}
