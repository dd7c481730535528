//! The echo: a server of the operator's that answers with the address it sees, asked through every bind, so that a wrong
//! route or a wrong NAT rule is found before a publisher's firewall finds it.
//!
//! It remembers what was seen through each bind; what that means for an egress IP follows from its address. An echo that
//! cannot be reached proves nothing: what was known stays. It must not hold up a start or the queue: it asks beside them,
//! and only a bind that was never asked about waits for the answer, since a callback must leave from the right address
//! or not at all.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::join_all;
use reqwest::Client;
use serde::Serialize;
use url::Url;

use crate::domain::egress::Bind;

/// How long an echo may take: what waits for a first answer waits no longer than this.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longest answer that is read: an address has at most 45 characters.
const LONGEST: usize = 256;

/// What is known of an egress IP from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verification {
    /// The echo sees exactly this address.
    Verified,
    /// No echo is set, or it has not answered yet.
    Assumed,
    /// The echo sees another address: nothing leaves from it.
    Wrong,
}

/// `None` before the echo was asked; then the address that it saw, if it ever answered.
pub type EchoAnswer = Option<Option<IpAddr>>;

/// The operator's echo and what it said.
pub struct Echo {
    url: Url,
    said: Mutex<HashMap<Bind, Said>>,
}

/// What was heard of one bind.
#[derive(Clone, Copy, Debug)]
struct Said {
    seen: Option<IpAddr>,
    /// The latest asking failed: told once, when it begins.
    silent: bool,
}

/// An operator's URL may carry credentials.
impl std::fmt::Debug for Echo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Echo").field("said", &self.said).finish_non_exhaustive()
    }
}

impl Verification {
    /// In one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Assumed => "assumed",
            Self::Wrong => "wrong",
        }
    }

    /// What it means for an egress IP that the echo saw this address, or none.
    pub fn of(address: IpAddr, seen: Option<IpAddr>) -> Self {
        match seen {
            None => Self::Assumed,
            Some(seen) if seen == address => Self::Verified,
            Some(_) => Self::Wrong,
        }
    }
}

impl Echo {
    /// An echo that was not asked yet.
    pub fn new(url: Url) -> Self {
        Self { url, said: Mutex::default() }
    }

    /// What it said of a bind.
    pub fn answer(&self, bind: &Bind) -> EchoAnswer {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).get(bind).map(|said| said.seen)
    }

    /// Keeps only what was heard of these binds: one that comes back later is asked about anew.
    pub(super) fn forget_others(&self, binds: &[Bind]) {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).retain(|bind, _| binds.contains(bind));
    }

    /// Asks through these binds at the same time.
    pub(super) async fn ask(&self, binds: HashSet<Bind>, client: impl Fn(&Bind) -> Option<Client>) {
        let asked = binds.into_iter().map(|bind| {
            let client = client(&bind);
            async move {
                let answer = match client {
                    Some(client) => tokio::time::timeout(PATIENCE, address_seen(client, self.url.clone())).await,
                    None => Ok(Err("no client can be built".to_owned())),
                };
                let answer = answer.unwrap_or_else(|_| Err(format!("no answer within {} s", PATIENCE.as_secs())));
                self.note(bind, answer);
            }
        });
        join_all(asked).await;
    }

    fn note(&self, bind: Bind, answer: Result<IpAddr, String>) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let before = said.get(&bind).copied().unwrap_or(Said { seen: None, silent: false });
        let now = match &answer {
            Ok(seen) => Said { seen: Some(*seen), silent: false },
            Err(_) => Said { silent: true, ..before },
        };
        if let (Err(reason), false) = (&answer, before.silent) {
            tracing::warn!(bind = bind.shown(), reason, "the egress echo does not answer; what was known stays");
        }
        said.insert(bind, now);
    }
}

/// The address that the echo answers with; the error says in words why there is none, without the URL.
async fn address_seen(client: Client, url: Url) -> Result<IpAddr, String> {
    let response = client.get(url).send().await.map_err(|error| error.without_url().to_string())?;
    if response.status().as_u16() != 200 {
        return Err(format!("it answers {}", response.status().as_u16()));
    }
    let mut chunks = response.bytes_stream();
    let mut body = Vec::new();
    while let Some(chunk) = chunks.next().await {
        body.extend_from_slice(&chunk.map_err(|error| error.without_url().to_string())?);
        if body.len() > LONGEST {
            return Err("it answers more than an address".to_owned());
        }
    }
    let text = String::from_utf8_lossy(&body);
    let address = text.trim().parse::<IpAddr>().map_err(|_| "it answers something else than an address".to_owned())?;
    Ok(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_echo_that_falls_silent_leaves_what_was_known() {
        let echo = Echo::new("http://127.0.0.1/ip".parse().unwrap());
        let (bind, seen) = (Bind::Local([127, 0, 0, 2].into()), IpAddr::from([127, 0, 0, 2]));
        assert_eq!(echo.answer(&bind), None);
        echo.note(bind.clone(), Err("no answer".to_owned()));
        assert_eq!(echo.answer(&bind), Some(None));
        echo.note(bind.clone(), Ok(seen));
        echo.note(bind.clone(), Err("no answer".to_owned()));
        assert_eq!(echo.answer(&bind), Some(Some(seen)));
        echo.forget_others(&[]);
        assert_eq!(echo.answer(&bind), None);
    }

    #[test]
    fn an_egress_ip_is_wrong_only_if_another_address_was_seen() {
        let [ours, other] = [5, 6].map(|last| IpAddr::from([127, 0, 0, last]));
        assert_eq!(Verification::of(ours, None), Verification::Assumed);
        assert_eq!(Verification::of(ours, Some(ours)), Verification::Verified);
        assert_eq!(Verification::of(ours, Some(other)), Verification::Wrong);
    }
}
