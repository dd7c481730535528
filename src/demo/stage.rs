//! The stage: a temporary folder, `ringback serve` on SQLite in it, and the publishers' servers; and the way to clear it
//! all.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::Arc;

use tempfile::TempDir;

use super::board::Board;
use super::cast::{CAST, EGRESS, RETRY_SCALE};
use super::platform::Platform;
use super::receiver::Receiver;
use crate::command::Failure;
use crate::command::server_process::ServerProcess;

/// What runs during a demo.
#[derive(Debug)]
pub(super) struct Stage {
    /// Ringback from outside.
    pub platform: Platform,
    /// The publishers' servers, in the order of the cast.
    pub receivers: Vec<Receiver>,
    // It ends before its folder is removed: fields are dropped in this order.
    server: ServerProcess,
    folder: TempDir,
}

impl Stage {
    /// Starts everything. What a failure leaves behind is cleared by being dropped.
    pub(super) async fn open(board: &Arc<Board>) -> Result<Self, Failure> {
        check_addresses()?;
        let folder = tempfile::Builder::new().prefix("ringback-demo-").tempdir()?;
        let settings = [
            ("RINGBACK_DATABASE_URL", format!("sqlite://{}", folder.path().join("ringback.db").display())),
            ("RINGBACK_RETRY_SCALE", RETRY_SCALE.to_owned()),
            // The demo's own words are to stay readable; and a web server that is stopped as soon as it has started
            // calls that an error, which it is not.
            ("RINGBACK_LOG", "error,actix_server=off".to_owned()),
        ];
        let receivers = CAST.iter().map(|part| Receiver::start(part, board)).collect::<Result<_, _>>()?;
        let mut server = ServerProcess::start(&settings).await?;
        let platform = Platform::new(server.address, server.first_token().await?)?;
        Ok(Self { platform, receivers, server, folder })
    }

    /// Stops everything and removes the folder.
    pub(super) async fn close(self) -> Result<(), Failure> {
        self.server.stop().await?;
        for receiver in self.receivers {
            receiver.stop().await;
        }
        let path = self.folder.path().to_owned();
        self.folder.close().map_err(|error| format!("{} could not be removed: {error}", path.display()).into())
    }
}

/// Linux answers to the whole of 127.0.0.0/8 by itself, other systems to 127.0.0.1 alone.
fn check_addresses() -> Result<(), Failure> {
    let needed = EGRESS.into_iter().chain(CAST.iter().map(|part| part.listens_on));
    let missing = needed.filter(|address| UdpSocket::bind(SocketAddr::new(IpAddr::V4(*address), 0)).is_err());
    let missing: Vec<String> = missing.map(|address| address.to_string()).collect();
    let Some(first) = missing.first() else {
        return Ok(());
    };
    Err(format!(
        "the demo needs loopback addresses that this host does not have: {}. macOS and the BSDs add one by \
         `sudo ifconfig lo0 alias {first} up`; Linux has them all by itself",
        missing.join(", "),
    )
    .into())
}
