//! The cluster: this node among those that work on the same store.
//!
//! # Who is who
//! * This node keeps its [`Lease`] by a heartbeat, and announces the egress IPs that it can really send from.
//! * The *view* is what was last heard of all nodes that live. It says whether somebody else can send what we cannot;
//!   it decides nothing about claims, which only the store and the lease do.
//! * The *rescue* takes back what dead nodes had claimed, and what this node claimed without knowing of it: a commit
//!   whose answer was lost on the way.
//!
//! Of an SQLite file there is one node, and everything here holds for it all the same.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::egress::Egress;
use super::lease::Lease;
use crate::domain::ids;
use crate::domain::node::NodeRole;
use crate::domain::time::Timestamp;
use crate::store::queue::{Holding, LiveNode, OrphanedClaim};
use crate::store::{Hint, Store, StoreError};

/// How often a node shows that it lives, and looks for nodes that no longer do (product.md, *Quick take-over*).
pub const BEAT: Duration = Duration::from_secs(3);
/// A database that is silent for so long, over a connection that stands, will not answer: the calls that wait for it block
/// threads for good. What was acknowledged is on disk, so ending the process loses nothing, and a new one connects to
/// whichever server answers. Network faults are noticed far sooner, by the limits in the URL.
const HUNG: Duration = Duration::from_secs(60);
/// A claim is not called stray before this age: from its commit to its being known here takes milliseconds.
const SETTLED_IN: Duration = Duration::from_secs(10);

/// This node, and what it knows of the others.
#[derive(Debug)]
pub struct Cluster {
    store: Store,
    egress: Arc<Egress>,
    role: NodeRole,
    /// Under which name this node claims.
    pub lease: Lease,
    /// What was announced last, under which name.
    announced: Mutex<Option<(Arc<str>, Vec<Holding>)>>,
    view: RwLock<Arc<[LiveNode]>>,
    /// The tokens of the claims that this node is working on.
    under_way: Mutex<HashSet<String>>,
    /// Strays that were seen at the last look: only what is seen twice is one.
    suspected: Mutex<HashSet<OrphanedClaim>>,
    /// Signalled when what this node holds, or what is known of others, may have changed.
    pub changed: Notify,
    /// Woken when something is due that was not.
    wake: Arc<Notify>,
}

/// Returns when too long has passed while this process was running: of a process that was stopped for a while the first
/// of several pauses is over at once, and not the rest.
async fn hung() {
    for _ in 0..4 {
        tokio::time::sleep(HUNG / 4).await;
    }
}

/// Keeps a claim known while it is worked on.
#[derive(Debug)]
pub struct UnderWay {
    cluster: Arc<Cluster>,
    token: String,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.cluster.under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.token);
    }
}

impl Cluster {
    /// A node that nobody knows yet.
    pub fn new(store: Store, egress: Arc<Egress>, role: NodeRole, wake: Arc<Notify>) -> Self {
        Self {
            egress,
            role,
            lease: Lease::new(store.is_shared()),
            announced: Mutex::default(),
            view: RwLock::new(Arc::from([])),
            under_way: Mutex::default(),
            suspected: Mutex::default(),
            changed: Notify::new(),
            wake,
            store,
        }
    }

    /// Whether this node sends at all.
    pub fn sends(&self) -> bool {
        self.role.sends()
    }

    /// A claim that is being worked on from here on, until the answer is dropped.
    pub fn work_on(self: &Arc<Self>, token: &str) -> UnderWay {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).insert(token.to_owned());
        UnderWay { cluster: Arc::clone(self), token: token.to_owned() }
    }

    /// How many other live nodes can send from an egress IP, as far as was heard.
    pub fn other_holders(&self, egress_ip_id: &str) -> usize {
        let holds = |node: &LiveNode| node.holds.iter().any(|holding| holding.egress_ip_id == egress_ip_id);
        self.others(holds)
    }

    /// Whether some other live node sends.
    pub fn somebody_sends(&self) -> bool {
        self.others(|node| node.role.sends()) > 0
    }

    /// What this node holds it knows better than by hearsay.
    fn others(&self, count: impl Fn(&LiveNode) -> bool) -> usize {
        let this = self.lease.last();
        self.view().iter().filter(|node| this.as_deref() != Some(&node.id) && count(node)).count()
    }

    /// The nodes that live, as far as was heard.
    pub fn view(&self) -> Arc<[LiveNode]> {
        Arc::clone(&self.view.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Shows that this node lives, until told to stop. One beat that is late must not make the next one late.
    pub async fn run(&self, stop: CancellationToken) {
        let mut beats = tokio::time::interval(BEAT);
        beats.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = beats.tick() => {}
                () = self.changed.notified() => {}
            }
            tokio::select! {
                beaten = self.beat() => if let Err(error) = beaten {
                    tracing::error!(%error, "the heartbeat failed; trying again");
                },
                () = hung(), if self.store.is_shared() => {
                    tracing::error!("the database neither answers nor hangs up; ending the process, to be started anew");
                    std::process::abort()
                }
            }
        }
    }

    /// One heartbeat: renews the lease or comes back as somebody else, announces what is held, looks who lives.
    pub async fn beat(&self) -> Result<(), StoreError> {
        let asked = Instant::now();
        let kept = match self.lease.node() {
            Some(node) => self.store.renew_node(node.to_string()).await?.then_some(node),
            None => None,
        };
        let node = match kept {
            Some(node) => node,
            None => self.come_back().await?,
        };
        self.lease.renewed(&node, asked);
        let holds = if self.sends() { self.egress.holdings() } else { Vec::new() };
        self.announce(node, holds).await?;
        self.look().await
    }

    /// Under a new name: whatever the former one had claimed may be another node's by now.
    async fn come_back(&self) -> Result<Arc<str>, StoreError> {
        let node: Arc<str> = ids::new("nod").into();
        self.store.register_node(node.to_string(), self.role).await?;
        if let Some(former) = self.lease.last() {
            tracing::warn!(former = &*former, node = &*node, "the heartbeat had ended; this node claims anew");
            self.wake.notify_one();
        }
        Ok(node)
    }

    async fn announce(&self, node: Arc<str>, holds: Vec<Holding>) -> Result<(), StoreError> {
        let announcement = Some((Arc::clone(&node), holds.clone()));
        if *self.announced.lock().unwrap_or_else(PoisonError::into_inner) == announcement {
            return Ok(());
        }
        self.store.announce(node.to_string(), holds).await?;
        *self.announced.lock().unwrap_or_else(PoisonError::into_inner) = announcement;
        self.store.hint(Hint::Configuration);
        Ok(())
    }

    async fn look(&self) -> Result<(), StoreError> {
        let living = self.store.live_nodes().await?;
        *self.view.write().unwrap_or_else(PoisonError::into_inner) = living.into();
        Ok(())
    }

    /// Takes back what nobody works on any more; answers how much.
    pub async fn rescue(&self, now: Timestamp, scale_thousandths: u64) -> Result<usize, StoreError> {
        let of_the_dead = self.store.rescue(now, scale_thousandths).await?;
        let orphaned = self.orphaned(now).await?;
        let orphan =
            if orphaned.is_empty() { 0 } else { self.store.rescue_orphaned(orphaned, now, scale_thousandths).await? };
        if of_the_dead + orphan > 0 {
            tracing::info!(of_the_dead, orphan, "callbacks that nobody was sending any more are due again");
            self.wake.notify_one();
        }
        Ok(of_the_dead + orphan)
    }

    /// Claims of this node of which it knew nothing at this look and at the one before.
    async fn orphaned(&self, now: Timestamp) -> Result<Vec<OrphanedClaim>, StoreError> {
        let Some(node) = self.lease.node() else { return Ok(Vec::new()) };
        let mut claims = self.store.claims_of(node.to_string(), now.minus(SETTLED_IN)).await?;
        // After the look at the store: a claim is known here before it is settled there.
        let under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        claims.retain(|claim| !under_way.contains(&claim.token));
        drop(under_way);
        let seen: HashSet<OrphanedClaim> = claims.into_iter().collect();
        let mut suspected = self.suspected.lock().unwrap_or_else(PoisonError::into_inner);
        let orphaned = seen.intersection(&suspected).cloned().collect();
        *suspected = seen;
        Ok(orphaned)
    }

    /// Leaves: what this node could not finish is taken over at once.
    pub async fn leave(&self) -> Result<(), StoreError> {
        match self.lease.last() {
            Some(node) => self.store.dismiss_node(node.to_string()).await,
            None => Ok(()),
        }
    }
}
