//! Which addresses a callback may be sent to: the public internet, plus what an operator expressly allows.
//!
//! The same policy judges a literal when a callback URL is saved and the address actually connected to when a callback
//! is sent. It must not resolve names: it is given addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// What may be a target.
#[derive(Clone, Debug, Default)]
pub struct TargetPolicy {
    allowed: Vec<IpNet>,
    http: bool,
}

impl TargetPolicy {
    /// Public addresses and those in `allowed`; `http` says whether a URL without TLS may be saved.
    pub fn new(allowed: Vec<IpNet>, http: bool) -> Self {
        Self { allowed, http }
    }

    /// No bounds at all: for what an operator names itself, and for what is never sent.
    pub fn anywhere() -> Self {
        let all = [IpAddr::from([0, 0, 0, 0]), IpAddr::from([0_u16; 8])];
        let whole = |address| IpNet::new(address, 0).expect("a prefix of no bits is always one");
        Self::new(all.map(whole).to_vec(), true)
    }

    /// Whether a callback may be sent to this address.
    pub fn allows(&self, ip: IpAddr) -> bool {
        let plain = unmapped(ip);
        self.allowed.iter().any(|net| net.contains(&ip) || net.contains(&plain)) || is_public(plain)
    }

    /// What is said of a URL that would have to be `https://`; worded to follow the field's name, for whoever can mend the URL
    /// as well as for an operator, who can mend the rule.
    pub const HTTP_REFUSED: &str = "must be https://; http:// is not allowed here (the operator of this Ringback could allow it: RINGBACK_ALLOW_HTTP)";

    /// What is said of an address that no callback may go to, behind the words that name it.
    pub const NOT_PUBLIC: &str =
        "is not a public address (the operator of this Ringback could allow it: RINGBACK_ALLOW_TARGETS)";

    /// Whether `http://` callback URLs are accepted.
    pub fn allows_http(&self) -> bool {
        self.http
    }
}

/// `::ffff:a.b.c.d` is connected to as `a.b.c.d`, so it is judged as that.
fn unmapped(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(ip, IpAddr::V4),
        IpAddr::V4(_) => ip,
    }
}

fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

const fn v4(a: u8, b: u8, c: u8, d: u8, length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

/// IANA's special-purpose registry for IPv4, and multicast. Two addresses in 192.0.0.0/24 are globally reachable
/// anycast services; nobody's web server lives there.
const NOT_PUBLIC_V4: [Ipv4Net; 16] = [
    v4(0, 0, 0, 0, 8),       // this network
    v4(10, 0, 0, 0, 8),      // private
    v4(100, 64, 0, 0, 10),   // shared by carriers' address translation; some clouds' metadata
    v4(127, 0, 0, 0, 8),     // loopback
    v4(169, 254, 0, 0, 16),  // link-local, with the clouds' metadata service
    v4(172, 16, 0, 0, 12),   // private
    v4(192, 0, 0, 0, 24),    // protocol assignments
    v4(192, 0, 2, 0, 24),    // documentation
    v4(192, 31, 196, 0, 24), // AS112
    v4(192, 52, 193, 0, 24), // automatic multicast tunnels
    v4(192, 88, 99, 0, 24),  // 6to4 relays
    v4(192, 168, 0, 0, 16),  // private
    v4(198, 18, 0, 0, 15),   // benchmarks
    v4(198, 51, 100, 0, 24), // documentation
    v4(203, 0, 113, 0, 24),  // documentation
    v4(224, 0, 0, 0, 3),     // multicast, reserved, broadcast
];

fn is_public_v4(ip: Ipv4Addr) -> bool {
    // Azure's platform service answers on a public-looking address from inside its network only.
    ip != Ipv4Addr::new(168, 63, 129, 16) && !NOT_PUBLIC_V4.iter().any(|net| net.contains(&ip))
}

const fn v6(a: u16, b: u16, c: u16, length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), length)
}

/// Only 2000::/3 is handed out to the public at all: loopback, mapped, NAT64 (64:ff9b::/96 and 64:ff9b:1::/48),
/// discard-only, unique local, link-local, site-local and multicast addresses all lie outside.
const GLOBAL_V6: Ipv6Net = v6(0x2000, 0, 0, 3);

/// What inside 2000::/3 is special. Tunnels are refused whole, because they carry an IPv4 address that could be anyone.
const NOT_PUBLIC_V6: [Ipv6Net; 6] = [
    v6(0x2001, 0, 0, 23),           // protocol assignments: Teredo, benchmarks, ORCHID
    v6(0x2001, 0x0db8, 0, 32),      // documentation
    v6(0x2002, 0, 0, 16),           // 6to4
    v6(0x2620, 0x004f, 0x8000, 48), // AS112
    v6(0x3fff, 0, 0, 20),           // documentation
    v6(0x3ffe, 0, 0, 16),           // the former 6bone
];

fn is_public_v6(ip: Ipv6Addr) -> bool {
    GLOBAL_V6.contains(&ip) && !NOT_PUBLIC_V6.iter().any(|net| net.contains(&ip))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(policy: &TargetPolicy, ip: &str) -> bool {
        policy.allows(ip.parse().unwrap())
    }

    #[test]
    fn public_addresses_are_targets() {
        for ip in ["93.184.216.34", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::5"] {
            assert!(allows(&TargetPolicy::default(), ip), "{ip}");
        }
    }

    #[test]
    fn no_inside_or_special_address_is_a_target() {
        for ip in [
            "0.0.0.0",
            "0.1.2.3",
            "10.1.2.3",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.255.254",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.170",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::a00:1",
            "64:ff9b::808:808",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:2::1",
            "2001:10::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:a00:1::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!allows(&TargetPolicy::default(), ip), "{ip}");
        }
    }

    #[test]
    fn a_mapped_public_address_is_judged_as_the_address_it_carries() {
        assert!(allows(&TargetPolicy::default(), "::ffff:8.8.8.8"));
    }

    #[test]
    fn what_an_operator_allows_is_a_target_in_both_spellings() {
        let policy = TargetPolicy::new(vec!["127.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()], false);
        assert!(allows(&policy, "127.0.0.1"));
        assert!(allows(&policy, "::ffff:127.0.0.1"));
        assert!(allows(&policy, "fd12::1"));
        assert!(!allows(&policy, "10.0.0.1"));
        assert!(!allows(&policy, "::1"));
    }
}
