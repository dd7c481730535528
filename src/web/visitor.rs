//! Who comes by the network, as far as a connection tells: for counting attempts to sign in, and for a person's list of sessions.
//!
//! Behind a proxy every connection comes from it, and ten failures of anybody would shut everybody out. So where a connection
//! comes from a trusted proxy (`RINGBACK_TRUSTED_PROXIES`), `X-Forwarded-For` is read from its end: each trusted proxy wrote who
//! came to it, and the first address that is none of them is the visitor's. What stands before it anybody may have written, and
//! from any other peer nothing of the header is believed.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use actix_web::HttpRequest;
use actix_web::http::header::USER_AGENT;
use ipnet::IpNet;

use super::Web;
use crate::actions::people::sign_in::Visitor;

const FORWARDED: &str = "x-forwarded-for";

/// Who sends a request.
pub(super) fn visitor(request: &HttpRequest) -> Visitor {
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.ip());
    // Of several headers of this name, each continues the one before.
    let headers: Vec<&str> =
        request.headers().get_all(FORWARDED).map(|value| value.to_str().unwrap_or_default()).collect();
    let agent = request.headers().get(USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    Visitor { address: address(peer, &headers, &Web::of(request).trusted_proxies), agent }
}

/// Where a visitor comes from. Where a proxy wrote something else than an address, it is the proxy's own.
fn address(peer: IpAddr, headers: &[&str], trusted: &[IpNet]) -> IpAddr {
    let mut entries = headers.iter().rev().flat_map(|header| header.rsplit(','));
    let mut address = peer.to_canonical();
    while trusted.iter().any(|network| network.contains(&address)) {
        let Some(before) = entries.next().and_then(parsed) else { break };
        address = before.to_canonical();
    }
    address
}

/// An entry of the header: an address, which some proxies write with the port.
fn parsed(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim();
    let bare = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(entry);
    bare.parse().ok().or_else(|| entry.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(peer: &str, headers: &[&str]) -> String {
        let trusted = ["10.0.0.0/8", "2001:db8:1::/48"].map(|network| network.parse().unwrap());
        address(peer.parse().unwrap(), headers, &trusted).to_string()
    }

    #[test]
    fn a_trusted_proxy_says_for_whom_it_speaks_and_nobody_else_does() {
        assert_eq!(of("10.0.0.1", &["203.0.113.9, 198.51.100.7"]), "198.51.100.7");
        assert_eq!(of("::ffff:10.0.0.1", &["2001:db8::7"]), "2001:db8::7");
        for peer in ["192.0.2.1", "127.0.0.1", "192.168.0.1", "::1", "2001:db8::1"] {
            assert_eq!(of(peer, &["198.51.100.7"]), peer);
        }
    }

    #[test]
    fn over_several_proxies_the_first_address_that_is_none_of_them_counts() {
        assert_eq!(of("10.0.0.1", &["203.0.113.9, 198.51.100.7, 10.0.0.3,2001:db8:1::2"]), "198.51.100.7");
        assert_eq!(of("10.0.0.1", &["203.0.113.9, 198.51.100.7", "10.0.0.3"]), "198.51.100.7");
        assert_eq!(of("10.0.0.1", &["10.0.0.3, 10.0.0.2"]), "10.0.0.3", "whoever comes from among them is one of them");
    }

    #[test]
    fn an_address_may_bear_its_port_and_what_is_none_stays_the_proxys() {
        for entry in ["198.51.100.7:443", " 198.51.100.7 ", "::ffff:198.51.100.7", "[::ffff:198.51.100.7]:443"] {
            assert_eq!(of("10.0.0.1", &[entry]), "198.51.100.7", "{entry}");
        }
        assert_eq!(of("10.0.0.1", &["[2001:db8::7]:443"]), "2001:db8::7");
        assert_eq!(of("10.0.0.1", &["[2001:db8::7]"]), "2001:db8::7");
        for nothing in [&[][..], &[""], &["unknown"], &["198.51.100.7,"], &["198.51.100.7:443:1"]] {
            assert_eq!(of("10.0.0.1", nothing), "10.0.0.1");
        }
    }
}
