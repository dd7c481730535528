//! `ringback serve` as a child process, for whoever needs a server of its own for a while.
//!
//! It is the server that anybody starts, with settings in its environment; its address and its first token are read from
//! what it prints. It listens on a free port of loopback and may call back to loopback over plain HTTP.

use std::net::SocketAddr;
use std::time::Duration;

use super::Failure;
use super::child::Child;

/// What `ringback serve` prints before its address.
pub const LISTENS_ON: &str = "Ringback listens on http://";
/// What it prints before the operator's token of a store that had none.
pub const FIRST_TOKEN: &str = "First operator token, shown this once: ";
/// Its hidden flag: it stops as by SIGTERM when its standard input ends, hence with the process that started it, even
/// where that one was killed.
pub const UNTIL_STDIN_ENDS: &str = "until-stdin-ends";

/// A server stops within ten seconds; one that takes longer hangs.
const STOPS_WITHIN: Duration = Duration::from_secs(11);

const SETTINGS: [(&str, &str); 3] =
    [("RINGBACK_LISTEN", "127.0.0.1:0"), ("RINGBACK_ALLOW_HTTP", "true"), ("RINGBACK_ALLOW_TARGETS", "127.0.0.0/8")];

/// A server that listens. It is killed where this value is dropped.
#[derive(Debug)]
pub struct ServerProcess {
    /// Where.
    pub address: SocketAddr,
    child: Child,
}

impl ServerProcess {
    /// Starts it with these settings besides.
    pub async fn start(settings: &[(&str, String)]) -> Result<Self, Failure> {
        let settings = settings.iter().map(|(name, value)| (*name, value.as_str()));
        let until_stdin_ends = format!("--{UNTIL_STDIN_ENDS}");
        let mut child = Child::start(&["serve", &until_stdin_ends], SETTINGS.into_iter().chain(settings))?;
        let address = child.line_after(LISTENS_ON).await?.parse()?;
        Ok(Self { address, child })
    }

    /// The operator's token that it made for a new store.
    pub async fn first_token(&mut self) -> Result<String, Failure> {
        self.child.line_after(FIRST_TOKEN).await
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Lets it finish what it is doing and end; fails unless it ends well.
    pub async fn stop(self) -> Result<(), Failure> {
        self.child.stop(STOPS_WITHIN).await
    }
}
