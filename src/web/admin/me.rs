//! `/v1/me`: who calls, and what a person changes of itself.

use actix_web::web::{Data, ServiceConfig};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actions::caller::Caller;
use crate::actions::people::account::ChangeAccount;
use crate::domain::password::Password;
use crate::domain::patch::Patch;
use crate::domain::person::{Person, Theme};
use crate::domain::time::Timestamp;
use crate::web::json::Body;
use crate::web::{Answer, Web, resource, respond};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/v1/me").get(read).patch(change));
}

/// Who calls: a person who signed in, or a token, which has neither an address nor an account.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MeView {
    /// The person.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    /// The token.
    #[serde(skip_serializing_if = "Option::is_none")]
    token_id: Option<String>,
    name: String,
    /// `operator`, `account_manager` or `publisher`.
    role: &'static str,
    publisher_id: Option<String>,
    #[serde(flatten)]
    account: Option<AccountView>,
}

/// What a person has and a token has not.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountView {
    email: String,
    /// `system`, `light` or `dark`.
    theme: &'static str,
    /// Whether six digits are needed to sign in.
    second_factor: bool,
    created_at: Timestamp,
    last_sign_in_at: Option<Timestamp>,
}

impl MeView {
    pub(super) fn of_person(person: Person) -> Self {
        Self {
            user_id: Some(person.id),
            token_id: None,
            name: person.name,
            role: person.role.as_str(),
            publisher_id: person.role.publisher_id().map(str::to_owned),
            account: Some(AccountView {
                email: person.email.as_str().to_owned(),
                theme: person.theme.as_str(),
                second_factor: person.has_second_factor,
                created_at: person.created_at,
                last_sign_in_at: person.last_sign_in_at,
            }),
        }
    }

    fn of_token(caller: &Caller) -> Self {
        Self {
            user_id: None,
            token_id: caller.token_id().map(str::to_owned),
            name: caller.name().to_owned(),
            role: caller.role().as_str(),
            publisher_id: caller.limited_to().map(str::to_owned),
            account: None,
        }
    }
}

/// What a person changes of itself; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MeChange {
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    name: Patch<String>,
    /// A new one: 12 characters or more, and neither the name nor the e-mail address. It ends all other sessions.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    password: Patch<String>,
    /// The present one, beside a new one; not needed in the first 15 minutes of a session.
    current_password: Option<String>,
    /// Null is `system`.
    #[serde(default)]
    #[schema(value_type = Option<Theme>)]
    theme: Patch<Theme>,
}

/// Says who calls.
#[utoipa::path(get, path = "/v1/me", tag = "people",
    responses((status = 200, description = "Who calls.", body = MeView)))]
pub(in crate::web) async fn read(caller: Caller, web: Data<Web>) -> Answer {
    if caller.user_id().is_none() {
        return Ok(respond::ok(&MeView::of_token(&caller)));
    }
    Ok(respond::ok(&MeView::of_person(web.actions.account(&caller).await?)))
}

/// Changes one's own name, password or theme.
#[utoipa::path(patch, path = "/v1/me", tag = "people", request_body = MeChange,
    responses((status = 200, description = "Changed.", body = MeView)))]
pub(in crate::web) async fn change(caller: Caller, web: Data<Web>, body: Body) -> Answer {
    let given: MeChange = body.read()?;
    let change = ChangeAccount {
        name: given.name,
        password: given.password.map(|password| Password::typed(&password)),
        current_password: given.current_password.as_deref().map(Password::typed),
        theme: given.theme.map(Into::into),
    };
    Ok(respond::ok(&MeView::of_person(web.actions.change_account(&caller, change).await?)))
}
