//! Egress IPs: the addresses that callbacks leave from. Account managers issue them, operators say what to bind to, a
//! publisher reads its own.
//!
//! What a node binds to is for operators to know: an address leaves this floor without its bind for anybody else.

use std::net::IpAddr;
use std::sync::Arc;

use super::Actions;
use super::admission::Created;
use super::asked::Asked;
use super::caller::Caller;
use super::refusal::Refusal;
use crate::dispatch::egress::echo::Verification;
use crate::domain::app::App;
use crate::domain::egress::{self, Assignment, Bind, EgressIp};
use crate::domain::invalid::Invalid;
use crate::domain::patch::Patch;
use crate::domain::time::Timestamp;
use crate::random;
use crate::store::egress::{EgressDeleted, EgressRecord, EgressSaved};
use crate::store::page::{Listed, Page};

/// An egress IP, as far as the caller may know of it.
#[derive(Clone, Debug)]
pub struct KnownEgressIp {
    /// `eip_…`
    pub id: String,
    /// What receivers see and allow-list.
    pub address: IpAddr,
    /// What is bound to, without a proxy's credentials; for operators alone.
    pub bind: Option<String>,
    /// How many live nodes can send from it.
    pub nodes: usize,
    /// Whether receivers see this address, as far as this node knows.
    pub verification: Verification,
    /// Those in force and those scheduled.
    pub assignments: Vec<Assignment>,
    /// When it was issued.
    pub created_at: Timestamp,
}

impl Actions {
    /// All egress IPs that the caller may know of: a publisher of its own and of its apps'.
    pub async fn egress_ips(&self, caller: &Caller, page: Page) -> Result<Listed<KnownEgressIp>, Refusal> {
        let listed = self.node.store.egress_ips(caller.limited_to(), page, self.node.clock.now()).await?;
        Ok(listed.map(|record| self.known(caller, record)))
    }

    /// The apps that the caller sees and that no address is fixed for.
    pub async fn apps_without_egress_ip(&self, caller: &Caller) -> Result<Vec<Arc<App>>, Refusal> {
        let mut apps = self.living_apps(caller, Asked { app: None, publisher: None }).await?;
        apps.retain(|app| self.leaves_from(app).0.is_none());
        Ok(apps)
    }

    /// The egress IP with this id, if the caller may know of it.
    pub async fn egress_ip(&self, caller: &Caller, id: &str) -> Result<KnownEgressIp, Refusal> {
        Ok(self.known(caller, self.egress_record(caller, id).await?))
    }

    async fn egress_record(&self, caller: &Caller, id: &str) -> Result<EgressRecord, Refusal> {
        let found = self.node.store.egress_ip(caller.limited_to(), id, self.node.clock.now()).await?;
        found.ok_or(Refusal::Unknown("egress IP"))
    }

    fn known(&self, caller: &Caller, record: EgressRecord) -> KnownEgressIp {
        let EgressRecord { egress_ip, created_at, assignments } = record;
        KnownEgressIp {
            nodes: self.node.holders(&egress_ip.id),
            verification: self.node.addresses.verification(&egress_ip),
            bind: caller.is_operator().then(|| egress_ip.bind.shown()),
            address: egress_ip.address,
            id: egress_ip.id,
            assignments,
            created_at,
        }
    }

    /// Issues an egress IP.
    pub async fn issue_egress_ip(
        &self,
        caller: &Caller,
        address: &str,
        bind: Option<&str>,
    ) -> Result<Created<KnownEgressIp>, Refusal> {
        may_bind(caller, bind.is_some())?;
        let mut invalid = Invalid::none();
        let address = invalid.take(egress::address(address));
        let bind = invalid.take(bind.map(egress::bind).transpose());
        let (Some(address), Some(bind)) = (address, bind) else { return Err(invalid.into()) };
        let egress_ip = EgressIp { id: random::new_id("eip"), address, bind: bind.unwrap_or(Bind::Local(address)) };
        egress::check_pair(address, &egress_ip.bind)?;
        let now = self.node.clock.now();
        saved(self.node.store.create_egress_ip(egress_ip.clone(), now).await?)?;
        self.in_force().await?;
        let record = EgressRecord { egress_ip, created_at: now, assignments: Vec::new() };
        Ok(Created::new(record.egress_ip.id.clone(), self.known(caller, record)))
    }

    /// Changes an egress IP: its address while nobody has it, or its bind.
    pub async fn change_egress_ip(
        &self,
        caller: &Caller,
        id: &str,
        address: Patch<String>,
        bind: Patch<String>,
    ) -> Result<KnownEgressIp, Refusal> {
        let record = self.egress_record(caller, id).await?;
        may_bind(caller, !bind.is_kept())?;
        let mut egress_ip = record.egress_ip;
        let binds_itself = egress_ip.bind == Bind::Local(egress_ip.address);
        match address {
            Patch::Kept => {}
            Patch::Reset => return Err(Refusal::field("address", "must not be null")),
            Patch::Set(text) => {
                let address = egress::address(&text)?;
                if address != egress_ip.address && !record.assignments.is_empty() {
                    return Err(Refusal::conflict(
                        "Somebody allow-lists this address; issue another one and replace it at the app.",
                    ));
                }
                egress_ip.address = address;
                if binds_itself {
                    egress_ip.bind = Bind::Local(address);
                }
            }
        }
        match bind {
            Patch::Kept => {}
            Patch::Reset => egress_ip.bind = Bind::Local(egress_ip.address),
            Patch::Set(text) => egress_ip.bind = egress::bind(&text)?,
        }
        egress::check_pair(egress_ip.address, &egress_ip.bind)?;
        saved(self.node.store.change_egress_ip(egress_ip).await?)?;
        self.in_force().await?;
        self.egress_ip(caller, id).await
    }

    /// Deletes an egress IP that nobody has.
    pub async fn delete_egress_ip(&self, id: &str) -> Result<(), Refusal> {
        match self.node.store.delete_egress_ip(id, self.node.clock.now()).await? {
            EgressDeleted::Deleted => Ok(self.in_force().await?),
            EgressDeleted::Unknown => Err(Refusal::Unknown("egress IP")),
            EgressDeleted::Assigned => Err(Refusal::conflict("It is assigned; take its assignments away first.")),
        }
    }
}

/// What a node binds to is a matter of its network, which an account manager does not know.
fn may_bind(caller: &Caller, wants_to: bool) -> Result<(), Refusal> {
    if wants_to && !caller.is_operator() {
        return Err(Refusal::forbidden("Only an operator may set a bind."));
    }
    Ok(())
}

fn saved(outcome: EgressSaved) -> Result<(), Refusal> {
    match outcome {
        EgressSaved::Saved => Ok(()),
        EgressSaved::Unknown => Err(Refusal::Unknown("egress IP")),
        EgressSaved::AddressTaken => Err(Refusal::conflict("This address was issued already.")),
    }
}
