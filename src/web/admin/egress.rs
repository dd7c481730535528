//! `/v1/egress-ips`: the addresses that callbacks leave from. Account managers issue them, operators say what to bind to,
//! a publisher reads its own.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, ServiceConfig};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actions::caller::Caller;
use crate::dispatch::egress::echo::Verification;
use crate::domain::egress;
use crate::domain::egress::{Assignment, Bind, EgressIp};
use crate::domain::invalid::Invalid;
use crate::domain::patch::Patch;
use crate::domain::time::Timestamp;
use crate::random;
use crate::store::egress::{EgressDeleted, EgressRecord, EgressSaved};
use crate::web::error::Problem;
use crate::web::json::Body;
use crate::web::list::{self, PageOf};
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/v1/egress-ips").post(create).get(list))
        .service(resource("/v1/egress-ips/{id}").get(read).patch(change).delete(delete));
}

/// A new egress IP.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEgressIp {
    /// Any unicast address, bindable here or not.
    address: String,
    /// A local address or `socks5://[user:password@]ADDRESS:PORT`; default the address itself. Operators alone.
    bind: Option<String>,
}

/// A change of an egress IP; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EgressIpPatch {
    /// Another address; only while nobody has it.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    address: Patch<String>,
    /// Another bind; null: the address itself. Operators alone.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    bind: Patch<String>,
}

/// An egress IP.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EgressIpView {
    id: String,
    /// What receivers see and allow-list.
    address: String,
    /// Shown to operators alone, without a proxy's credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    bind: Option<String>,
    /// Whether a live node can send from it.
    held: bool,
    /// Whether receivers see this address, as far as the node that answers knows: `verified`, `assumed` (no echo is set,
    /// or it has not answered yet) or `wrong` (then it is not held).
    #[schema(value_type = String, example = "verified")]
    verification: Verification,
    /// Those in force and those scheduled.
    assignments: Vec<AssignmentView>,
    created_at: Timestamp,
}

/// Whom an egress IP is for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssignmentView {
    id: String,
    egress_ip_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    publisher_id: Option<String>,
    active_at: Timestamp,
    /// When a scheduled replacement takes over.
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_at: Option<Timestamp>,
}

impl From<Assignment> for AssignmentView {
    fn from(assignment: Assignment) -> Self {
        Self {
            id: assignment.id,
            egress_ip_id: assignment.egress_ip_id,
            app_id: assignment.app_id,
            publisher_id: assignment.publisher_id,
            active_at: assignment.active_at,
            ends_at: assignment.removed_at,
        }
    }
}

fn view(web: &Web, caller: &Caller, record: EgressRecord) -> EgressIpView {
    let egress_ip = record.egress_ip;
    EgressIpView {
        held: web.node.holders(&egress_ip.id) > 0,
        verification: web.node.addresses.verification(&egress_ip),
        bind: caller.is_operator().then(|| egress_ip.bind.shown()),
        address: egress_ip.address.to_string(),
        id: egress_ip.id,
        assignments: record.assignments.into_iter().map(AssignmentView::from).collect(),
        created_at: record.created_at,
    }
}

/// Issues an egress IP.
#[utoipa::path(post, path = "/v1/egress-ips", tag = "egress", request_body = NewEgressIp, responses(
    (status = 201, description = "Created.", body = EgressIpView),
))]
pub(in crate::web) async fn create(caller: Caller, web: Data<Web>, body: Body) -> Answer {
    let given: NewEgressIp = body.read()?;
    may_bind(&caller, given.bind.is_some())?;
    let mut invalid = Invalid::none();
    let address = invalid.take(egress::address(&given.address));
    let bind = invalid.take(given.bind.as_deref().map(egress::bind).transpose());
    invalid.into_result()?;
    let address = address.expect("a fault in the address was answered above");
    let egress_ip =
        EgressIp { id: random::new_id("eip"), address, bind: bind.flatten().unwrap_or(Bind::Local(address)) };
    egress::check_pair(address, &egress_ip.bind)?;
    let now = web.node.clock.now();
    saved(web.node.store.create_egress_ip(egress_ip.clone(), now).await?)?;
    web.in_force().await?;
    let record = EgressRecord { egress_ip, created_at: now, assignments: Vec::new() };
    Ok(respond::created(&view(&web, &caller, record)))
}

/// Lists egress IPs; a publisher finds those of its own and of its apps.
#[utoipa::path(get, path = "/v1/egress-ips", tag = "egress",
    params(("limit" = Option<u16>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, description = "A page.", body = PageOf<EgressIpView>)))]
pub(in crate::web) async fn list(caller: Caller, web: Data<Web>, request: HttpRequest) -> Answer {
    let page = list::only_page(request.query_string())?;
    let now = web.node.clock.now();
    let listed = web.node.store.egress_ips(caller.limited_to(), page, now).await?;
    Ok(respond::ok(&PageOf::from(listed.map(|record| view(&web, &caller, record)))))
}

/// Reads an egress IP.
#[utoipa::path(get, path = "/v1/egress-ips/{id}", tag = "egress", params(("id" = String, Path)), responses(
    (status = 200, description = "The egress IP.", body = EgressIpView),
))]
pub(in crate::web) async fn read(caller: Caller, web: Data<Web>, id: Path<String>) -> Answer {
    let record = find(&web, &caller, &id).await?;
    Ok(respond::ok(&view(&web, &caller, record)))
}

/// Changes an egress IP.
#[utoipa::path(patch, path = "/v1/egress-ips/{id}", tag = "egress", params(("id" = String, Path)),
    request_body = EgressIpPatch,
    responses((status = 200, description = "Changed.", body = EgressIpView)))]
pub(in crate::web) async fn change(caller: Caller, web: Data<Web>, id: Path<String>, body: Body) -> Answer {
    let record = find(&web, &caller, &id).await?;
    let given: EgressIpPatch = body.read()?;
    may_bind(&caller, given.bind != Patch::Kept)?;
    let mut egress_ip = record.egress_ip;
    let binds_itself = egress_ip.bind == Bind::Local(egress_ip.address);
    match given.address {
        Patch::Kept => {}
        Patch::Reset => return Err(Problem::field("address", "must not be null")),
        Patch::Set(text) => {
            let address = egress::address(&text)?;
            if address != egress_ip.address && !record.assignments.is_empty() {
                return Err(Problem::conflict(
                    "Somebody allow-lists this address; issue another one and replace it at the app.",
                ));
            }
            egress_ip.address = address;
            if binds_itself {
                egress_ip.bind = Bind::Local(address);
            }
        }
    }
    match given.bind {
        Patch::Kept => {}
        Patch::Reset => egress_ip.bind = Bind::Local(egress_ip.address),
        Patch::Set(text) => egress_ip.bind = egress::bind(&text)?,
    }
    egress::check_pair(egress_ip.address, &egress_ip.bind)?;
    saved(web.node.store.change_egress_ip(egress_ip).await?)?;
    web.in_force().await?;
    let record = find(&web, &caller, &id).await?;
    Ok(respond::ok(&view(&web, &caller, record)))
}

/// Deletes an egress IP that nobody has.
#[utoipa::path(delete, path = "/v1/egress-ips/{id}", tag = "egress", params(("id" = String, Path)), responses(
    (status = 204, description = "Deleted."),
    (status = 409, description = "It is assigned."),
))]
pub(in crate::web) async fn delete(_: Caller, web: Data<Web>, id: Path<String>) -> Answer {
    match web.node.store.delete_egress_ip(&id, web.node.clock.now()).await? {
        EgressDeleted::Deleted => web.once_in_force(respond::deleted()).await,
        EgressDeleted::Unknown => Err(Problem::not_found("egress IP")),
        EgressDeleted::Assigned => Err(Problem::conflict("It is assigned; take its assignments away first.")),
    }
}

async fn find(web: &Web, caller: &Caller, id: &str) -> Result<EgressRecord, Problem> {
    let found = web.node.store.egress_ip(caller.limited_to(), id, web.node.clock.now()).await?;
    found.ok_or_else(|| Problem::not_found("egress IP"))
}

/// What a node binds to is a matter of its network, which an account manager does not know.
fn may_bind(caller: &Caller, wants_to: bool) -> Result<(), Problem> {
    if wants_to && !caller.is_operator() {
        return Err(Problem::forbidden("Only an operator may set a bind."));
    }
    Ok(())
}

fn saved(outcome: EgressSaved) -> Result<(), Problem> {
    match outcome {
        EgressSaved::Saved => Ok(()),
        EgressSaved::Unknown => Err(Problem::not_found("egress IP")),
        EgressSaved::AddressTaken => Err(Problem::conflict("This address was issued already.")),
    }
}
