//! How a connection to a receiver is made: from one source address or through one proxy, and by no other way.
//!
//! A name is looked up by the vetting resolver, also where a proxy connects: it is given the address. A literal address is
//! vetted by the sender, which knows whose fault it is.

use std::error::Error;
use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use hyper::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::SocksV5;
use percent_encoding::percent_decode_str;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tower_service::Service;
use url::{Host, Position, Url};

use super::connection::{Connection, Stream};
use super::meter::{Meter, Metered};
use super::resolver::VettingResolver;
use crate::domain::template::Origin;

/// How long making a connection may take before its addresses count as unreachable: two or three lost packets are sent
/// again in that time, and a black hole holds a permit no longer.
const CONNECT: Duration = Duration::from_secs(10);
/// Of what is left of the exchange's own time, so many tenths at most go to the connection. One that stands only at the
/// deadline is of no use, and so an unreachable receiver is told from a silent one.
const TENTHS: u32 = 9;
/// What is read until a TLS session stands: a long chain of certificates has 16 KiB.
const LONGEST_HANDSHAKE: usize = 64 * 1024;
/// A connection that is quiet is probed after so long, and so often before it counts as lost.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
const PROBES: u32 = 3;
/// How long what was sent may stay unacknowledged by the receiver's machine.
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);

/// Any reason why there is no connection; [`Error::source`] leads to the cause.
pub(super) type NoConnection = Box<dyn Error + Send + Sync>;

/// The receiver sent so much, and there is no TLS session yet.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the handshake did not end within {} KiB", LONGEST_HANDSHAKE / 1024)]
pub struct EndlessHandshake;

/// Makes connections from one source.
pub(super) struct Connector {
    tcp: HttpConnector<VettingResolver>,
    resolver: VettingResolver,
    proxy: Option<Proxy>,
    tls: TlsConnector,
}

/// A SOCKS5 proxy.
pub(super) struct Proxy {
    address: Uri,
    credentials: Option<(String, String)>,
}

impl Proxy {
    /// A proxy by its URL, `socks5://[user:password@]ADDRESS:PORT`; `None` if it is none. It connects to addresses, so that
    /// they can be vetted; other kinds are told names.
    pub(super) fn by_url(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok().filter(|url| url.scheme() == "socks5")?;
        let address = format!("socks5://{}", &url[Position::BeforeHost..Position::AfterPort]).parse().ok()?;
        let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let (user, password) = (plain(url.username()), plain(url.password().unwrap_or_default()));
        let has_credentials = !user.is_empty() || !password.is_empty();
        Some(Self { address, credentials: has_credentials.then_some((user, password)) })
    }
}

impl Connector {
    /// A connector that leaves from a local address, through a proxy, or by the host's own route.
    pub(super) fn new(
        resolver: VettingResolver,
        local: Option<IpAddr>,
        proxy: Option<Proxy>,
        tls: Arc<ClientConfig>,
    ) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(resolver.clone());
        tcp.enforce_http(false);
        tcp.set_local_address(local);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(KEEP_ALIVE));
        tcp.set_keepalive_interval(Some(KEEP_ALIVE));
        tcp.set_keepalive_retries(Some(PROBES));
        tcp.set_tcp_user_timeout(Some(UNACKNOWLEDGED));
        Self { tcp, resolver, proxy, tls: TlsConnector::from(tls) }
    }

    /// A new connection to this origin, in an exchange that has so much time left.
    pub(super) async fn connect(&self, origin: &Arc<Origin>, left: Duration) -> Result<Connection, NoConnection> {
        let stream = self.reach(origin, left).await?;
        let peer = stream.peer_addr().ok();
        let meter = Arc::new(Meter::default());
        let metered = Metered::new(stream, Arc::clone(&meter));
        let stream: Box<dyn Stream> =
            if origin.is_tls() { Box::new(self.secure(origin, metered, &meter).await?) } else { Box::new(metered) };
        Ok(Connection::over(stream, meter, Arc::clone(origin), peer).await?)
    }

    /// A stream that the receiver, or the proxy for it, has taken.
    async fn reach(&self, origin: &Origin, left: Duration) -> Result<TcpStream, NoConnection> {
        let mut tcp = self.tcp.clone();
        // The library divides it among the addresses of a name, so that the second is tried if the first drops everything.
        tcp.set_connect_timeout(Some(time_to_connect(left)));
        let Some(proxy) = &self.proxy else {
            return Ok(tcp.call(origin.as_str().parse()?).await?.into_inner());
        };
        let found = self.resolver.look_up(&origin.host().to_string()).await?;
        let address = found.first().copied().ok_or("the name has no address")?;
        let port = origin.port_or_default();
        let mut socks = SocksV5::new(proxy.address.clone(), tcp);
        if let Some((user, password)) = proxy.credentials.clone() {
            socks = socks.with_auth(user, password);
        }
        let target = match address {
            IpAddr::V4(address) => format!("http://{address}:{port}"),
            IpAddr::V6(address) => format!("http://[{address}]:{port}"),
        };
        Ok(socks.call(target.parse()?).await?.into_inner())
    }

    async fn secure(
        &self,
        origin: &Origin,
        stream: Metered<TcpStream>,
        meter: &Meter,
    ) -> Result<TlsStream<Metered<TcpStream>>, NoConnection> {
        let name = match origin.host() {
            Host::Domain(name) => ServerName::try_from(name.clone())?,
            Host::Ipv4(address) => ServerName::from(IpAddr::from(*address)),
            Host::Ipv6(address) => ServerName::from(IpAddr::from(*address)),
        };
        meter.grant(LONGEST_HANDSHAKE);
        let mut handshake = pin!(self.tls.connect(name, stream));
        let secured = std::future::poll_fn(|cx| match handshake.as_mut().poll(cx) {
            Poll::Pending if meter.has_refused() => Poll::Ready(Err(io::Error::other(EndlessHandshake))),
            secured => secured,
        });
        Ok(secured.await?)
    }
}

/// How long it may take until a connection stands, where the exchange has so much time left.
fn time_to_connect(left: Duration) -> Duration {
    CONNECT.min(left * TENTHS / 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_takes_ten_seconds_at_most_and_leaves_a_tenth_of_a_shorter_time() {
        assert_eq!(time_to_connect(Duration::from_secs(30)), Duration::from_secs(10));
        assert_eq!(time_to_connect(Duration::from_secs(10)), Duration::from_secs(9));
        assert_eq!(time_to_connect(Duration::ZERO), Duration::ZERO);
    }

    #[test]
    fn a_proxy_is_told_its_credentials_as_they_were_before_they_stood_in_a_url() {
        let proxy = Proxy::by_url("socks5://us%40er:p%3Aw@10.0.0.1:1080").unwrap();
        assert_eq!(proxy.address, "socks5://10.0.0.1:1080");
        assert_eq!(proxy.credentials, Some(("us@er".to_owned(), "p:w".to_owned())));
        assert_eq!(Proxy::by_url("socks5://10.0.0.1:1080").unwrap().credentials, None);
        assert!(Proxy::by_url("http://10.0.0.1:3128").is_none());
    }
}
