//! The cluster: this node among those that work on the same store.
//!
//! # Who is who
//! * This node keeps its [`Lease`] by a heartbeat, and announces the egress IPs that it can really send from.
//! * The *view* is what was last heard of all nodes that live. It says whether somebody else can send what we cannot;
//!   it decides nothing about claims, which only the store and the lease do.
//! * The *rescue* takes back what dead nodes had claimed, and *orphaned claims* of this node, of which it does not know:
//!   those of a commit whose answer was lost on the way.
//!
//! Of an SQLite file there is one node, and everything here holds for it all the same.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::Notify;

use super::claims::Claims;
use super::lease::Lease;
use crate::clock;
use crate::dispatch::egress::addresses::HeldAddresses;
use crate::domain::node::NodeRole;
use crate::domain::time::Timestamp;
use crate::random;
use crate::store::queue::{Holding, LiveNode, OrphanedClaim};
use crate::store::{Hint, Store, StoreError};

/// How often a node shows that it lives, and looks for nodes that no longer do (the contract, *Quick take-over*).
pub const HEARTBEAT: Duration = Duration::from_secs(3);
/// A claim is not called an orphan before this age: from its commit to its being known here takes milliseconds.
const SETTLED_IN: Duration = Duration::from_secs(10);

/// This node, and what it knows of the others.
#[derive(Debug)]
pub struct Cluster {
    store: Store,
    addresses: Arc<HeldAddresses>,
    role: NodeRole,
    /// Under which name this node claims.
    pub lease: Lease,
    /// What was announced last, under which name.
    announced: Mutex<Option<(Arc<str>, Vec<Holding>)>>,
    view: RwLock<Arc<[LiveNode]>>,
    /// The claims that this node is working on.
    pub claims: Arc<Claims>,
    /// Orphans that were seen at the last look: only what is seen twice is one.
    suspected: Mutex<HashSet<OrphanedClaim>>,
    /// Signalled when what this node holds, or what is known of others, may have changed.
    pub changed: Arc<Notify>,
}

impl Cluster {
    /// A node that nobody knows yet.
    pub fn new(store: Store, addresses: Arc<HeldAddresses>, role: NodeRole) -> Self {
        Self {
            addresses,
            role,
            lease: Lease::new(store.is_shared()),
            announced: Mutex::default(),
            view: RwLock::new(Arc::from([])),
            claims: Arc::default(),
            suspected: Mutex::default(),
            changed: Arc::default(),
            store,
        }
    }

    /// Whether this node sends at all.
    pub fn sends(&self) -> bool {
        self.role.sends()
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

    /// One heartbeat: renews the lease or comes back under a new name, announces what is held, looks who lives. Answers
    /// whether it came back, so that what its former name had claimed is another node's by now.
    pub async fn heartbeat(&self) -> Result<bool, StoreError> {
        let asked = clock::monotonic();
        let former = self.lease.last();
        let kept = match self.lease.node() {
            Some(node) => self.store.renew_node(node.to_string()).await?.then_some(node),
            None => None,
        };
        let has_come_back = kept.is_none() && former.is_some();
        let node = match kept {
            Some(node) => node,
            None => self.register(former).await?,
        };
        self.lease.renewed(&node, asked);
        let holds = if self.sends() { self.addresses.holdings() } else { Vec::new() };
        self.announce(node, holds).await?;
        self.look().await?;
        Ok(has_come_back)
    }

    /// Always under a new name: whatever a former one had claimed may be another node's by now.
    async fn register(&self, former: Option<Arc<str>>) -> Result<Arc<str>, StoreError> {
        let node: Arc<str> = random::new_id("nod").into();
        let number = self.store.register_node(node.to_string(), self.role, random::node_number).await?;
        random::make_keys_as(number);
        if let Some(former) = former {
            tracing::warn!(former = &*former, node = &*node, "the heartbeat had ended; this node claims anew");
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
        let orphans =
            if orphaned.is_empty() { 0 } else { self.store.rescue_orphaned(orphaned, now, scale_thousandths).await? };
        if of_the_dead + orphans > 0 {
            tracing::info!(of_the_dead, orphans, "callbacks that nobody was sending any more are due again");
        }
        Ok(of_the_dead + orphans)
    }

    /// Claims of this node of which it knew nothing at this look and at the one before.
    async fn orphaned(&self, now: Timestamp) -> Result<Vec<OrphanedClaim>, StoreError> {
        let Some(node) = self.lease.node() else { return Ok(Vec::new()) };
        let mut claims = self.store.claims_of(node.to_string(), now.minus(SETTLED_IN)).await?;
        // After the look at the store: a claim is known here before it is settled there.
        self.claims.retain_unknown(&mut claims, |claim| &claim.token);
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
