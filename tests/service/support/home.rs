//! What a Ringback of a test is started from: a database, a folder and settings.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use place::Place;
use ringback::settings::Settings;
use tokio::process::Command;

use super::{Child, Ended, PATIENCE, Ringback, TOKEN};

/// A folder with a database, for one process after the other; a clone with other settings is another node of the same
/// database.
#[derive(Clone)]
pub(crate) struct Home {
    place: Arc<Place>,
    settings: Vec<(String, String)>,
}

impl Home {
    /// An empty database of this run's engine. Whoever is started from it may call back to loopback addresses over HTTP.
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

    fn at(place: Place) -> Self {
        let (url, key_file) = (place.url.clone(), place.key_file());
        let home = Self { place: Arc::new(place), settings: Vec::new() };
        home.with("RINGBACK_LISTEN", "127.0.0.1:0")
            .with("RINGBACK_DATABASE_URL", &url)
            .with("RINGBACK_MASTER_KEY_FILE", key_file.to_str().unwrap())
            .with("RINGBACK_POOL_SIZE", "8")
            .with("RINGBACK_BOOTSTRAP_TOKEN", TOKEN)
            .with("RINGBACK_ALLOW_HTTP", "true")
            .with("RINGBACK_ALLOW_TARGETS", "127.0.0.0/8")
            .with("RINGBACK_TRUSTED_PROXIES", "127.0.0.0/8")
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

    /// The settings, as the service reads them.
    pub(super) fn settings(&self) -> Settings {
        let value = |name: &str| self.settings.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        Settings::from_env(value).unwrap()
    }

    /// Starts the service in the test's own process.
    pub(crate) async fn start(self) -> Ringback {
        Ringback::start_at(self).await
    }

    /// Starts the real binary as a server that must come up.
    pub(crate) async fn serve(&self) -> Child {
        Child::of(self.command(&["serve"]), self.clone()).await
    }

    /// Runs a command that ends by itself.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Ended {
        self.run_within(PATIENCE, arguments).await
    }

    /// The same for one that takes its time.
    pub(crate) async fn run_within(&self, patience: Duration, arguments: &[&str]) -> Ended {
        let output = tokio::time::timeout(patience, self.command(arguments).output()).await;
        let output = output.expect("the command did not end").unwrap();
        let [printed, complaint] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        Ended { status: output.status, printed, complaint }
    }

    /// A command that has not been started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringback"));
        // The developer's own settings must not decide a test. No test turns a process's clock, so it hardly waits for a
        // retry unless it is told to.
        command.args(arguments).env_clear().env("RINGBACK_RETRY_SCALE", "0.001").envs(self.settings.iter().cloned());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }
}
