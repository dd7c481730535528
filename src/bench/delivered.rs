//! When a measurement is over, and whether what was measured is right.
//!
//! A delivery counts once its receiver has acknowledged it and the store has it down as delivered. A lost or doubled one is a
//! failure, whatever the speed.

use std::time::Duration;

use super::LOOK;
use super::receiver::{Receiver, Told};
use super::server::Server;
use crate::command::Failure;

/// How long deliveries may take from the last report on: what a minute of reports leaves behind is done within another,
/// even on a slow disk.
const PATIENCE: Duration = Duration::from_secs(240);

/// Returns once so many deliveries have arrived and are settled.
pub(super) async fn wait(server: &Server, receiver: &Receiver, deliveries: usize) -> Result<(), Failure> {
    let settling = async {
        // A server that is asked for its figures counts what waits: that costs less when nothing does any more.
        receiver.until_told_of(deliveries).await;
        while server.settled().await? < deliveries {
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    };
    tokio::time::timeout(PATIENCE, settling).await.unwrap_or_else(|_| {
        let seconds = PATIENCE.as_secs();
        Err(format!(
            "not all of {deliveries} deliveries are done {seconds} s after the last report; {:?}",
            receiver.told()
        )
        .into())
    })
}

/// Fails unless each of so many deliveries arrived once and nothing is left to do.
pub(super) async fn check(server: &Server, receiver: &Receiver, deliveries: usize) -> Result<(), Failure> {
    let (told, undelivered) = (receiver.told(), server.undelivered().await?);
    if told != (Told { distinct: deliveries, ..Told::default() }) {
        return Err(format!("{deliveries} deliveries were due, but {told:?} arrived").into());
    }
    if !undelivered.is_empty() {
        return Err(format!("deliveries are left in the states {undelivered:?}").into());
    }
    Ok(())
}
