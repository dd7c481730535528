//! What sets right what a delivery waits for, or what its last answer asks for: one act, offered to whoever may do it. Where no page
//! of ours does it (an IP that no node holds, a server that is down), there is none, and the sentence above says who acts.

use crate::actions::deliveries::DeliveryDetail;
use crate::domain::app::{App, Endpoint};
use crate::domain::attempt::Attempt;
use crate::domain::delivery::{DeliveryKind, Outcome, Status, WaitingFor};
use crate::web::console::page_request::PageRequest;
use crate::web::console::{place, sections};

const RESUMES: &str = "PATCH /v1/apps/{id}";
const SAVES: &str = "PATCH /v1/apps/{id}/endpoints/{endpointId}";
const ENABLES: &str = "POST /v1/apps/{id}/endpoints/{endpointId}/enable";
const ADDS_SECRET: &str = "POST /v1/apps/{id}/endpoints/{endpointId}/secrets";

/// Such an act.
pub(super) struct Fix {
    pub(super) label: &'static str,
    pub(super) href: String,
    /// Whether it is done at once, by a form, rather than on a page of its own.
    pub(super) is_at_once: bool,
}

impl Fix {
    pub(super) fn of(
        page: &PageRequest,
        app: &App,
        detail: &DeliveryDetail,
        waiting_for: Option<WaitingFor>,
    ) -> Option<Self> {
        let endpoint = app.endpoints.iter().find(|one| one.id == detail.delivery.endpoint_id)?;
        // A test is sent again where it was sent from.
        if app.archived_at.is_some() || detail.delivery.kind == DeliveryKind::Test {
            return None;
        }
        let at = |end: &str| place::path(app, end, place::among_several(app, endpoint), &[]);
        let (call, label, href) = match waiting_for {
            Some(WaitingFor::AppPaused) => (RESUMES, "Resume app", sections::path(app, "resume")),
            Some(WaitingFor::CallbackUrl) => (SAVES, "Set callback URL", at("callback")),
            Some(WaitingFor::Fields) => (SAVES, "Change callback URL", at("callback")),
            Some(WaitingFor::Secret) => (ADDS_SECRET, "Add secret", at("secrets")),
            Some(WaitingFor::EndpointDisabled) => (ENABLES, "Enable endpoint", sections::path(app, "settings")),
            _ if asks_for_another_url(detail, endpoint) => (SAVES, "Set callback URL", at("callback")),
            _ => return None,
        };
        let is_at_once = waiting_for == Some(WaitingFor::AppPaused);
        page.can(call).then_some(Self { label, href, is_at_once })
    }
}

/// Whether the last answer was one that only another URL changes, and the saved one is still the one that was called.
fn asks_for_another_url(detail: &DeliveryDetail, endpoint: &Endpoint) -> bool {
    let delivery = &detail.delivery;
    let is_open = matches!(delivery.status, Status::Dead | Status::Retrying | Status::Pending);
    let Some((last, _)) = detail.attempts.last().filter(|_| is_open) else { return false };
    let settings = &endpoint.config.settings;
    let of_reversal = settings.reversal_url.as_ref().filter(|_| delivery.kind == DeliveryKind::Reversal);
    let is_called = of_reversal.or(settings.callback_url.as_ref()).is_some_and(|saved| began_as(last, saved.as_str()));
    matches!(last.outcome, Outcome::Redirect | Outcome::BlockedTarget) && is_called
}

/// Whether a request went to this URL as far as that is the same for every callback.
fn began_as(attempt: &Attempt, saved: &str) -> bool {
    let fixed = saved.split(['{', '?', '#']).next().unwrap_or(saved);
    attempt.url.as_ref().is_none_or(|url| url.starts_with(fixed))
}
