//! The real binary as a child process, for what only a process can show: being killed, being refused, printing.

use std::net::SocketAddr;
use std::ops::Deref;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use ringback::clock::Clock;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines};
use tokio::process::{ChildStdout, Command};
use tokio::task::JoinHandle;

use crate::api::{Api, PATIENCE, TOKEN};
use crate::place::{self, Place};

/// A folder with a database, for one process after the other; a clone with other settings is another node of the same
/// database.
#[derive(Clone)]
pub(crate) struct Home {
    place: Arc<Place>,
    settings: Vec<(String, String)>,
}

/// What a command that ended printed.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) printed: String,
    pub(crate) complaint: String,
}

/// A `ringback serve` that listens.
pub(crate) struct Child {
    pub(crate) address: SocketAddr,
    process: tokio::process::Child,
    api: Api,
    stdout: Lines<BufReader<ChildStdout>>,
    /// Read all along, so that a log of any length cannot fill the pipe.
    stderr: JoinHandle<String>,
}

impl Home {
    /// An empty folder. Its processes may call back to loopback addresses over HTTP and hardly wait for a retry.
    pub(crate) fn new() -> Self {
        Self::at(place::fresh())
    }

    /// The same in an SQLite file, for what only a file shows.
    pub(crate) fn on_sqlite() -> Self {
        Self::at(place::on_sqlite())
    }

    /// The same in a PostgreSQL database, for what only several nodes show.
    pub(crate) fn on_postgres() -> Self {
        Self::at(place::on_postgres())
    }

    /// What a setting is.
    pub(crate) fn setting(&self, name: &str) -> &str {
        self.settings.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The same in this place.
    pub(crate) fn at(place: Place) -> Self {
        let (url, key_file) = (place.url.clone(), place.key_file());
        let home = Self { place: Arc::new(place), settings: Vec::new() };
        home.with("RINGBACK_LISTEN", "127.0.0.1:0")
            .with("RINGBACK_DATABASE_URL", &url)
            .with("RINGBACK_MASTER_KEY_FILE", key_file.to_str().unwrap())
            .with("RINGBACK_POOL_SIZE", "8")
            .with("RINGBACK_BOOTSTRAP_TOKEN", TOKEN)
            .with("RINGBACK_ALLOW_HTTP", "true")
            .with("RINGBACK_ALLOW_TARGETS", "127.0.0.0/8")
            .with("RINGBACK_RETRY_SCALE", "0.001")
    }

    /// The same with another setting; an empty one counts as unset.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.settings.retain(|(known, _)| known != name);
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A file in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.place.path(name)
    }

    /// The URL of its own database, whichever one it was set to use since.
    pub(crate) fn database_url(&self) -> String {
        self.place.url.clone()
    }

    /// Runs a command that ends by itself.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Ended {
        self.run_within(PATIENCE, arguments).await
    }

    /// The same for one that takes its time.
    pub(crate) async fn run_within(&self, patience: Duration, arguments: &[&str]) -> Ended {
        let output = tokio::time::timeout(patience, self.command(arguments).output()).await;
        let output = output.expect("the command did not end").unwrap();
        Ended {
            status: output.status,
            printed: String::from_utf8(output.stdout).unwrap(),
            complaint: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Starts a server that must come up.
    pub(crate) async fn serve(&self) -> Child {
        let mut process = self.command(&["serve"]).spawn().unwrap();
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
        let address = base.strip_prefix("http://").unwrap().parse().unwrap();
        Child { address, process, api: Api::at(base, Clock::system()), stdout, stderr }
    }

    /// A command that has not been started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringback"));
        // The developer's own settings must not decide a test.
        command.args(arguments).env_clear().envs(self.settings.iter().cloned()).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

impl Deref for Child {
    type Target = Api;

    fn deref(&self) -> &Api {
        &self.api
    }
}

impl Child {
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
