//! The resolver: a name becomes only such addresses as may be connected to.
//!
//! What is vetted here is what the connection is made to: there is no second look-up in between that could answer
//! otherwise. A literal address comes here only on its way through a proxy, so the sender vets those itself. Whose fault
//! a failure is matters: a name that does not exist, or points inside, is the publisher's; a resolver that does not answer
//! is ours.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::BoxFuture;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::LookupIpStrategy;
use hickory_resolver::net::NetError;
use hyper_util::client::legacy::connect::dns;
use tower_service::Service;

use crate::domain::destination::TargetPolicy;

/// How long the resolver may take before it counts as failed, which is our fault and burns no attempt.
const PATIENCE: Duration = Duration::from_secs(3);

/// Why a name gave no address to connect to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unresolved {
    /// The publisher's: there is no such name, or it has no address of the family that the egress IP needs.
    #[error("the name {0} does not exist, or has no address of the egress IP's family")]
    NoSuchName(String),
    /// The publisher's: the name points to where callbacks must not go.
    #[error("the name {name} points to {address}, which {}", TargetPolicy::NOT_PUBLIC)]
    Blocked {
        /// The name.
        name: String,
        /// One of its addresses.
        address: IpAddr,
    },
    /// Ours: the resolver failed or did not answer in time.
    #[error("the resolver failed: {0}")]
    Resolver(String),
}

/// Looks names up and hands on what the policy allows.
#[derive(Clone)]
pub struct VettingResolver {
    /// One for each family: asked for both, a look-up succeeds if one of them does, and the other's failure would pass
    /// for a name without an address.
    any: Arc<TokioResolver>,
    v4: Arc<TokioResolver>,
    v6: Arc<TokioResolver>,
    policy: Arc<TargetPolicy>,
    family: Family,
}

/// Which addresses can be reached from a source address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Only IPv4: the source is an IPv4 address.
    V4,
    /// Only IPv6.
    V6,
    /// Either: no source address is fixed.
    Any,
}

impl Family {
    /// The family that a source address can reach.
    pub fn of(address: IpAddr) -> Self {
        if address.is_ipv4() { Self::V4 } else { Self::V6 }
    }

    /// Whether an address can be reached.
    pub fn reaches(self, address: IpAddr) -> bool {
        match self {
            Self::V4 => address.is_ipv4(),
            Self::V6 => address.is_ipv6(),
            Self::Any => true,
        }
    }
}

impl VettingResolver {
    /// A resolver configured as the machine is.
    pub fn from_system(policy: Arc<TargetPolicy>) -> Result<Self, Unresolved> {
        Ok(Self {
            any: resolver(Family::Any)?,
            v4: resolver(Family::V4)?,
            v6: resolver(Family::V6)?,
            policy,
            family: Family::Any,
        })
    }

    /// A resolver that knows these lines of a hosts file.
    #[cfg(test)]
    pub(super) fn with_hosts(lines: &str, policy: TargetPolicy) -> Self {
        let mut hosts = hickory_resolver::Hosts::default();
        hosts.read_hosts_conf(lines.as_bytes()).expect("the lines are a hosts file");
        let hosts = Arc::new(hosts);
        let mut this = Self::from_system(Arc::new(policy)).expect("the machine has a resolver");
        for resolver in [&mut this.any, &mut this.v4, &mut this.v6] {
            Arc::get_mut(resolver).expect("nobody shares it yet").set_hosts(Arc::clone(&hosts));
        }
        this
    }

    /// The same under another policy.
    #[must_use]
    pub fn under(&self, policy: TargetPolicy) -> Self {
        Self { policy: Arc::new(policy), ..self.clone() }
    }

    /// The same, for a source address of one family.
    #[must_use]
    pub fn for_family(&self, family: Family) -> Self {
        Self { family, ..self.clone() }
    }

    fn resolver(&self) -> &TokioResolver {
        match self.family {
            Family::Any => &self.any,
            Family::V4 => &self.v4,
            Family::V6 => &self.v6,
        }
    }

    /// The addresses of a name, or a literal itself, that may be connected to: at least one.
    pub(super) async fn look_up(&self, name: &str) -> Result<Vec<IpAddr>, Unresolved> {
        // The SOCKS client asks for literal addresses as well, an IPv6 one in brackets.
        if let Ok(literal) = name.trim_start_matches('[').trim_end_matches(']').parse() {
            return self.vet(name, vec![literal]);
        }
        // A trailing dot keeps the machine's search domains out of it: a callback's name is always absolute.
        let absolute = format!("{}.", name.trim_end_matches('.'));
        let found = match tokio::time::timeout(PATIENCE, self.resolver().lookup_ip(absolute)).await {
            Ok(Ok(found)) => found.iter().collect::<Vec<_>>(),
            Ok(Err(error)) if error.is_no_records_found() => Vec::new(),
            Ok(Err(error)) => return Err(Unresolved::Resolver(error.to_string())),
            Err(_) => return Err(Unresolved::Resolver(format!("no answer within {} s", PATIENCE.as_secs()))),
        };
        self.vet(name, found)
    }

    fn vet(&self, name: &str, found: Vec<IpAddr>) -> Result<Vec<IpAddr>, Unresolved> {
        let reachable: Vec<IpAddr> = found.into_iter().filter(|address| self.family.reaches(*address)).collect();
        let Some(first) = reachable.first().copied() else {
            return Err(Unresolved::NoSuchName(name.to_owned()));
        };
        let allowed: Vec<IpAddr> = reachable.into_iter().filter(|address| self.policy.allows(*address)).collect();
        if allowed.is_empty() {
            Err(Unresolved::Blocked { name: name.to_owned(), address: first })
        } else {
            Ok(allowed)
        }
    }
}

fn resolver(family: Family) -> Result<Arc<TokioResolver>, Unresolved> {
    let failed = |error: NetError| Unresolved::Resolver(error.to_string());
    let mut builder = TokioResolver::builder_tokio().map_err(failed)?;
    builder.options_mut().ip_strategy = match family {
        Family::Any => LookupIpStrategy::Ipv4AndIpv6,
        Family::V4 => LookupIpStrategy::Ipv4Only,
        Family::V6 => LookupIpStrategy::Ipv6Only,
    };
    builder.build().map(Arc::new).map_err(failed)
}

/// As the connector of callbacks asks.
impl Service<dns::Name> for VettingResolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = Unresolved;
    type Future = BoxFuture<'static, Result<Self::Response, Unresolved>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Unresolved>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: dns::Name) -> Self::Future {
        let this = self.clone();
        Box::pin(async move { Ok(without_port(this.look_up(name.as_str()).await?)) })
    }
}

/// As the client that asks the echo does.
impl reqwest::dns::Resolve for VettingResolver {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let this = self.clone();
        Box::pin(async move {
            let addresses: reqwest::dns::Addrs = Box::new(without_port(this.look_up(name.as_str()).await?));
            Ok(addresses)
        })
    }
}

/// Port 0 stands for the URL's own port.
fn without_port(addresses: Vec<IpAddr>) -> std::vec::IntoIter<SocketAddr> {
    let addresses: Vec<SocketAddr> = addresses.into_iter().map(|address| SocketAddr::new(address, 0)).collect();
    addresses.into_iter()
}
