//! Who comes by the network, as far as a connection tells: for counting attempts to sign in, and for a person's list of sessions.
//!
//! Behind a proxy every connection comes from it, and ten failures of anybody would shut everybody out. So where a connection
//! comes from this machine or from a private network, the last entry of `X-Forwarded-For` is taken, which that proxy wrote.
//! Whoever can reach us from there without a proxy can write there what it likes; the account's own count holds all the same.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::HttpRequest;
use actix_web::http::header::USER_AGENT;

use crate::actions::people::sign_in::Visitor;

const FORWARDED: &str = "x-forwarded-for";

/// Who sends a request.
pub(super) fn visitor(request: &HttpRequest) -> Visitor {
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.ip());
    let forwarded = request.headers().get_all(FORWARDED).last().and_then(|value| value.to_str().ok());
    let agent = request.headers().get(USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    Visitor { address: address(peer, forwarded), agent }
}

fn address(peer: IpAddr, forwarded: Option<&str>) -> IpAddr {
    let last = forwarded.and_then(|entries| entries.rsplit(',').next()).and_then(|entry| entry.trim().parse().ok());
    last.filter(|_| is_near(peer)).unwrap_or(peer)
}

/// Whether an address is this machine's, or one of a private network.
fn is_near(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_nearby_says_for_whom_it_speaks_and_nobody_else_does() {
        let of = |peer: &str, forwarded| address(peer.parse().unwrap(), forwarded).to_string();
        assert_eq!(of("127.0.0.1", Some("203.0.113.9, 198.51.100.7")), "198.51.100.7");
        assert_eq!(of("::ffff:10.0.0.1", Some("2001:db8::7")), "2001:db8::7");
        assert_eq!(of("192.0.2.1", Some("198.51.100.7")), "192.0.2.1");
        for nothing in [None, Some(""), Some("unknown"), Some("198.51.100.7:443,")] {
            assert_eq!(of("127.0.0.1", nothing), "127.0.0.1");
        }
    }
}
