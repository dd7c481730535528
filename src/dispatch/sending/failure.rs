//! Why an exchange came to nothing: named by the first cause that tells whose fault it was.
//!
//! The HTTP library's own message is never used, since it holds the URL with its signature.

use std::error::Error;
use std::io;

use crate::dispatch::egress::resolver::Unresolved;
use crate::domain::attempt::Failure;
use crate::domain::delivery::Outcome;

/// Names a failure by the first cause that tells whose it is. The library's own message holds the URL and is not used.
pub(super) fn failure(error: &reqwest::Error) -> Failure {
    // After the connection stands, a request may have left, whatever the cause is called.
    let connecting = error.is_connect();
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    let mut last_words = String::new();
    while let Some(error) = cause {
        if let Some(failure) = known_cause(error, connecting) {
            return failure;
        }
        last_words = error.to_string();
        cause = error.source();
    }
    if connecting {
        Failure::theirs(Outcome::Connect, format!("no connection: {last_words}"))
    } else {
        Failure::theirs(Outcome::Protocol, format!("no valid HTTP answer: {last_words}"))
    }
}

/// ENOMEM, ENFILE, EMFILE, ENOBUFS: what Linux says when memory, files or buffers have run out on our side.
const USED_UP: [i32; 4] = [12, 23, 24, 105];
/// What a SOCKS proxy says when the target, not the proxy, is at fault (RFC 1928, replies 3 to 6).
const TARGETS_FAULT: [&str; 4] = ["network unreachable", "host unreachable", "connection refused", "ttl expired"];

fn known_cause(error: &(dyn Error + 'static), connecting: bool) -> Option<Failure> {
    if let Some(unresolved) = error.downcast_ref::<Unresolved>() {
        return Some(match unresolved {
            Unresolved::NoSuchName(_) => Failure::theirs(Outcome::Dns, unresolved.to_string()),
            Unresolved::Blocked { .. } => Failure::theirs(Outcome::BlockedTarget, unresolved.to_string()),
            Unresolved::Resolver(_) => Failure::ours(Outcome::Dns, unresolved.to_string()),
        });
    }
    if let Some(io_error) = error.downcast_ref::<io::Error>().filter(|_| connecting) {
        let tls = io_error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        if let Some(tls) = tls {
            return Some(Failure::theirs(Outcome::Tls, format!("no TLS session: {tls}")));
        }
        // The source address is gone, or its ports are used up: either way nothing can leave from it now.
        if matches!(io_error.kind(), io::ErrorKind::AddrNotAvailable | io::ErrorKind::AddrInUse) {
            return Some(Failure::ours(Outcome::EgressUnavailable, "the egress IP cannot be bound"));
        }
        if io_error.raw_os_error().is_some_and(|code| USED_UP.contains(&code)) {
            return Some(Failure::ours(
                Outcome::EgressUnavailable,
                format!("this machine has no socket left: {io_error}"),
            ));
        }
        if matches!(io_error.kind(), io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable) {
            return Some(Failure::theirs(Outcome::Connect, "no route to the receiver"));
        }
    }
    // The library keeps the types of its SOCKS errors to itself, so their documented texts must do.
    let words = error.to_string();
    let reply = words.strip_prefix("SOCKS error: ")?;
    Some(if TARGETS_FAULT.contains(&reply) {
        Failure::theirs(Outcome::Connect, format!("the proxy reached no connection: {reply}"))
    } else {
        Failure::ours(Outcome::EgressUnavailable, format!("the egress proxy failed: {reply}"))
    })
}
