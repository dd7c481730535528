//! The origin of a callback URL: scheme, host and port, which no placeholder may touch.
//!
//! A host is read by the same rules as the HTTP client's, so that `2130706433` is seen to be 127.0.0.1 here already. No
//! name is looked up.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::Host;

use crate::domain::destination::TargetPolicy;

/// Where a callback goes: `https://host[:port]` in its normal form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    tls: bool,
    host: Host<String>,
    /// Only where it is not the scheme's default.
    port: Option<u16>,
    text: String,
}

impl Origin {
    /// Reads `scheme://host[:port]`, as for `signedOrigin`; faults are worded to follow the field's name.
    pub fn parse(text: &str) -> Result<Self, String> {
        match Self::split(text)? {
            (origin, "") => Ok(origin),
            _ => Err("must be scheme://host[:port] and nothing more".to_owned()),
        }
    }

    /// Whether it is `https`.
    pub fn is_tls(&self) -> bool {
        self.tls
    }

    /// The port, where it is not the scheme's default.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// The port that is connected to.
    pub fn port_or_default(&self) -> u16 {
        self.port.unwrap_or(if self.tls { 443 } else { 80 })
    }

    /// The host; it is displayed as it is written in a URL.
    pub fn host(&self) -> &Host<String> {
        &self.host
    }

    /// `scheme://host[:port]`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// `host[:port]`.
    pub fn authority(&self) -> &str {
        &self.text[if self.tls { "https://" } else { "http://" }.len()..]
    }

    /// Reads the origin and gives what follows it.
    pub(crate) fn split(text: &str) -> Result<(Self, &str), String> {
        let Some((scheme, after)) = text.split_once("://") else {
            return Err("must begin with https:// (or http://, where that is allowed)".to_owned());
        };
        if scheme.contains(['{', '<', '}', '>']) {
            return Err("has a placeholder in its scheme, which must be https://".to_owned());
        }
        let tls = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => {
                return Err(format!(
                    "has the scheme `{scheme}`, and must have https:// (or http://, where that is allowed)"
                ));
            }
        };
        let (authority, rest) = after.split_at(after.find(['/', '?', '#', '\\']).unwrap_or(after.len()));
        if authority.contains('@') {
            return Err("has credentials before the host; put them into a header (`headers`)".to_owned());
        }
        if authority.contains(['{', '<', '}', '>']) {
            return Err("has a placeholder in its host or port; the address must be fixed".to_owned());
        }
        let (host, port) = split_port(authority)?;
        let host = Host::parse(host).map_err(|fault| format!("has the host `{host}`, which is none: {fault}"))?;
        let (scheme, default) = if tls { ("https", 443) } else { ("http", 80) };
        let port = port.filter(|port| *port != default);
        let text = match port {
            Some(port) => format!("{scheme}://{host}:{port}"),
            None => format!("{scheme}://{host}"),
        };
        Ok((Self { tls, host, port, text }, rest))
    }

    /// Whether a callback may go there, as far as the text tells.
    pub(crate) fn is_allowed(&self, policy: &TargetPolicy) -> bool {
        match &self.host {
            Host::Ipv4(ip) => policy.allows(IpAddr::V4(*ip)),
            Host::Ipv6(ip) => policy.allows(IpAddr::V6(*ip)),
            Host::Domain(name) if is_localhost(name) => {
                policy.allows(IpAddr::V4(Ipv4Addr::LOCALHOST)) || policy.allows(IpAddr::V6(Ipv6Addr::LOCALHOST))
            }
            Host::Domain(_) => true,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn split_port(authority: &str) -> Result<(&str, Option<u16>), String> {
    // The colons inside an IPv6 literal's brackets separate no port.
    let after_literal = authority.rfind(']').map_or(0, |at| at + 1);
    let Some(colon) = authority[after_literal..].rfind(':').map(|at| after_literal + at) else {
        return Ok((authority, None));
    };
    let (host, port) = (&authority[..colon], &authority[colon + 1..]);
    let digits = port.bytes().all(|byte| byte.is_ascii_digit());
    match port.parse::<u16>() {
        _ if port.is_empty() => Ok((host, None)),
        Ok(number) if digits && number > 0 => Ok((host, Some(number))),
        _ => Err(format!("has the port `{port}`, which is none")),
    }
}

/// `localhost` and every name under it mean the machine itself (RFC 6761), with a dot at the end or not.
fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(text: &str, policy: &TargetPolicy) -> bool {
        Origin::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault}")).is_allowed(policy)
    }

    #[test]
    fn every_spelling_of_an_inside_address_is_seen_through() {
        for host in [
            "127.0.0.1",
            "2130706433",
            "0x7f.1",
            "0177.0.0.1",
            "127.1",
            "127.0.0.1.",
            "%31%32%37.0.0.1",
            "１２７.0.0.1",
            "10.0.0.1:8443",
            "169.254.169.254",
            "[::1]",
            "[::ffff:7f00:1]",
            "[::ffff:10.0.0.1]",
            "[fd00::1]:8080",
            "localhost",
            "LOCALHOST",
            "localhost.",
            "a.localhost",
            "a.localhost.:9000",
            "0",
            "0.0.0.0",
        ] {
            assert!(!allowed(&format!("https://{host}"), &TargetPolicy::default()), "{host}");
        }
        assert!(allowed("https://notlocalhost", &TargetPolicy::default()));
        assert!(allowed("https://93.184.216.34", &TargetPolicy::default()));
    }

    #[test]
    fn where_loopback_is_allowed_so_is_its_name() {
        let policy = TargetPolicy::new(vec!["127.0.0.0/8".parse().unwrap()], true);
        assert!(allowed("http://localhost:9000", &policy));
        assert!(allowed("http://0x7f.1", &policy));
    }

    #[test]
    fn an_origin_is_normal_in_case_and_port() {
        for (text, normal) in [
            ("HTTPS://P.EXAMPLE:443", "https://p.example"),
            ("http://p.example:80", "http://p.example"),
            ("https://p.example:8443", "https://p.example:8443"),
            ("https://p.example:", "https://p.example"),
            ("https://[2606:4700:0::1]:443", "https://[2606:4700::1]"),
        ] {
            assert_eq!(Origin::parse(text).map(|origin| origin.to_string()).as_deref(), Ok(normal));
        }
    }

    #[test]
    fn what_is_no_fixed_web_address_is_refused() {
        for text in [
            "p.example",
            "//p.example",
            "ftp://p.example",
            "{s}://p.example",
            "https://{host}",
            "https://p.example:{port}",
            "https://<user_id>.p.example",
            "https://u:p@p.example",
            "https://",
            "https://p.example:0",
            "https://p.example:65536",
            "https://p.example:+80",
            "https://a b",
            "https://p.example/x",
            "javascript:alert(1)",
        ] {
            assert!(Origin::parse(text).is_err(), "{text}");
        }
    }
}
