//! Held addresses: which of the issued egress IPs this machine can really send from.
//!
//! What decides is whether the address can be bound here, and what the operator's echo sees through that bind. It must
//! not guess: a bind that the echo was never asked about is not held yet, one that the echo sees as another address is
//! not held at all.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use super::clients::{Clients, SourceAddress};
use super::echo::{Echo, EchoAnswer, Verification};
use crate::domain::egress::check_pair;
use crate::domain::egress::{Bind, EgressIp};
use crate::store::queue::Holding;

/// The egress IPs of this node.
pub struct HeldAddresses {
    /// `RINGBACK_EGRESS_BIND`: if given, exactly these addresses are held, by these binds.
    configured: Option<HashMap<IpAddr, Bind>>,
    /// Egress IPs that this node can leave from as far as it knows itself, by id, each with the bind that works.
    held: Mutex<HashMap<String, Held>>,
    /// What others see of the binds, where an echo is set.
    echo: Option<Echo>,
    /// Signalled when another address is held, so that a new bind is asked about at once.
    pub changed: Arc<Notify>,
}

/// An egress IP with the bind that works for it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Held {
    address: IpAddr,
    bind: Bind,
}

impl std::fmt::Debug for HeldAddresses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HeldAddresses").field("configured", &self.configured).finish_non_exhaustive()
    }
}

impl HeldAddresses {
    /// Nothing held yet.
    pub fn new(configured: Option<HashMap<IpAddr, Bind>>, echo: Option<Echo>) -> Self {
        Self { configured, held: Mutex::default(), echo, changed: Arc::default() }
    }

    /// Finds out which of the issued addresses this machine holds now; answers whether that changed.
    pub fn refresh<'a>(&self, issued: impl Iterator<Item = &'a EgressIp>) -> bool {
        let by_id = |egress_ip: &EgressIp| {
            let bind = self.bind_of(egress_ip)?;
            Some((egress_ip.id.clone(), Held { address: egress_ip.address, bind }))
        };
        let found: HashMap<String, Held> = issued.filter_map(by_id).collect();
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = *held != found;
        *held = found;
        drop(held);
        if changed {
            self.changed.notify_one();
        }
        changed
    }

    /// Asks the echo what it sees, through every bind in parallel, or only through those that were never asked about.
    /// Answers whether that changed which egress IPs may be left from.
    pub async fn ask_echo(&self, clients: &Clients, only_new: bool) -> bool {
        let Some(echo) = &self.echo else { return false };
        let before = self.answers();
        let mut binds: Vec<Bind> = before.iter().map(|(held, _)| held.bind.clone()).collect();
        echo.forget_others(&binds);
        binds.retain(|bind| !only_new || echo.answer(bind).is_none());
        echo.ask(binds.into_iter().collect::<HashSet<_>>(), |bind| clients.echo_client(bind)).await;
        let mut changed = false;
        for (held, old) in before {
            let now = echo.answer(&held.bind);
            changed |= may_leave(held.address, old) != may_leave(held.address, now);
            report(&held, old, now);
        }
        changed
    }

    /// What is known of an egress IP from outside.
    pub fn verification(&self, egress_ip: &EgressIp) -> Verification {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = held.get(&egress_ip.id).and_then(|held| self.answer(&held.bind));
        Verification::of(egress_ip.address, answer.flatten())
    }

    /// The source to send from, if this node holds the egress IP.
    pub fn source(&self, egress_ip_id: &str) -> Option<SourceAddress> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let held = held.get(egress_ip_id)?;
        let allowed = may_leave(held.address, self.answer(&held.bind));
        allowed.then(|| SourceAddress::Fixed(held.bind.clone()))
    }

    /// The egress IPs that callbacks may leave from here, for the other nodes to know.
    pub fn holdings(&self) -> Vec<Holding> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let mut holdings: Vec<Holding> = held
            .iter()
            .filter(|(_, held)| may_leave(held.address, self.answer(&held.bind)))
            .map(|(id, held)| {
                let verification = Verification::of(held.address, self.answer(&held.bind).flatten());
                Holding { egress_ip_id: id.clone(), verification: verification.as_str().to_owned() }
            })
            .collect();
        holdings.sort();
        holdings
    }

    /// What the echo said of a bind. Without an echo every bind counts as asked about, with no answer.
    fn answer(&self, bind: &Bind) -> EchoAnswer {
        self.echo.as_ref().map_or(Some(None), |echo| echo.answer(bind))
    }

    fn answers(&self) -> Vec<(Held, EchoAnswer)> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.values().map(|held| (held.clone(), self.answer(&held.bind))).collect()
    }

    fn bind_of(&self, egress_ip: &EgressIp) -> Option<Bind> {
        let bind = match &self.configured {
            Some(configured) => configured.get(&egress_ip.address)?.clone(),
            None => egress_ip.bind.clone(),
        };
        // A callback that would leave from another address than its egress IP must not leave.
        check_pair(egress_ip.address, &bind).ok()?;
        match &bind {
            Bind::Local(address) => can_bind(*address).then_some(bind),
            // Whether a proxy works shows only when it is used; then the fault is ours and burns no attempt.
            Bind::Proxy(_) => Some(bind),
        }
    }
}

/// Whether callbacks may leave from an address after what the echo said of its bind: not before the echo was asked, and
/// not if it saw another.
fn may_leave(address: IpAddr, answer: EchoAnswer) -> bool {
    answer.is_some_and(|seen| Verification::of(address, seen) != Verification::Wrong)
}

/// Says what changed, once.
fn report(held: &Held, before: EchoAnswer, now: EchoAnswer) {
    let of = |answer: EchoAnswer| Verification::of(held.address, answer.flatten());
    if of(before) == of(now) {
        return;
    }
    let (egress_ip, bind) = (held.address, held.bind.shown());
    match now.flatten() {
        Some(seen) if seen != egress_ip => {
            tracing::error!(%egress_ip, bind, %seen, "receivers see another address than the egress IP; nothing leaves from it");
        }
        _ => tracing::info!(%egress_ip, bind, "the echo sees the egress IP"),
    }
}

/// Whether a socket of this machine can have the address. A datagram socket shows it without listening or sending.
fn can_bind(address: IpAddr) -> bool {
    UdpSocket::bind(SocketAddr::new(address, 0)).is_ok()
}
