//! The harness: how a test holds a Ringback, and who calls it and whom it calls.
//!
//! [`Ringback::start`] is the plain case: the service in the test's own process, over real sockets and a database of its
//! own, with a clock that the test turns. What differs from that begins with a [`Home`], which holds the database, the
//! folder and the settings: `home.start()` starts the same in this process, `home.serve()` the real binary, which can be
//! killed, and `home.run(…)` a command that ends by itself. Whatever was started is called by an [`Api`].
//!
//! A [`Wall`] is all that a callback needs: an app with a secret, the server that it calls, and a source that reports.
//! `calling("besitos", …)` is a fresh Ringback with one; `api.wall(…)` makes another one.
//!
//! Nothing here knows a rule of the product. It is a folder of the one test crate that needs all of it, so that whatever
//! no test uses any more is found by the compiler.

mod account;
mod api;
mod child;
mod database;
mod home;
mod load;
mod receiver;
mod ringback;
mod shown;
mod wall;

pub(crate) use account::{again, all_delivered, settle, tally};
pub(crate) use api::{Answer, Api, TOKEN, text};
pub(crate) use child::{Child, Ended};
pub(crate) use database::{in_database, key};
pub(crate) use home::Home;
pub(crate) use load::Load;
pub(crate) use receiver::{Received, Receiver, Reply};
pub(crate) use ringback::{Ringback, calling};
pub(crate) use shown::{has, shown};
pub(crate) use wall::{App, DECODED_SECRET, OFFERMARU_PATH, SECRET, Source, Wall, with};

use std::time::Duration;

/// How long a test waits for what must come about: a take-over by another node, with the pause after it, on a busy
/// machine. Only a failing test ever waits so long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(45);

/// Asks again and again until this is found.
pub(crate) async fn found<T, F: Future<Output = Option<T>>>(what: &str, mut look: impl FnMut() -> F) -> T {
    let finding = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, finding).await.unwrap_or_else(|_| panic!("it never came about: {what}"))
}
