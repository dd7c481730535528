//! One HTTP client per source address.
//!
//! A client binds to its address or goes through its proxy; there is no fallback, since a callback from another address
//! is worse than a late one. All clients share one TLS configuration, which makes a client cost microseconds. The echo is
//! the operator's own server and needs no bound on what it sends, so reqwest asks it, from the same sources.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;

use super::client::Client;
use super::connector::{Connector, Proxy};
use super::resolver::{Family, VettingResolver};
use crate::domain::destination::TargetPolicy;
use crate::domain::egress::Bind;

/// A source cannot be left from: its proxy's URL is none that a client goes through.
#[derive(Debug, thiserror::Error)]
#[error("no HTTP client for {0:?}")]
pub struct NoClient(SourceAddress);

/// The clients of this node.
pub struct Clients {
    resolver: VettingResolver,
    tls: Arc<rustls::ClientConfig>,
    idle_per_host: usize,
    idle_in_all: Arc<Semaphore>,
    pool: Mutex<HashMap<SourceAddress, Client>>,
}

/// What a client leaves from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SourceAddress {
    /// The host's own route.
    Host,
    /// A fixed address or proxy.
    Fixed(Bind),
}

impl SourceAddress {
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

impl std::fmt::Debug for Clients {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Clients").finish_non_exhaustive()
    }
}

impl Clients {
    /// No client yet. Each will keep up to `idle_per_host` idle connections to a host, and all together `idle_in_all`.
    pub fn new(resolver: VettingResolver, idle_per_host: usize, idle_in_all: usize) -> Self {
        let idle_in_all = Arc::new(Semaphore::new(idle_in_all.min(Semaphore::MAX_PERMITS)));
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the default provider supports the default protocol versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self { resolver, tls: Arc::new(tls), idle_per_host, idle_in_all, pool: Mutex::default() }
    }

    /// The client that leaves from this source.
    pub fn client(&self, source: &SourceAddress) -> Result<Client, NoClient> {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = pool.get(source) {
            return Ok(client.clone());
        }
        let (local, proxy) = match source {
            SourceAddress::Host => (None, None),
            SourceAddress::Fixed(Bind::Local(address)) => (Some(*address), None),
            SourceAddress::Fixed(Bind::Proxy(url)) => {
                (None, Some(Proxy::by_url(url).ok_or_else(|| NoClient(source.clone()))?))
            }
        };
        let resolver = self.resolver.for_family(source.family());
        let connector = Connector::new(resolver, local, proxy, Arc::clone(&self.tls));
        let client = Client::new(connector, self.idle_per_host, Arc::clone(&self.idle_in_all));
        pool.insert(source.clone(), client.clone());
        Ok(client)
    }

    /// Closes idle connections that are old or that their receivers have closed.
    pub fn close_old(&self) {
        let clients: Vec<Client> = self.pool.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        clients.iter().for_each(Client::close_old);
    }

    /// A client that leaves from the bind as callbacks do, but asks the operator's own echo, wherever that is. No
    /// connection is kept: each asking shall show what a new one looks like.
    pub fn echo_client(&self, bind: &Bind) -> Option<reqwest::Client> {
        let resolver = self.resolver.under(TargetPolicy::anywhere());
        let source = SourceAddress::Fixed(bind.clone());
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured((*self.tls).clone())
            .dns_resolver(Arc::new(resolver.for_family(source.family())))
            // The environment's proxy is not the egress IP.
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .http1_only()
            .http1_title_case_headers()
            .user_agent(concat!("Ringback/", env!("CARGO_PKG_VERSION")))
            .pool_max_idle_per_host(0);
        let builder = match bind {
            Bind::Local(address) => builder.local_address(*address),
            Bind::Proxy(url) => builder.proxy(reqwest::Proxy::all(url).ok()?),
        };
        builder.build().ok()
    }
}
