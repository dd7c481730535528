//! Egress: one HTTP client per source address, and which of the issued addresses this machine really holds.
//!
//! A client binds to its address or goes through its proxy; there is no fallback, since a callback from another address
//! is worse than a late one. All clients share one TLS configuration, which makes a client cost microseconds.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::{Client, ClientBuilder};

use tokio::sync::Notify;

use super::echo::{Echo, Heard, Verification};
use super::resolver::{Family, VettingResolver};
use crate::domain::destination::TargetPolicy;
use crate::domain::egress::{Bind, EgressIp, check_pair};
use crate::store::queue::Holding;

/// Idle connections are kept so long: longer than the pause between two callbacks of a busy app, shorter than the minute
/// after which load balancers commonly close them.
const IDLE: Duration = Duration::from_secs(50);

/// A client could not be built.
#[derive(Debug, thiserror::Error)]
#[error("no HTTP client for {0}: {1}")]
pub struct NoClient(String, String);

/// The clients and addresses of this node.
pub struct Egress {
    resolver: VettingResolver,
    tls: rustls::ClientConfig,
    /// `RINGBACK_EGRESS_BIND`: if given, exactly these addresses are held, by these binds.
    configured: Option<HashMap<IpAddr, Bind>>,
    clients: Mutex<HashMap<Source, Client>>,
    /// Egress IPs that this node can leave from as far as it knows itself, by id, each with the bind that works.
    stock: Mutex<HashMap<String, Stocked>>,
    /// What others see of the binds, where an echo is set.
    echo: Option<Echo>,
    /// Signalled when the stock has changed, so that a new bind is asked about at once.
    pub(super) restocked: Notify,
}

/// An egress IP with the bind that works for it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stocked {
    address: IpAddr,
    bind: Bind,
}

/// What a client leaves from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// The host's own route.
    Host,
    /// A fixed address or proxy.
    Fixed(Bind),
}

impl Source {
    /// Which targets it can reach without another address of the host taking its place.
    pub fn family(&self) -> Family {
        match self {
            Self::Fixed(Bind::Local(address)) => Family::of(*address),
            // An IPv6 target would go to the proxy as a name in brackets.
            Self::Fixed(Bind::Proxy(_)) => Family::V4,
            Self::Host => Family::Any,
        }
    }
}

impl std::fmt::Debug for Egress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Egress").field("configured", &self.configured).finish_non_exhaustive()
    }
}

impl Egress {
    /// No client yet, nothing held.
    pub fn new(resolver: VettingResolver, configured: Option<HashMap<IpAddr, Bind>>, echo: Option<Echo>) -> Self {
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the default provider supports the default protocol versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let (clients, stock) = (Mutex::default(), Mutex::default());
        Self { resolver, tls, configured, clients, stock, echo, restocked: Notify::new() }
    }

    /// Finds out which of the issued addresses this machine holds now; answers whether that changed.
    pub fn take_stock<'a>(&self, issued: impl Iterator<Item = &'a EgressIp>) -> bool {
        let stocked = |egress_ip: &EgressIp| {
            let bind = self.bind_of(egress_ip)?;
            Some((egress_ip.id.clone(), Stocked { address: egress_ip.address, bind }))
        };
        let found: HashMap<String, Stocked> = issued.filter_map(stocked).collect();
        let mut stock = self.stock.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = *stock != found;
        *stock = found;
        drop(stock);
        if changed {
            self.restocked.notify_one();
        }
        changed
    }

    /// Asks the echo what it sees, through every bind in parallel, or only through those that were never asked about.
    /// Answers whether that changed which egress IPs may be left from.
    pub async fn ask_echo(&self, only_new: bool) -> bool {
        let Some(echo) = &self.echo else { return false };
        let before = self.states();
        let mut binds: Vec<Bind> = before.iter().map(|(stocked, _)| stocked.bind.clone()).collect();
        echo.forget_others(&binds);
        binds.retain(|bind| !only_new || echo.heard(bind).is_none());
        echo.ask(binds.into_iter().collect::<HashSet<_>>(), |bind| self.echo_client(bind)).await;
        let mut changed = false;
        for (stocked, old) in before {
            let now = echo.heard(&stocked.bind);
            changed |= may_leave(stocked.address, old) != may_leave(stocked.address, now);
            report(&stocked, old, now);
        }
        changed
    }

    /// What is known of an egress IP from outside.
    pub fn verification(&self, egress_ip: &EgressIp) -> Verification {
        let stock = self.stock.lock().unwrap_or_else(PoisonError::into_inner);
        let heard = stock.get(&egress_ip.id).and_then(|stocked| self.heard(&stocked.bind));
        Verification::of(egress_ip.address, heard.flatten())
    }

    /// The source to send from, if this node holds the egress IP.
    pub fn source(&self, egress_ip_id: &str) -> Option<Source> {
        let stock = self.stock.lock().unwrap_or_else(PoisonError::into_inner);
        let stocked = stock.get(egress_ip_id)?;
        let allowed = may_leave(stocked.address, self.heard(&stocked.bind));
        allowed.then(|| Source::Fixed(stocked.bind.clone()))
    }

    /// The egress IPs that callbacks may leave from here, for the other nodes to know.
    pub fn holdings(&self) -> Vec<Holding> {
        let stock = self.stock.lock().unwrap_or_else(PoisonError::into_inner);
        let mut holdings: Vec<Holding> = stock
            .iter()
            .filter(|(_, stocked)| may_leave(stocked.address, self.heard(&stocked.bind)))
            .map(|(id, stocked)| {
                let verification = Verification::of(stocked.address, self.heard(&stocked.bind).flatten());
                Holding { egress_ip_id: id.clone(), verification: verification.as_str().to_owned() }
            })
            .collect();
        holdings.sort();
        holdings
    }

    /// What the echo said of a bind. Without an echo everybody is as good as asked.
    fn heard(&self, bind: &Bind) -> Heard {
        self.echo.as_ref().map_or(Some(None), |echo| echo.heard(bind))
    }

    fn states(&self) -> Vec<(Stocked, Heard)> {
        let stock = self.stock.lock().unwrap_or_else(PoisonError::into_inner);
        stock.values().map(|stocked| (stocked.clone(), self.heard(&stocked.bind))).collect()
    }

    /// The client that leaves from this source.
    pub fn client(&self, source: &Source) -> Result<Client, NoClient> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(source) {
            return Ok(client.clone());
        }
        let client = self.build(source, &self.resolver).and_then(ClientBuilder::build).map_err(|error| {
            // A proxy's URL carries credentials and stands in the library's message.
            NoClient(format!("{source:?}"), error.without_url().to_string())
        })?;
        clients.insert(source.clone(), client.clone());
        Ok(client)
    }

    fn bind_of(&self, egress_ip: &EgressIp) -> Option<Bind> {
        let bind = match &self.configured {
            Some(configured) => configured.get(&egress_ip.address)?.clone(),
            None => egress_ip.bind.clone(),
        };
        // A callback that would leave from another address than its egress IP must not leave.
        check_pair(egress_ip.address, &bind).ok()?;
        match &bind {
            Bind::Local(address) => can_bind(*address).then_some(bind),
            // Whether a proxy works shows only when it is used; then the fault is ours and burns no attempt.
            Bind::Proxy(_) => Some(bind),
        }
    }

    /// A client that leaves from the bind as callbacks do, but asks the operator's own echo, wherever that is. No
    /// connection is kept: each asking shall show what a new one looks like.
    fn echo_client(&self, bind: &Bind) -> Option<Client> {
        let resolver = self.resolver.under(TargetPolicy::anywhere());
        let builder = self.build(&Source::Fixed(bind.clone()), &resolver).ok()?;
        builder.pool_max_idle_per_host(0).build().ok()
    }

    fn build(&self, source: &Source, resolver: &VettingResolver) -> reqwest::Result<ClientBuilder> {
        let (local, proxy) = match source {
            Source::Host => (None, None),
            Source::Fixed(Bind::Local(address)) => (Some(*address), None),
            Source::Fixed(Bind::Proxy(url)) => (None, Some(reqwest::Proxy::all(url)?)),
        };
        let mut builder = Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            .dns_resolver(Arc::new(resolver.for_family(source.family())))
            .local_address(local)
            // The environment's proxy is not the publisher's egress IP.
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            // The library's own retries would be attempts that nobody recorded.
            .retry(reqwest::retry::never())
            .http1_only()
            .http1_title_case_headers()
            .user_agent(concat!("Ringback/", env!("CARGO_PKG_VERSION")))
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(super::pacing::PER_ENDPOINT);
        if let Some(proxy) = proxy {
            builder = builder.proxy(proxy);
        }
        Ok(builder)
    }
}

/// Whether callbacks may leave from an address after what was heard of its bind: not before the echo was asked, and not
/// if it saw another.
fn may_leave(address: IpAddr, heard: Heard) -> bool {
    heard.is_some_and(|seen| Verification::of(address, seen) != Verification::Wrong)
}

/// Says what changed, once.
fn report(stocked: &Stocked, before: Heard, now: Heard) {
    let of = |heard: Heard| Verification::of(stocked.address, heard.flatten());
    if of(before) == of(now) {
        return;
    }
    let (egress_ip, bind) = (stocked.address, stocked.bind.shown());
    match now.flatten() {
        Some(seen) if seen != egress_ip => {
            tracing::error!(%egress_ip, bind, %seen, "receivers see another address than the egress IP; nothing leaves from it");
        }
        _ => tracing::info!(%egress_ip, bind, "the echo sees the egress IP"),
    }
}

/// Whether a socket of this machine can have the address. A datagram socket shows it without listening or sending.
fn can_bind(address: IpAddr) -> bool {
    UdpSocket::bind(SocketAddr::new(address, 0)).is_ok()
}
