//! `ringback bench-raw`: the same signed GETs by the same client, without Ringback: no report, no store, no settling.
//!
//! What it reaches is what this machine's HTTP client can do at all; a ratio to it says what durability costs, and says
//! it on a slow machine as on a fast one. The URLs are composed before the clock starts.

use std::net::{IpAddr, Ipv4Addr};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use clap::{ArgMatches, Command};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use super::receiver::{Receiver, Told};
use super::usage::Usage;
use super::workload::{DIALECT, completion};
use super::{PATIENCE, text};
use crate::clock::{self, Clock};
use crate::command::child::{Child, parent_gone};
use crate::command::{Failure, on_runtime, required, say};
use crate::dispatch::egress::client::{Client, Request};
use crate::dispatch::egress::clients::{Clients, SourceAddress};
use crate::dispatch::egress::resolver::VettingResolver;
use crate::dispatch::sending::pacing::MOST;
use crate::domain::destination::TargetPolicy;
use crate::domain::dialect::callback::{Callback, CallbackConfig as Endpoint, CallbackEvent};
use crate::domain::dialect::callback_url::CallbackUrl;
use crate::domain::dialect::catalog::Catalog;
use crate::domain::dialect::compose::compose;
use crate::domain::secret::SecretText;
use crate::domain::template::Origin;

/// The hidden command's name.
pub(super) const COMMAND: &str = "bench-raw";

/// As long as the secrets that Ringback makes.
const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef";

/// What the bare client did.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raw {
    /// GETs per second.
    pub(super) per_second: u64,
    /// Its CPU time for 1,000 GETs, in milliseconds.
    pub(super) cpu_ms_per_1000: u64,
}

/// The same, as the child process tells it.
#[derive(Debug, Serialize, Deserialize)]
struct Sent {
    micros: u64,
    cpu_ms: u64,
}

pub(super) fn command() -> Command {
    let flags = [required("target", "Where to send"), required("count", "How many")];
    Command::new(COMMAND).hide(true).args(flags)
}

pub(super) fn run(flags: &ArgMatches) -> Result<ExitCode, Failure> {
    let (origin, _) = Origin::split(text(flags, "target"))?;
    let urls = urls(text(flags, "target"), text(flags, "count").parse()?)?;
    on_runtime(async move {
        tokio::select! {
            sent = send(Arc::new(origin), urls) => say(&serde_json::to_string(&sent?)?),
            () = parent_gone() => {}
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn urls(target: &str, count: usize) -> Result<Vec<String>, Failure> {
    let catalog = Catalog::builtin();
    let recipe = catalog.get(DIALECT).ok_or("the dialect of the bench is unknown")?;
    let endpoint = Endpoint::default().with(|settings| settings.callback_url = Some(CallbackUrl::new(target)));
    let key = SecretText::known(KEY.to_owned());
    let now = Clock::system().now();
    let url = |number| {
        let completion = completion(number, now);
        let callback = Callback {
            event_id: "",
            completion: &completion,
            event: &CallbackEvent::Completed,
            attempted_at: now,
            created_at: now,
            is_test: false,
        };
        Ok(compose(recipe, &endpoint, &callback, &[&key])?.url)
    };
    (0..count).map(url).collect()
}

/// Sends everything, as many at a time as one endpoint is sent to.
async fn send(origin: Arc<Origin>, urls: Vec<String>) -> Result<Sent, Failure> {
    let loopback = ipnet::IpNet::from(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let resolver = VettingResolver::from_system(Arc::new(TargetPolicy::new(vec![loopback], true)))?;
    let client = Clients::new(resolver, MOST, MOST).client(&SourceAddress::Host)?;
    let (urls, next) = (Arc::new(urls), Arc::new(AtomicUsize::new(0)));
    let (before, started) = (Usage::of(std::process::id())?, Instant::now());
    let mut senders = JoinSet::new();
    for _ in 0..MOST {
        let (origin, urls, next) = (Arc::clone(&origin), Arc::clone(&urls), Arc::clone(&next));
        senders.spawn(send_next(client.clone(), origin, urls, next));
    }
    while let Some(sender) = senders.join_next().await {
        sender??;
    }
    let micros = u64::try_from(started.elapsed().as_micros())?;
    Ok(Sent { micros, cpu_ms: Usage::of(std::process::id())?.cpu_ms - before.cpu_ms })
}

async fn send_next(
    client: Client,
    origin: Arc<Origin>,
    urls: Arc<Vec<String>>,
    next: Arc<AtomicUsize>,
) -> Result<(), Failure> {
    while let Some(url) = urls.get(next.fetch_add(1, Ordering::Relaxed)) {
        let request = Request::get(&origin, url.strip_prefix(origin.as_str()).unwrap_or_default())?;
        let mut answer = client.send(request, clock::monotonic() + PATIENCE).await?;
        if !answer.status.is_success() {
            return Err(format!("the bare client was answered {}", answer.status.as_u16()).into());
        }
        while answer.chunk().await?.is_some() {}
    }
    Ok(())
}

/// Measures the bare client in a process of its own.
pub(super) async fn measure(count: usize) -> Result<Raw, Failure> {
    let receiver = Receiver::start()?;
    let arguments = [COMMAND, "--target", &receiver.callback_url(), "--count", &count.to_string()];
    let mut child = Child::start(&arguments, [])?;
    let sent: Sent = serde_json::from_str(&child.line_within(PATIENCE).await?)?;
    let told = receiver.told();
    if told != (Told { distinct: count, ..Told::default() }) {
        return Err(format!("the bare client sent {count} requests, but {told:?} arrived").into());
    }
    let count = u64::try_from(count)?;
    let cpu_ms_per_1000 = sent.cpu_ms * 1000 / count.max(1);
    Ok(Raw { per_second: super::per_second(count, sent.micros), cpu_ms_per_1000 })
}
