//! The words that an answer may hold where it holds one of several: by the answer's and the field's name, from the very
//! lists that the words are written from.

use serde_json::Value;
use utoipa::Modify;
use utoipa::openapi::schema::Schema;
use utoipa::openapi::{OpenApi as Document, RefOr};

use super::kinds::is_nullable;
use crate::domain::account::RoleWord;
use crate::domain::audit;
use crate::domain::completion::ReviewState;
use crate::domain::delivery::{DeliveryKind, EndedReason, Outcome, Status, Told, WaitingFor};
use crate::domain::health::Condition;
use crate::domain::node::NodeRole;
use crate::domain::person::Theme;
use crate::domain::replay::ReplayState;
use crate::domain::reversal::Reason;
use crate::domain::secret::SecretState;
use crate::domain::setup::Verdict;
use crate::domain::story::{EventKind, Turn};

/// Schemas that hold all that a delivery has.
const DELIVERIES: [&str; 5] =
    ["DeliveryView", "DeliveryWithAttempts", "DeliveryDetailView", "ListedDelivery", "TestView"];

pub(super) struct Words;

impl Modify for Words {
    fn modify(&self, document: &mut Document) {
        let Some(components) = &mut document.components else { return };
        for (name, schema) in &mut components.schemas {
            if let RefOr::T(Schema::Object(object)) = schema {
                object.properties.iter_mut().for_each(|(field, property)| describe(name, field, property));
            }
        }
    }
}

fn describe(schema: &str, field: &str, property: &mut RefOr<Schema>) {
    let RefOr::T(Schema::Object(own)) = property else { return };
    if own.enum_values.is_none()
        && let Some(words) = words(schema, field)
    {
        let null = is_nullable(own).then_some(Value::Null);
        own.enum_values = Some(words.into_iter().map(Value::from).chain(null).collect());
    }
}

fn words(schema: &str, field: &str) -> Option<Vec<&'static str>> {
    Some(match (schema, field) {
        ("ReportedDelivery", "status") => all(Status::ALL, Status::as_str),
        ("ReportedDelivery", "waitingFor") => all(WaitingFor::ALL, WaitingFor::as_str),
        (of, "kind") if DELIVERIES.contains(&of) => all(DeliveryKind::ALL, DeliveryKind::as_str),
        (of, "status") if DELIVERIES.contains(&of) => all(Status::ALL, Status::as_str),
        (of, "told") if DELIVERIES.contains(&of) => all(Told::ALL, Told::as_str),
        (of, "waitingFor") if DELIVERIES.contains(&of) => all(WaitingFor::ALL, WaitingFor::as_str),
        (of, "endedReason") if DELIVERIES.contains(&of) => all(EndedReason::ALL, EndedReason::as_str),
        ("TestView", "verdict") => all(Verdict::ALL, Verdict::as_str),
        ("CompletionView" | "CompletionWithDeliveries", "deliveryStatus") => all(Status::ALL, Status::as_str),
        ("AttemptView" | "LastAttemptView" | "LastFailurePart", "outcome") => all(Outcome::ALL, Outcome::as_str),
        ("DeliveryDetailView" | "LookedUp" | "ClickView", "turn") => all(Turn::ALL, Turn::as_str),
        ("EventView", "kind") => all(EventKind::ALL, EventKind::as_str),
        ("AuditView", "outcome") => all(audit::Outcome::ALL, audit::Outcome::as_str),
        ("CompletionView" | "CompletionWithDeliveries", "review") => all(ReviewState::ALL, ReviewState::as_str),
        ("ReversalView", "reason") => all(Reason::ALL, Reason::as_str),
        ("SecretView" | "UsedSecretView" | "CreatedSecret", "state") | ("DiagnosisView", "secretState") => {
            all(SecretState::ALL, SecretState::as_str)
        }
        ("AppWithHealth", "state") => all(Condition::ALL, Condition::as_str),
        ("ReplayView", "state") => all(ReplayState::ALL, ReplayState::as_str),
        ("NodeState", "role") => all(NodeRole::ALL, NodeRole::as_str),
        ("TokenView" | "CreatedToken" | "UserView" | "MeView" | "InvitationView" | "LinkView", "role") => {
            all(RoleWord::ALL, RoleWord::as_str)
        }
        ("MeView", "theme") => all(Theme::ALL, Theme::as_str),
        ("Reported" | "ReversalAnswer", "status") => vec!["accepted", "duplicate"],
        _ => return None,
    })
}

fn all<T: Copy>(words: &[T], as_str: impl Fn(T) -> &'static str) -> Vec<&'static str> {
    words.iter().map(|word| as_str(*word)).collect()
}
