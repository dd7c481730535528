//! Every call of the admin API, and who may make it: the one place where a role is decided.
//!
//! A call that is not listed here is refused to everybody, so a route that comes without a rule opens nothing. Whose objects
//! a caller then reaches is `access`'s to say.

use crate::domain::account::Role;

/// Who may make a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Somebody who is not known yet, and gets to be known by it.
    Everybody,
    /// A person who signed in, about itself; no token.
    People,
    /// Whoever may have others sign in: people, and the tokens of account managers and operators. A publisher's token is
    /// kept on a server, and whoever copied it would outlive it as a person.
    Inviters,
    /// Anyone who is known; a publisher as far as the object is its own.
    Anyone,
    /// Account managers and operators.
    Managers,
    /// Operators.
    Operators,
}

impl Who {
    /// Whether whoever has this role is among them, as a person who signed in or by a token.
    pub fn includes(self, role: &Role, is_person: bool) -> bool {
        let is_publisher = matches!(role, Role::Publisher { .. });
        match self {
            Self::Everybody | Self::Anyone => true,
            Self::People => is_person,
            Self::Inviters => is_person || !is_publisher,
            Self::Managers => !is_publisher,
            Self::Operators => *role == Role::Operator,
        }
    }
}

/// What a token is told that has no account.
pub const PEOPLE_ALONE: &str = "Only a person who has signed in may do this; a token has no account of its own.";

/// A call: its method and the pattern of its path, which the audit names it by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// `POST /v1/apps`; of a command, how it is typed.
    pub name: &'static str,
    /// Who may make it.
    pub who: Who,
}

use Who::{Anyone, Everybody, Inviters, Managers, Operators, People};

/// All of them, by object.
pub const CALLS: &[Call] = &[
    call("POST /v1/publishers", Managers),
    call("GET /v1/publishers", Anyone),
    call("GET /v1/publishers/{id}", Anyone),
    call("PATCH /v1/publishers/{id}", Managers),
    call("POST /v1/tokens", Anyone),
    call("GET /v1/tokens", Anyone),
    call("GET /v1/tokens/{id}", Anyone),
    call("DELETE /v1/tokens/{id}", Anyone),
    call("POST /v1/sessions", Everybody),
    call("POST /v1/join", Everybody),
    call("GET /v1/me", Anyone),
    call("PATCH /v1/me", People),
    call("GET /v1/me/sessions", People),
    call("DELETE /v1/me/sessions", People),
    call("DELETE /v1/me/sessions/{id}", People),
    call("POST /v1/me/second-factor", People),
    call("POST /v1/me/second-factor/confirm", People),
    call("POST /v1/me/second-factor/remove", People),
    call("GET /v1/users", Anyone),
    call("GET /v1/users/{id}", Anyone),
    call("PATCH /v1/users/{id}", Managers),
    call("DELETE /v1/users/{id}", Managers),
    call("POST /v1/users/{id}/reset", Managers),
    call("DELETE /v1/users/{id}/second-factor", Managers),
    call("POST /v1/invitations", Inviters),
    call("GET /v1/invitations", Anyone),
    call("DELETE /v1/invitations/{id}", Anyone),
    call("POST /v1/sources", Operators),
    call("GET /v1/sources", Operators),
    call("DELETE /v1/sources/{id}", Operators),
    call("POST /v1/sources/{id}/rotate", Operators),
    call("POST /v1/apps", Anyone),
    call("GET /v1/apps", Anyone),
    call("GET /v1/apps/{id}", Anyone),
    call("PATCH /v1/apps/{id}", Anyone),
    call("DELETE /v1/apps/{id}", Anyone),
    call("DELETE /v1/apps/{id}/users/{userId}", Anyone),
    call("POST /v1/apps/{id}/credits", Managers),
    call("POST /v1/completions/{id}/reversals", Managers),
    call("POST /v1/apps/{id}/endpoints", Anyone),
    call("GET /v1/apps/{id}/endpoints", Anyone),
    call("PATCH /v1/apps/{id}/endpoints/{endpointId}", Anyone),
    call("DELETE /v1/apps/{id}/endpoints/{endpointId}", Anyone),
    call("POST /v1/apps/{id}/endpoints/{endpointId}/enable", Anyone),
    call("POST /v1/apps/{id}/secrets", Anyone),
    call("GET /v1/apps/{id}/secrets", Anyone),
    call("POST /v1/apps/{id}/secrets/{secretId}/activate", Anyone),
    call("DELETE /v1/apps/{id}/secrets/{secretId}", Anyone),
    call("POST /v1/apps/{id}/endpoints/{endpointId}/secrets", Anyone),
    call("GET /v1/apps/{id}/endpoints/{endpointId}/secrets", Anyone),
    call("POST /v1/apps/{id}/endpoints/{endpointId}/secrets/{secretId}/activate", Anyone),
    call("DELETE /v1/apps/{id}/endpoints/{endpointId}/secrets/{secretId}", Anyone),
    call("POST /v1/offers", Managers),
    call("GET /v1/offers", Anyone),
    call("GET /v1/offers/{id}", Anyone),
    call("PATCH /v1/offers/{id}", Managers),
    call("POST /v1/egress-ips", Managers),
    call("GET /v1/egress-ips", Anyone),
    call("GET /v1/egress-ips/{id}", Anyone),
    call("PATCH /v1/egress-ips/{id}", Managers),
    call("DELETE /v1/egress-ips/{id}", Managers),
    call("POST /v1/egress-ips/{id}/assignments", Managers),
    call("DELETE /v1/egress-ips/{id}/assignments/{assignmentId}", Managers),
    call("PUT /v1/apps/{id}/egress", Managers),
    call("POST /v1/apps/{id}/preview", Anyone),
    call("POST /v1/apps/{id}/test", Anyone),
    call("POST /v1/apps/{id}/test/sequence", Anyone),
    call("GET /v1/apps/{id}/receiver", Anyone),
    call("POST /v1/apps/{id}/diagnose", Anyone),
    call("POST /v1/apps/{id}/endpoints/{endpointId}/diagnose", Anyone),
    call("POST /v1/preview", Anyone),
    call("GET /v1/completions", Anyone),
    call("GET /v1/completions/{id}", Anyone),
    call("POST /v1/completions/{id}/release", Managers),
    call("POST /v1/completions/{id}/reject", Managers),
    call("GET /v1/deliveries", Anyone),
    call("GET /v1/deliveries/counts", Anyone),
    call("GET /v1/deliveries/{id}", Anyone),
    call("POST /v1/deliveries/{id}/replay", Anyone),
    call("POST /v1/deliveries/{id}/cancel", Anyone),
    call("POST /v1/replays", Anyone),
    call("GET /v1/replays", Anyone),
    call("GET /v1/replays/{id}", Anyone),
    call("POST /v1/replays/{id}/cancel", Anyone),
    call("GET /v1/health", Anyone),
    call("GET /v1/ledger", Anyone),
    call("GET /v1/lookup", Anyone),
    call("GET /v1/audit", Operators),
    call("GET /v1/dialects", Anyone),
    call("POST /v1/dialects", Managers),
    call("GET /v1/dialects/{name}", Anyone),
    call("GET /v1/dialects/{name}/draft", Managers),
    call("PUT /v1/dialects/{name}/draft", Managers),
    call("DELETE /v1/dialects/{name}/draft", Managers),
    call("POST /v1/dialects/{name}/check", Managers),
    call("POST /v1/dialects/{name}/publish", Operators),
    call("POST /v1/dialects/{name}/withdraw", Operators),
    call("GET /v1/dialects/{name}/health", Managers),
];

/// `/ui`, the page of all parts of the console: for whoever builds pages.
pub const PARTS_OF_THE_CONSOLE: Call = call("GET /ui", Operators);

/// `ringback token create`, for whoever has the machine.
pub const CREATE_TOKEN_COMMAND: Call = call("ringback token create", Operators);

const fn call(name: &'static str, who: Who) -> Call {
    Call { name, who }
}

/// The call of this method and pattern.
pub fn named(method: &str, pattern: &str) -> Option<&'static Call> {
    CALLS.iter().find(|call| call.name.split_once(' ') == Some((method, pattern)))
}

impl Call {
    /// Whether it changes nothing.
    pub fn only_reads(&self) -> bool {
        self.name.starts_with("GET ")
    }

    /// Whether whoever has this role may make it, as a person who signed in or by a token.
    pub fn is_open_to(&self, role: &Role, is_person: bool) -> bool {
        self.who.includes(role, is_person)
    }

    /// What somebody is told to whom it is not open.
    pub fn refusal(&self) -> &'static str {
        match self.who {
            People => PEOPLE_ALONE,
            Inviters => "Only a person who has signed in may do this, or the token of an account manager or operator.",
            Everybody | Anyone => "Only somebody who is signed in may do this.",
            Managers => "Only an account manager or operator may do this.",
            Operators => "Only an operator may do this.",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_call_is_listed_once() {
        let names: HashSet<&str> = CALLS.iter().map(|call| call.name).collect();
        assert_eq!(names.len(), CALLS.len());
        assert!(CALLS.iter().all(|call| call.name.split_once(" /v1/").is_some()));
    }

    #[test]
    fn a_role_may_what_is_open_to_it_and_to_those_below_it() {
        let publisher = Role::Publisher { publisher_id: "pub_1".to_owned() };
        let open = |who, role: &Role, is_person| call("GET /v1/x", who).is_open_to(role, is_person);
        let of = |role: &Role, is_person| {
            [Anyone, People, Inviters, Managers, Operators].map(|who| open(who, role, is_person))
        };
        assert_eq!(of(&publisher, false), [true, false, false, false, false]);
        assert_eq!(of(&publisher, true), [true, true, true, false, false]);
        assert_eq!(of(&Role::AccountManager, false), [true, false, true, true, false]);
        assert_eq!(of(&Role::Operator, false), [true, false, true, true, true]);
        assert_eq!(of(&Role::Operator, true), [true; 5]);
    }
}
