//! Why an exchange came to nothing: named by the first cause that tells whose fault it was.

use std::error::Error;
use std::io;
use std::time::Duration;

use crate::dispatch::egress::client::Unanswered;
use crate::dispatch::egress::connector::EndlessHandshake;
use crate::dispatch::egress::resolver::Unresolved;
use crate::domain::attempt::Failure;
use crate::domain::delivery::Outcome;

/// Names a failure within an exchange that had so much time.
pub(super) fn failure(error: &Unanswered, timeout: Duration) -> Failure {
    match error {
        Unanswered::Unsendable(unsendable) => Failure::ours(Outcome::Protocol, unsendable.to_string()),
        Unanswered::Late => Failure::theirs(Outcome::Timeout, format!("no answer within {} ms", timeout.as_millis())),
        Unanswered::EndlessHead => Failure::theirs(Outcome::Protocol, error.to_string()),
        // A request may have left, whatever the cause is called.
        Unanswered::Broken(broken) => {
            Failure::theirs(Outcome::Protocol, format!("no valid HTTP answer: {}", last_words(broken)))
        }
        Unanswered::NoConnection(cause) => {
            let causes = causes(&**cause);
            causes.into_iter().find_map(known_cause).unwrap_or_else(|| {
                Failure::theirs(Outcome::Connect, format!("no connection: {}", last_words(&**cause)))
            })
        }
    }
}

/// Why a body broke off, in words: what came was no HTTP, or nothing came any more.
pub(super) fn why_broken(error: &hyper::Error) -> String {
    let no_http = |cause: &io::Error| matches!(cause.kind(), io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput);
    let mut io_errors = causes(error).into_iter().filter_map(|cause| cause.downcast_ref::<io::Error>());
    match io_errors.find(|cause| no_http(cause)) {
        Some(cause) => format!("the body is not valid HTTP: {cause}"),
        None => "the connection broke in the middle of the body".to_owned(),
    }
}

/// An error and what caused it, one after the other.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> Vec<&'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source()).collect()
}

/// What the first cause of all says.
fn last_words(error: &(dyn Error + 'static)) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}

/// ENOMEM, ENFILE, EMFILE, ENOBUFS: what Linux says when memory, files or buffers have run out on our side.
const USED_UP: [i32; 4] = [12, 23, 24, 105];
/// What a SOCKS proxy says when the target, not the proxy, is at fault (RFC 1928, replies 3 to 6).
const TARGETS_FAULT: [&str; 4] = ["network unreachable", "host unreachable", "connection refused", "ttl expired"];

fn known_cause(error: &(dyn Error + 'static)) -> Option<Failure> {
    if let Some(unresolved) = error.downcast_ref::<Unresolved>() {
        return Some(match unresolved {
            Unresolved::NoSuchName(_) => Failure::theirs(Outcome::Dns, unresolved.to_string()),
            Unresolved::Blocked { .. } => Failure::theirs(Outcome::BlockedTarget, unresolved.to_string()),
            Unresolved::Resolver(_) => Failure::ours(Outcome::Dns, unresolved.to_string()),
        });
    }
    if let Some(io_error) = error.downcast_ref::<io::Error>() {
        let tls = io_error.get_ref().filter(|inner| inner.is::<rustls::Error>() || inner.is::<EndlessHandshake>());
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
        if io_error.kind() == io::ErrorKind::TimedOut {
            return Some(Failure::theirs(Outcome::Connect, "no connection: the receiver's machine does not answer"));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn of(cause: impl Into<Box<dyn Error + Send + Sync>>) -> (Outcome, bool) {
        let failure = failure(&Unanswered::NoConnection(cause.into()), Duration::from_secs(30));
        (failure.outcome, failure.ours)
    }

    #[test]
    fn where_there_is_no_connection_its_first_known_cause_says_whose_fault_it_is() {
        assert_eq!(of(Unresolved::NoSuchName("a.test".to_owned())), (Outcome::Dns, false));
        assert_eq!(of(Unresolved::Resolver("silent".to_owned())), (Outcome::Dns, true));
        let blocked = Unresolved::Blocked { name: "a.test".to_owned(), address: [10, 0, 0, 1].into() };
        assert_eq!(of(blocked), (Outcome::BlockedTarget, false));
        for (kind, outcome, ours) in [
            (io::ErrorKind::AddrNotAvailable, Outcome::EgressUnavailable, true),
            (io::ErrorKind::AddrInUse, Outcome::EgressUnavailable, true),
            (io::ErrorKind::NetworkUnreachable, Outcome::Connect, false),
            (io::ErrorKind::TimedOut, Outcome::Connect, false),
            (io::ErrorKind::ConnectionRefused, Outcome::Connect, false),
        ] {
            assert_eq!(of(io::Error::from(kind)), (outcome, ours), "{kind:?}");
        }
        assert_eq!(of(io::Error::from_raw_os_error(24)), (Outcome::EgressUnavailable, true));
        assert_eq!(of(io::Error::other(rustls::Error::DecryptError)), (Outcome::Tls, false));
        assert_eq!(of(io::Error::other(EndlessHandshake)), (Outcome::Tls, false));
        assert_eq!(of("SOCKS error: host unreachable"), (Outcome::Connect, false));
        assert_eq!(of("SOCKS error: credentials not accepted"), (Outcome::EgressUnavailable, true));
    }
}
