//! The real binary as a child process, for what only a process can show: being killed, being refused, printing.

use std::ops::Deref;
use std::process::ExitStatus;

use ringback::clock::Clock;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines};
use tokio::process::{ChildStdout, Command};
use tokio::task::JoinHandle;

use super::{Api, Home, PATIENCE};

/// A `ringback serve` that listens, and its operator's [`Api`].
pub(crate) struct Child {
    process: tokio::process::Child,
    api: Api,
    stdout: Lines<BufReader<ChildStdout>>,
    /// Read all along, so that a log of any length cannot fill the pipe.
    stderr: JoinHandle<String>,
    /// Its folder stays for as long as it may open files there.
    _home: Home,
}

/// What a command that ended printed.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) printed: String,
    pub(crate) complaint: String,
}

impl Deref for Child {
    type Target = Api;

    fn deref(&self) -> &Api {
        &self.api
    }
}

impl Child {
    /// Starts a server that must come up.
    pub(super) async fn of(mut serve: Command, home: Home) -> Self {
        let mut process = serve.spawn().unwrap();
        let mut stdout = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut complaints = process.stderr.take().unwrap();
        let stderr = tokio::spawn(async move {
            let mut text = String::new();
            complaints.read_to_string(&mut text).await.unwrap();
            text
        });
        let first = tokio::time::timeout(PATIENCE, stdout.next_line()).await;
        let Some(first) = first.expect("it does not say where it listens").unwrap() else {
            panic!("it ended before it listened: {}", stderr.await.unwrap());
        };
        let base = first.strip_prefix("Ringback listens on ").unwrap().to_owned();
        Self { process, api: Api::new(base, Clock::system()), stdout, stderr, _home: home }
    }

    /// Memory that it takes up at this moment.
    pub(crate) fn memory_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id().unwrap())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Another way to its API.
    pub(crate) fn api(&self) -> Api {
        self.api.clone()
    }

    /// The next line of what it prints that begins with these words.
    pub(crate) async fn printed_line(&mut self, words: &str) -> String {
        let found = async {
            loop {
                let line = self.stdout.next_line().await.unwrap().expect("it ended without printing that");
                if line.starts_with(words) {
                    return line;
                }
            }
        };
        tokio::time::timeout(PATIENCE, found).await.unwrap_or_else(|_| panic!("it never printed {words:?}"))
    }

    /// Kills it as a crash would: nothing of it gets to run any more.
    pub(crate) async fn kill(mut self) {
        self.process.kill().await.unwrap();
    }

    /// Sends SIGTERM and waits for the end.
    pub(crate) async fn terminate(mut self) -> Ended {
        let id = self.process.id().unwrap().to_string();
        let sent = Command::new("sh").args(["-c", "kill -TERM \"$0\"", &id]).status().await.unwrap();
        assert!(sent.success());
        let ended = tokio::time::timeout(PATIENCE, self.process.wait()).await;
        let status = ended.expect("SIGTERM did not end it").unwrap();
        let mut printed = String::new();
        while let Some(line) = self.stdout.next_line().await.unwrap() {
            printed.push_str(&line);
            printed.push('\n');
        }
        Ended { status, printed, complaint: self.stderr.await.unwrap() }
    }
}

impl Ended {
    /// What it printed, if it did what it was asked to.
    #[track_caller]
    pub(crate) fn done(self) -> String {
        assert!(self.status.success(), "{self:?}");
        self.printed
    }

    /// It ended in failure, with one line for a person that holds these words, and without a panic.
    #[track_caller]
    pub(crate) fn is_refused(&self, words: &[&str]) {
        assert!(!self.status.success(), "{self:?}");
        assert_eq!(self.printed, "");
        let complaint = self.complaint.lines().last().unwrap();
        assert!(complaint.starts_with("ringback: "), "{self:?}");
        for word in words {
            assert!(complaint.contains(word), "no {word:?} in {complaint:?}");
        }
        assert!(!self.complaint.contains("panicked"), "{self:?}");
    }
}
