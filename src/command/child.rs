//! A child process: this same binary under another command.
//!
//! It does not outlive its owner. It is killed and waited for wherever its owner ends, be it by success, by a failure or by
//! Ctrl-C; and where the owner itself is killed, the child's standard input ends, which the child waits for. Nothing of
//! the caller's own `RINGBACK_*` reaches it: neither a demonstration nor a measurement may depend on who makes it.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
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
pub struct Child {
    process: std::process::Child,
    lines: mpsc::Receiver<String>,
    name: String,
}

impl Child {
    /// Starts this binary with these arguments and environment variables. What it complains of appears among the caller's
    /// own complaints.
    pub fn start<'a>(
        arguments: &[&str],
        variables: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("RINGBACK_") {
                command.env_remove(name);
            }
        }
        command.args(arguments).envs(variables);
        // A terminal's Ctrl-C goes to the whole group of its process, but when this one ends is for its owner to say.
        command.process_group(0);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (say, lines) = mpsc::channel(LINES);
        if let Some(stdout) = process.stdout.take() {
            // Read to the end, so that a child that talks on never stands still over a full pipe.
            thread::spawn(move || {
                BufReader::new(stdout).lines().map_while(Result::ok).for_each(|line| drop(say.try_send(line)));
            });
        }
        let name = arguments.first().map_or_else(String::new, |name| format!("`ringback {name}`"));
        Ok(Self { process, lines, name })
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// The next line that it prints.
    pub async fn line(&mut self) -> Result<String, Failure> {
        self.line_within(PATIENCE).await
    }

    /// The same with another patience.
    pub async fn line_within(&mut self, patience: Duration) -> Result<String, Failure> {
        let line = tokio::time::timeout(patience, self.lines.recv()).await;
        let line = line.map_err(|_| format!("{} said nothing within {} s", self.name, patience.as_secs()))?;
        line.ok_or_else(|| format!("{} ended too early; its own complaint stands above", self.name).into())
    }

    /// The rest of the next line that begins with these words.
    pub async fn line_after(&mut self, words: &str) -> Result<String, Failure> {
        loop {
            if let Some(rest) = self.line().await?.strip_prefix(words) {
                return Ok(rest.to_owned());
            }
        }
    }

    /// Ends its standard input and waits until it has stopped; fails unless it ends well and in time.
    pub async fn stop(mut self, patience: Duration) -> Result<(), Failure> {
        drop(self.process.stdin.take());
        // Its standard output ends with it.
        let ended = async { while self.lines.recv().await.is_some() {} };
        let in_time = tokio::time::timeout(patience, ended).await;
        in_time.map_err(|_| format!("{} did not stop within {} s", self.name, patience.as_secs()))?;
        let status = self.process.wait()?;
        if status.success() { Ok(()) } else { Err(format!("{} did not stop well: {status}", self.name).into()) }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone after this, and so is its hold on files.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Returns when the process that started this one is gone, or wants it to stop: its end of our standard input closes.
pub async fn parent_gone() {
    let (gone, wait) = oneshot::channel::<()>();
    thread::spawn(move || {
        let mut byte = [0];
        while std::io::stdin().read(&mut byte).is_ok_and(|read| read > 0) {}
        drop(gone);
    });
    drop(wait.await);
}
