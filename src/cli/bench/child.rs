//! A child process: this same binary under another command.
//!
//! It is killed and waited for wherever its owner ends, be it by success, by a failure or by Ctrl-C. Nothing of the
//! caller's own `RINGBACK_*` reaches it: a measurement must not depend on who makes it.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::Failure;

/// How long a child may take to say its next line: a server that runs its migrations on a busy disk takes a second.
const PATIENCE: Duration = Duration::from_secs(60);
/// Lines that wait to be read; what a child says beyond is thrown away.
const LINES: usize = 16;

/// A running child.
#[derive(Debug)]
pub(super) struct Child {
    process: std::process::Child,
    lines: mpsc::Receiver<String>,
    name: String,
}

impl Child {
    /// Starts this binary with these arguments and environment variables.
    pub(super) fn start(arguments: &[String], variables: &[(&str, String)]) -> Result<Self, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("RINGBACK_") {
                command.env_remove(name);
            }
        }
        command.args(arguments).envs(variables.iter().map(|(name, value)| (name, value)));
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (say, lines) = mpsc::channel(LINES);
        if let Some(stdout) = process.stdout.take() {
            // Read to the end, so that a child that talks on never stands still over a full pipe.
            thread::spawn(move || {
                BufReader::new(stdout).lines().map_while(Result::ok).for_each(|line| drop(say.try_send(line)));
            });
        }
        let name = arguments.first().cloned().unwrap_or_default();
        Ok(Self { process, lines, name })
    }

    /// Its process id.
    pub(super) fn id(&self) -> u32 {
        self.process.id()
    }

    /// The next line that it prints.
    pub(super) async fn line(&mut self) -> Result<String, Failure> {
        self.line_within(PATIENCE).await
    }

    /// The same with another patience.
    pub(super) async fn line_within(&mut self, patience: Duration) -> Result<String, Failure> {
        let line = tokio::time::timeout(patience, self.lines.recv()).await;
        let line = line.map_err(|_| format!("`{}` said nothing within {} s", self.name, patience.as_secs()))?;
        line.ok_or_else(|| format!("`{}` ended too early", self.name).into())
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone after this, and so is its hold on files.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Returns when the process that started this one is gone: its end of our standard input closes with it.
pub(super) async fn parent_gone() {
    let (gone, wait) = oneshot::channel::<()>();
    thread::spawn(move || {
        let mut byte = [0];
        while std::io::stdin().read(&mut byte).is_ok_and(|read| read > 0) {}
        drop(gone);
    });
    drop(wait.await);
}
