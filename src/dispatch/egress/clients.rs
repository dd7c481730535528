//! One HTTP client per source address.
//!
//! A client binds to its address or goes through its proxy; there is no fallback, since a callback from another address
//! is worse than a late one. All clients share one TLS configuration, which makes a client cost microseconds.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::{Client, ClientBuilder};

use super::resolver::{Family, VettingResolver};
use crate::domain::destination::TargetPolicy;
use crate::domain::egress::Bind;

/// Idle connections are kept so long: longer than the pause between two callbacks of a busy app, shorter than the minute
/// after which load balancers commonly close them.
const IDLE: Duration = Duration::from_secs(50);

/// A client could not be built.
#[derive(Debug, thiserror::Error)]
#[error("no HTTP client for {0}: {1}")]
pub struct NoClient(String, String);

/// The clients of this node.
pub struct Clients {
    resolver: VettingResolver,
    tls: rustls::ClientConfig,
    idle_per_host: usize,
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
    /// No client yet. Each will keep up to `idle_per_host` idle connections to a host.
    pub fn new(resolver: VettingResolver, idle_per_host: usize) -> Self {
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the default provider supports the default protocol versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self { resolver, tls, idle_per_host, pool: Mutex::default() }
    }

    /// The client that leaves from this source.
    pub fn client(&self, source: &SourceAddress) -> Result<Client, NoClient> {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = pool.get(source) {
            return Ok(client.clone());
        }
        let client = self.build(source, &self.resolver).and_then(ClientBuilder::build).map_err(|error| {
            // A proxy's URL carries credentials and stands in the library's message.
            NoClient(format!("{source:?}"), error.without_url().to_string())
        })?;
        pool.insert(source.clone(), client.clone());
        Ok(client)
    }

    /// A client that leaves from the bind as callbacks do, but asks the operator's own echo, wherever that is. No
    /// connection is kept: each asking shall show what a new one looks like.
    pub fn echo_client(&self, bind: &Bind) -> Option<Client> {
        let resolver = self.resolver.under(TargetPolicy::anywhere());
        let builder = self.build(&SourceAddress::Fixed(bind.clone()), &resolver).ok()?;
        builder.pool_max_idle_per_host(0).build().ok()
    }

    fn build(&self, source: &SourceAddress, resolver: &VettingResolver) -> reqwest::Result<ClientBuilder> {
        let (local, proxy) = match source {
            SourceAddress::Host => (None, None),
            SourceAddress::Fixed(Bind::Local(address)) => (Some(*address), None),
            SourceAddress::Fixed(Bind::Proxy(url)) => (None, Some(reqwest::Proxy::all(url)?)),
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
            .pool_max_idle_per_host(self.idle_per_host);
        if let Some(proxy) = proxy {
            builder = builder.proxy(proxy);
        }
        Ok(builder)
    }
}
