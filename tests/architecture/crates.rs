//! Which other crates a floor may name, and which parts of the standard library it may not.

use crate::floors::floor;
use crate::house::{HOUSE, Import, Target};

/// What a floor may name of other crates. Whoever adds one says with it what that floor is for.
const MAY_NAME: [(&str, &str); 15] = [
    (
        "domain",
        "base64 hex hmac ipnet jiff md5 percent_encoding serde serde_json sha1 sha2 strsim subtle thiserror toml url utoipa zeroize",
    ),
    ("clock", "tokio"),
    ("random", "getrandom"),
    (
        "store",
        "chacha20poly1305 diesel diesel_migrations futures_util hex hmac serde serde_json sha2 thiserror tokio tracing \
         zeroize",
    ),
    (
        "dispatch",
        "bytes futures_util hickory_resolver http_body_util hyper hyper_util jiff percent_encoding prometheus_client \
         reqwest rustls serde serde_json thiserror tokio tokio_rustls tokio_util tower_service tracing url webpki_roots",
    ),
    ("actions", "argon2 hex serde serde_json tokio tracing utoipa"),
    (
        "web",
        "actix_web askama base64 flate2 futures_util hex ipnet serde serde_json sha2 strsim tokio tracing url utoipa utoipa_swagger_ui",
    ),
    ("settings", "clap ipnet thiserror toml url"),
    ("telemetry", "strsim tracing_subscriber"),
    ("service", "actix_web futures_util rlimit thiserror tokio"),
    ("command", "clap rlimit tempfile tokio tracing"),
    ("cli", "clap serde serde_json tokio tracing"),
    ("demo", "actix_web clap hex hmac percent_encoding reqwest rustls serde serde_json sha2 tempfile tokio url"),
    ("bench", "bytes clap futures_util ipnet rlimit serde serde_json tempfile tokio"),
    ("main", "clap mimalloc"),
];

/// What a floor must not name of the standard library: where it would open a file, a connection or a process, read the
/// environment or a clock.
const MUST_NOT_NAME: [(&str, &[&str]); 6] = [
    ("domain", &["fs", "env", "process", "thread", "time::Instant", "time::SystemTime", TCP, TCP_SERVER, UDP, NAMES]),
    ("store", &["env", "process::Command", "time::SystemTime", TCP, TCP_SERVER, UDP, NAMES]),
    ("dispatch", &["fs", "env", "process::Command", "time::SystemTime", TCP_SERVER]),
    ("actions", &["fs", "env", "process", "thread", "time::Instant", "time::SystemTime", TCP, TCP_SERVER, UDP, NAMES]),
    ("web", &["fs", "env", "process", "thread", "time::Instant", "time::SystemTime", TCP, TCP_SERVER, UDP, NAMES]),
    ("service", &["fs", "env", "process", "thread", "time::SystemTime"]),
];

const TCP: &str = "net::TcpStream";
const TCP_SERVER: &str = "net::TcpListener";
const UDP: &str = "net::UdpSocket";
const NAMES: &str = "net::ToSocketAddrs";

/// What is wrong with the imports of other crates by this rule.
fn refused(allows: impl Fn(&str, &[String]) -> bool) -> String {
    let refused = |import: Import<'_>| match (floor(import.from), &import.to) {
        (Some(floor), Target::Crate(path)) if !allows(floor, path) => Some(format!("\n{floor}: {}", import.told())),
        _ => None,
    };
    HOUSE.imports().filter_map(refused).collect()
}

#[test]
fn a_floor_names_only_the_crates_that_its_work_is_done_with() {
    let allows = |floor: &str, path: &[String]| {
        let listed = MAY_NAME.iter().find(|(known, _)| *known == floor);
        matches!(path[0].as_str(), "std" | "core" | "alloc")
            || listed.is_some_and(|(_, crates)| crates.split(' ').any(|named| named == path[0]))
    };
    let refused = refused(allows);
    assert!(refused.is_empty(), "crates that are not named there:{refused}");
}

#[test]
fn a_floor_opens_nothing_that_another_one_opens_for_it() {
    let allows = |floor: &str, path: &[String]| {
        let listed = MUST_NOT_NAME.iter().find(|(known, _)| *known == floor);
        let parts = listed.map_or(&[][..], |(_, parts)| parts);
        let written = path.join("::");
        !parts.iter().any(|part| {
            let rest = written.strip_prefix("std::").and_then(|rest| rest.strip_prefix(part));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        })
    };
    let refused = refused(allows);
    assert!(refused.is_empty(), "parts of the standard library that are not named there:{refused}");
}
