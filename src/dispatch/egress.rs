//! Egress: one HTTP client per source address, and which of the issued addresses this machine really holds.
//!
//! A client binds to its address or goes through its proxy; there is no fallback, since a callback from another address
//! is worse than a late one. All clients share one TLS configuration, which makes a client cost microseconds.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::Client;

use super::resolver::{Family, VettingResolver};
use crate::domain::app::{Bind, EgressIp};

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
    /// Egress IPs that this node holds, by id, each with the bind that works.
    held: Mutex<HashMap<String, Bind>>,
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
            Self::Host | Self::Fixed(Bind::Proxy(_)) => Family::Any,
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
    pub fn new(resolver: VettingResolver, configured: Option<HashMap<IpAddr, Bind>>) -> Self {
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the default provider supports the default protocol versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self { resolver, tls, configured, clients: Mutex::default(), held: Mutex::default() }
    }

    /// Finds out which of the issued addresses this machine holds now; answers whether that changed.
    pub fn take_stock<'a>(&self, issued: impl Iterator<Item = &'a EgressIp>) -> bool {
        let held: HashMap<String, Bind> =
            issued.filter_map(|egress_ip| self.bind_of(egress_ip).map(|bind| (egress_ip.id.clone(), bind))).collect();
        let mut current = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = *current != held;
        *current = held;
        changed
    }

    /// The source to send from, if this node holds the egress IP.
    pub fn source(&self, egress_ip_id: &str) -> Option<Source> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.get(egress_ip_id).cloned().map(Source::Fixed)
    }

    /// The client that leaves from this source.
    pub fn client(&self, source: &Source) -> Result<Client, NoClient> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(source) {
            return Ok(client.clone());
        }
        let client = self.build(source).map_err(|error| {
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
        match &bind {
            Bind::Local(address) => can_bind(*address).then_some(bind),
            // Whether a proxy works shows only when it is used; then the fault is ours and burns no attempt.
            Bind::Proxy(_) => Some(bind),
        }
    }

    fn build(&self, source: &Source) -> reqwest::Result<Client> {
        let (local, proxy) = match source {
            Source::Host => (None, None),
            Source::Fixed(Bind::Local(address)) => (Some(*address), None),
            Source::Fixed(Bind::Proxy(url)) => (None, Some(reqwest::Proxy::all(url)?)),
        };
        let mut builder = Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            .dns_resolver(Arc::new(self.resolver.for_family(source.family())))
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
        builder.build()
    }
}

/// Whether a socket of this machine can have the address. A datagram socket shows it without listening or sending.
fn can_bind(address: IpAddr) -> bool {
    UdpSocket::bind(SocketAddr::new(address, 0)).is_ok()
}
