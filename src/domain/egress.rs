//! What may be an egress IP, and what a node may bind to in order to leave from it.
//!
//! Nothing here asks whether this machine holds an address: an address is issued before a node has it.

use std::net::IpAddr;

use url::Url;

use super::app::Bind;
use super::invalid::Invalid;

/// The proxy schemes that take an address. `socks5h` and `socks4a` would hand the name to the proxy, and then nobody
/// has vetted the address that it connects to.
const PROXY_SCHEMES: [&str; 3] = ["http", "https", "socks5"];

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
    if matches!(url.scheme(), "socks5h" | "socks4a") {
        let message = "must not let the proxy resolve names, because only an address can be vetted; use `socks5`";
        return Err(Invalid::field("bind", message));
    }
    if !PROXY_SCHEMES.contains(&url.scheme()) {
        return Err(Invalid::field("bind", "must be a local address or a proxy URL (http, https or socks5)"));
    }
    let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    if url.host_str().is_none_or(str::is_empty) || !bare {
        return Err(Invalid::field("bind", "must be `scheme://[user:password@]host[:port]`"));
    }
    Ok(Bind::Proxy(text.to_owned()))
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
    fn a_proxy_that_resolves_names_itself_is_refused() {
        assert!(bind("socks5://user:pw@10.0.0.1:1080").is_ok());
        assert!(bind("http://proxy.example:3128").is_ok());
        assert!(bind("10.0.0.7").is_ok());
        for text in ["socks5h://10.0.0.1", "socks4://10.0.0.1", "ftp://x", "http://x/path", "proxy:3128", "0.0.0.0"] {
            assert!(bind(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_proxys_credentials_are_never_shown() {
        let shown = bind("socks5://user:hunter2@10.0.0.1:1080").unwrap().shown();
        assert_eq!(shown, "socks5://***@10.0.0.1:1080");
    }
}
