//! Egress IPs: what may be one, what a node may bind to in order to leave from it, and which one is an app's.
//!
//! Nothing here asks whether this machine holds an address: an address is issued before a node has it.

mod assignment;

pub use assignment::{Assignment, Route, next_route, route};

use std::net::IpAddr;

use url::Url;

use super::invalid::Invalid;

/// The proxy schemes that hand the target's name to the proxy, so that nobody has vetted the address that it connects
/// to: an HTTP proxy is asked for `CONNECT name:443` by every client that verifies TLS for that name.
const NAMING_SCHEMES: [&str; 4] = ["http", "https", "socks5h", "socks4a"];

/// A source address that callbacks leave from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EgressIp {
    /// `eip_…`
    pub id: String,
    /// What receivers see and allow-list.
    pub address: IpAddr,
    /// What this machine binds to, or goes through.
    pub bind: Bind,
}

/// How to leave from an egress IP.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Bind {
    /// By binding to a local address (the egress IP itself, or a private one behind NAT).
    Local(IpAddr),
    /// Through a proxy that has the egress IP; its URL may carry credentials.
    Proxy(String),
}

/// A proxy's URL carries credentials, so it is not shown.
impl std::fmt::Debug for Bind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Local(address) => write!(f, "Local({address})"),
            Self::Proxy(_) => f.write_str("Proxy(…)"),
        }
    }
}

/// An address that callbacks can come from: any unicast address.
pub fn address(text: &str) -> Result<IpAddr, Invalid> {
    let invalid = |message: &str| Err(Invalid::field("address", message));
    let Ok(address) = text.parse::<IpAddr>() else {
        return invalid("must be an IPv4 or IPv6 address, without a port or a prefix length");
    };
    let address = address.to_canonical();
    let broadcast = matches!(address, IpAddr::V4(v4) if v4.is_broadcast());
    if address.is_unspecified() || address.is_multicast() || broadcast {
        return invalid("must be a unicast address");
    }
    Ok(address)
}

/// A local address or a proxy's URL.
pub fn bind(text: &str) -> Result<Bind, Invalid> {
    if let Ok(local) = text.parse::<IpAddr>() {
        let local = local.to_canonical();
        return if local.is_unspecified() || local.is_multicast() {
            Err(Invalid::field("bind", "must be an address that a socket can be bound to"))
        } else {
            Ok(Bind::Local(local))
        };
    }
    let Ok(url) = Url::parse(text) else {
        return Err(Invalid::field("bind", "must be a local address or a proxy URL"));
    };
    if NAMING_SCHEMES.contains(&url.scheme()) {
        let message = format!(
            "must not be a proxy of the kind `{}`, which would resolve the target's name itself, past every check of \
             where callbacks may go; use `socks5`, which is given the checked address",
            url.scheme()
        );
        return Err(Invalid::field("bind", message));
    }
    let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    if url.scheme() != "socks5" || url.port().is_none() || !bare {
        return Err(Invalid::field("bind", "must be a local address or `socks5://[user:password@]ADDRESS:PORT`"));
    }
    // A name would be looked up at every connection, by the resolver that refuses the private addresses of proxies.
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    match host.parse::<IpAddr>() {
        Ok(address) if !address.is_unspecified() && !address.is_multicast() => Ok(Bind::Proxy(text.to_owned())),
        _ => {
            Err(Invalid::field("bind", format!("names its proxy {host:?}; give the proxy's address instead of a name")))
        }
    }
}

/// Whether an egress IP can be left from by this bind.
pub fn check_pair(address: IpAddr, bind: &Bind) -> Result<(), Invalid> {
    match bind {
        // The SOCKS client writes an IPv6 target as a name in brackets, which proxies cannot connect to; and IPv4 targets
        // would leave from another address than this one.
        Bind::Proxy(_) if address.is_ipv6() => {
            Err(Invalid::field("bind", "must be a local address for an IPv6 egress IP: a proxy is used for IPv4 alone"))
        }
        Bind::Local(local) if local.is_ipv4() != address.is_ipv4() => {
            Err(Invalid::field("bind", "must be of the egress IP's family: both IPv4 or both IPv6"))
        }
        Bind::Proxy(_) | Bind::Local(_) => Ok(()),
    }
}

impl Bind {
    /// As an operator may see it: without a proxy's credentials.
    pub fn shown(&self) -> String {
        match self {
            Self::Local(address) => address.to_string(),
            Self::Proxy(text) => match Url::parse(text) {
                Ok(url) => {
                    let credentials = if url.username().is_empty() && url.password().is_none() { "" } else { "***@" };
                    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
                    format!("{}://{credentials}{}{port}", url.scheme(), url.host_str().unwrap_or_default())
                }
                Err(_) => "***".to_owned(),
            },
        }
    }

    /// As it is kept, sealed.
    pub fn kept(&self) -> String {
        match self {
            Self::Local(address) => address.to_string(),
            Self::Proxy(text) => text.clone(),
        }
    }

    /// Reads back what [`kept`](Self::kept) wrote.
    pub fn from_kept(text: String) -> Self {
        match text.parse() {
            Ok(address) => Self::Local(address),
            Err(_) => Self::Proxy(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_unicast_address_can_be_an_egress_ip() {
        assert_eq!(address("::ffff:192.0.2.7").unwrap(), IpAddr::from([192, 0, 2, 7]));
        assert!(address("2001:db8::1").is_ok());
        for text in ["", "0.0.0.0", "::", "224.0.0.1", "ff02::1", "255.255.255.255", "192.0.2.1/32", "a.example"] {
            assert!(address(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_bind_is_a_local_address_or_a_socks5_proxy_by_its_address() {
        for text in ["10.0.0.7", "socks5://user:pw@10.0.0.1:1080", "socks5://[fd00::1]:1080", "socks5://10.0.0.1:1080/"]
        {
            assert!(bind(text).is_ok(), "{text:?}: {:?}", bind(text));
        }
        for text in
            ["socks4://10.0.0.1:1080", "ftp://x", "socks5://10.0.0.1", "socks5://10.0.0.1:1/x", "proxy:1", "0.0.0.0"]
        {
            assert!(bind(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_proxy_that_would_be_told_names_or_is_named_itself_is_refused_in_words() {
        for text in ["http://10.0.0.1:3128", "https://10.0.0.1:3128", "socks5h://10.0.0.1:1080", "socks4a://10.0.0.1:1"]
        {
            assert!(bind(text).unwrap_err().to_string().contains("use `socks5`"), "{text:?}");
        }
        assert!(bind("socks5://proxy.example:1080").unwrap_err().to_string().contains("instead of a name"));
    }

    #[test]
    fn an_egress_ip_and_its_bind_are_of_one_family() {
        let [v4, v6] = ["192.0.2.7", "2001:db8::7"].map(|text| address(text).unwrap());
        let [local4, local6, proxy] = ["10.0.0.7", "fd00::7", "socks5://10.0.0.1:1080"].map(|text| bind(text).unwrap());
        assert!(check_pair(v4, &local4).is_ok() && check_pair(v6, &local6).is_ok() && check_pair(v4, &proxy).is_ok());
        assert!(
            check_pair(v4, &local6).is_err() && check_pair(v6, &local4).is_err() && check_pair(v6, &proxy).is_err()
        );
    }

    #[test]
    fn a_proxys_credentials_are_never_shown() {
        let shown = bind("socks5://user:hunter2@10.0.0.1:1080").unwrap().shown();
        assert_eq!(shown, "socks5://***@10.0.0.1:1080");
    }
}
