//! People: invited, changed, disabled, deleted, by whoever may, and what of it is shown once.

use serde_json::{Value, json};

use super::visitor::{PASSWORD, Page, Visitor};
use crate::support::{Ringback, text};

const OLGA: &str = "olga@example.com";

/// An operator, an account manager, and a person each of two publishers.
struct House {
    ringback: Ringback,
    olga: Visitor,
    max: Visitor,
    ana: Visitor,
    kash: String,
    zen: String,
}

impl House {
    async fn start() -> Self {
        let ringback = Ringback::start().await;
        let olga = Visitor::joined(&ringback, OLGA, json!({"role": "operator"})).await;
        let max = Visitor::joined(&ringback, "max@example.com", json!({"role": "account_manager"})).await;
        let kash = ringback.post("/v1/publishers", json!({"name": "Kash", "ref": "kash"})).await.id();
        let zen = ringback.post("/v1/publishers", json!({"name": "Zen"})).await.id();
        let of = |publisher: &str| json!({"role": "publisher", "publisherId": publisher});
        let ana = Visitor::joined(&ringback, "ana@example.com", of(&kash)).await;
        Visitor::joined(&ringback, "zoe@example.com", of(&zen)).await;
        Self { ringback, olga, max, ana, kash, zen }
    }

    async fn user(&self, email: &str) -> Value {
        let users = self.ringback.get("/v1/users").await;
        users["items"].as_array().unwrap().iter().find(|user| user["email"] == email).unwrap_or(&Value::Null).clone()
    }

    async fn path(&self, email: &str) -> String {
        format!("/people/{}", text(&self.user(email).await, "id"))
    }
}

/// The one link or token that a page shows.
fn shown(page: &Page) -> String {
    assert_eq!((page.status, page.header("cache-control")), (200, "no-store"), "{}", page.html);
    page.html.split("<code id=\"secret-text\">").nth(1).unwrap().split('<').next().unwrap().to_owned()
}

/// The page that a form leads to.
#[tokio::test]
async fn each_role_sees_the_people_whom_it_reaches_and_nobody_else() {
    let mut house = House::start().await;
    let list = house.olga.get("/people").await;
    for email in [OLGA, "max@example.com", "ana@example.com", "zoe@example.com"] {
        list.holds(email);
    }
    list.holds("<b>(you)</b>");
    let list = house.max.get("/people").await;
    list.holds("ana@example.com");
    list.holds("<td data-label=\"Publisher\" class=\"text\">Kash</td>");
    list.lacks(OLGA);
    let list = house.ana.get("/people").await;
    list.holds("Only you. Invite a colleague.");
    list.lacks("zoe@example.com");
    list.lacks("<th scope=\"col\">Publisher</th>");
    for (email, visitor) in [(OLGA, &mut house.max.clone()), ("zoe@example.com", &mut house.ana.clone())] {
        let path = house.path(email).await;
        let form = visitor.get("/people/invite").await;
        for end in ["", "/disable", "/second-factor", "/delete"] {
            let page = visitor.get(&format!("{path}{end}")).await;
            page.holds("There is no such user, or it is not yours.");
            assert_eq!(page.status, 404, "{path}{end}");
        }
        for end in ["", "/reset", "/disable", "/enable", "/second-factor", "/delete"] {
            assert_eq!(visitor.send(&form, &format!("{path}{end}"), &[]).await.status, 404, "{path}{end}");
        }
    }
    // Of its own people a publisher's reads, and changes nothing.
    let path = house.path("ana@example.com").await;
    let own = house.ana.get(&path).await;
    own.holds("Only an account manager or operator changes what stands here.");
    own.lacks("<button class=\"button primary\">Save</button>");
    for (method, end) in [("GET", "/delete"), ("POST", ""), ("POST", "/reset"), ("POST", "/delete")] {
        let path = format!("{path}{end}");
        let refused = match method {
            "GET" => house.ana.get(&path).await,
            _ => house.ana.send(&own, &path, &[]).await,
        };
        refused.holds("Only an account manager or operator may do this.");
        assert_eq!(refused.status, 403, "{method} {path}");
    }
    assert_eq!(house.user("ana@example.com").await["disabled"], false);
}

#[tokio::test]
async fn an_invitation_is_shown_once_and_leads_to_a_colleague() {
    let mut house = House::start().await;
    let form = house.ana.get("/people/invite").await;
    form.lacks("name=\"role\"");
    form.lacks("name=\"publisherId\"");
    let refused = house.ana.send(&form, "/people/invite", &[("email", "ben"), ("name", "Ben")]).await;
    assert_eq!(refused.status, 422);
    refused.holds("E-mail must be an e-mail address such as ana@example.com.");
    refused.holds("value=\"Ben\"");
    let made = house.ana.send(&form, "/people/invite", &[("email", "ben@example.com")]).await;
    made.holds("With this link ben@example.com joins as somebody of Kash.");
    let link = shown(&made);
    // As a reload sends it once more.
    let twice = house.ana.send(&form, "/people/invite", &[("email", "ben@example.com")]).await;
    let list = house.ana.follow(twice).await;
    list.holds("This link was shown already. If nobody has it, make another one.");
    list.holds("ben@example.com");
    list.holds("Withdraw");
    for path in ["/people", "/people/invite"] {
        house.ana.get(path).await.lacks(&link);
    }
    assert_eq!(house.ringback.get("/v1/invitations").await["items"].as_array().unwrap().len(), 1);
    let path = format!("/join/{}", link.split_once("/join/").unwrap().1);
    let mut ben = Visitor::new(&house.ringback);
    assert_eq!(ben.fill_in(&path, &[("name", "Ben"), ("password", PASSWORD)]).await.status, 303);
    house.ana.get("/people").await.holds("Ben");
    assert_eq!(house.user("ben@example.com").await["publisherId"], house.kash.as_str());
}

#[tokio::test]
async fn whom_one_may_invite_and_as_what_is_the_callers() {
    let mut house = House::start().await;
    let form = house.max.get("/people/invite").await;
    form.lacks("name=\"role\"");
    let of = |publisher| [("email", "new@example.com"), ("publisherId", publisher)];
    house.max.send(&form, "/people/invite", &of("")).await.holds("Publisher is required for the role publisher.");
    house.max.send(&form, "/people/invite", &of("nobody")).await.holds("Publisher names no publisher.");
    let operator = [&of("kash")[..], &[("role", "operator")]].concat();
    let made = house.max.send(&form, "/people/invite", &operator).await;
    made.holds("joins as somebody of Kash.");

    let form = house.olga.get("/people/invite").await;
    let with = |role| [("email", "second@example.com"), ("role", role), ("publisherId", house.kash.as_str())];
    let refused = house.olga.send(&form, "/people/invite", &with("chief")).await;
    refused.holds("Role must be one of operator, account_manager, publisher.");
    assert_eq!(refused.status, 422);
    let taken = [("email", "ana@example.com"), ("role", "operator")];
    house.olga.send(&form, "/people/invite", &taken).await.holds("Somebody signs in with this e-mail address already.");
    house.olga.send(&form, "/people/invite", &with("operator")).await.holds("joins as an operator.");
    let open = house.ringback.get("/v1/invitations").await;
    assert_eq!((&open["items"][0]["role"], &open["items"][0]["publisherId"]), (&json!("operator"), &Value::Null));
}

#[tokio::test]
async fn an_invitation_is_withdrawn_by_whoever_reaches_it() {
    let mut house = House::start().await;
    let body = json!({"email": "new@example.com", "role": "publisher", "publisherId": house.zen});
    let made = house.ringback.post("/v1/invitations", body).await;
    let path = format!("/people/invitations/{}/withdraw", made.id());
    let form = house.ana.get("/people").await;
    assert_eq!(house.ana.send(&form, &path, &[]).await.status, 404);
    assert_eq!(house.max.post(&path, &[]).await.status, 403, "without the form's token");
    let form = house.max.get("/people").await;
    let withdrawn = house.max.send(&form, &path, &[]).await;
    let list = house.max.follow(withdrawn).await;
    list.holds("The invitation is withdrawn. Its link opens nothing any more.");
    list.lacks("new@example.com");
    let link = text(&made.ok(), "link");
    let path = format!("/join/{}", link.split_once("/join/").unwrap().1);
    assert_eq!(Visitor::new(&house.ringback).get(&path).await.status, 404);
}

#[tokio::test]
async fn name_role_and_publisher_are_changed_and_the_last_operator_stays() {
    let mut house = House::start().await;
    let (ana, olga) = (house.path("ana@example.com").await, house.path(OLGA).await);
    let form = house.olga.get(&ana).await;
    form.holds(&format!("<option value=\"{}\" selected>Kash</option>", house.kash));
    let refused = house.olga.send(&form, &ana, &[("name", ""), ("role", "publisher"), ("publisherId", "")]).await;
    assert_eq!(refused.status, 422);
    refused.holds("There is a problem");
    let zen = house.zen.clone();
    let saved = house.olga.send(&form, &ana, &[("name", "Ana A."), ("role", "publisher"), ("publisherId", &zen)]).await;
    house.olga.follow(saved).await.holds("Saved.");
    let user = house.user("ana@example.com").await;
    assert_eq!((&user["name"], &user["publisherId"]), (&json!("Ana A."), &json!(zen)));
    // What stands in the field for a publisher is left out beside another role.
    house.olga.send(&form, &ana, &[("name", "Ana"), ("role", "account_manager"), ("publisherId", &zen)]).await;
    let user = house.user("ana@example.com").await;
    assert_eq!((&user["role"], &user["publisherId"]), (&json!("account_manager"), &Value::Null));

    let last = "This is the last operator who can sign in; make somebody else one before.";
    let own = house.olga.get(&olga).await;
    let refused = house.olga.send(&own, &olga, &[("name", "Olga"), ("role", "account_manager")]).await;
    refused.holds(last);
    for end in ["/disable", "/delete"] {
        let path = format!("{olga}{end}");
        let asks = house.olga.get(&path).await;
        asks.holds("is signed out everywhere");
        let refused = house.olga.send(&asks, &path, &[]).await;
        refused.holds(last);
        assert_eq!(refused.status, 409, "{end}");
    }
    assert_eq!(house.user(OLGA).await["role"], "operator");
}

#[tokio::test]
async fn whoever_is_disabled_is_signed_out_and_comes_back_when_enabled() {
    let mut house = House::start().await;
    let path = house.path("ana@example.com").await;
    let asks = house.max.get(&format!("{path}/disable")).await;
    asks.holds("Disable Ana?");
    let done = house.max.send(&asks, &format!("{path}/disable"), &[]).await;
    let page = house.max.follow(done).await;
    page.holds("Ana is disabled and signed out everywhere.");
    page.holds("Disabled: this person cannot sign in.");
    house.max.get("/people").await.holds("Disabled</span>");
    assert_eq!(house.ana.get("/").await.status, 303);
    let done = house.max.send(&page, &format!("{path}/enable"), &[]).await;
    house.max.follow(done).await.holds("Ana can sign in again.");
    assert_eq!(Visitor::new(&house.ringback).sign_in("ana@example.com", PASSWORD).await.status, 303);

    let asks = house.max.get(&format!("{path}/delete")).await;
    asks.holds("It cannot be undone.");
    let done = house.max.send(&asks, &format!("{path}/delete"), &[]).await;
    house.max.follow(done).await.holds("Ana is deleted.");
    assert_eq!(house.max.get(&path).await.status, 404);
    assert_eq!(house.user("ana@example.com").await, Value::Null);
}

#[tokio::test]
async fn a_link_to_a_new_password_is_shown_once() {
    let mut house = House::start().await;
    let path = house.path("ana@example.com").await;
    let page = house.max.get(&path).await;
    let made = house.max.send(&page, &format!("{path}/reset"), &[]).await;
    made.holds("With this link Ana chooses a new password.");
    let link = shown(&made);
    let twice = house.max.send(&page, &format!("{path}/reset"), &[]).await;
    let page = house.max.follow(twice).await;
    page.holds("This link was shown already.");
    page.lacks(&link);
    let at = format!("/join/{}", link.split_once("/join/").unwrap().1);
    let mut ana = Visitor::new(&house.ringback);
    assert_eq!(ana.fill_in(&at, &[("password", "another horse battery")]).await.status, 303);
    assert_eq!(Visitor::new(&house.ringback).sign_in("ana@example.com", "another horse battery").await.status, 303);
}

#[tokio::test]
async fn a_second_factor_is_removed_for_somebody_who_has_lost_it() {
    let mut house = House::start().await;
    let account = house.ana.get("/account").await;
    let begun = house.ana.send(&account, "/account/second-factor", &[]).await;
    let code = crate::people::second_factor::key(&shown(&begun)).code_at(house.ringback.now());
    assert_eq!(house.ana.send(&begun, "/account/second-factor/confirm", &[("code", &code)]).await.status, 303);
    let path = house.path("ana@example.com").await;
    let asks = house.max.get(&format!("{path}/second-factor")).await;
    asks.holds("Ana signs in by the password alone until another second factor is added.");
    let done = house.max.send(&asks, &format!("{path}/second-factor"), &[]).await;
    let page = house.max.follow(done).await;
    page.holds("Ana signs in by the password alone now.");
    page.lacks("/second-factor\"");
    assert_eq!(house.user("ana@example.com").await["secondFactor"], false);
}

#[tokio::test]
async fn whoever_finds_a_browser_open_makes_no_way_into_its_account() {
    let mut house = House::start().await;
    let account = house.olga.get("/account").await;
    let begun = house.olga.send(&account, "/account/second-factor", &[]).await;
    let code = crate::people::second_factor::key(&shown(&begun)).code_at(house.ringback.now());
    assert_eq!(house.olga.send(&begun, "/account/second-factor/confirm", &[("code", &code)]).await.status, 303);
    let path = house.path(OLGA).await;
    let page = house.olga.get(&path).await;
    page.holds("This is you.");
    page.lacks("Make password link");
    page.lacks("Remove second factor");
    let other = house.path("max@example.com").await;
    let other = house.olga.get(&other).await;
    other.holds("Make password link");
    let key = other.hidden().into_iter().find(|(name, _)| name == "formKey").unwrap().1;
    let own = "Your own password and second factor are changed in your account, with your password.";
    for (end, fields) in [("reset", &[("formKey", key.as_str())][..]), ("second-factor", &[])] {
        let token = account.hidden().into_iter().find(|(name, _)| name == "formToken").unwrap().1;
        let fields = [&[("formToken", token.as_str())], fields].concat();
        let refused = house.olga.post(&format!("{path}/{end}"), &fields).await;
        refused.holds(own);
        assert_eq!(refused.status, 409, "{end}");
    }
    assert_eq!(house.user(OLGA).await["secondFactor"], true);
}

#[tokio::test]
async fn a_form_that_was_opened_before_somebody_was_promoted_does_not_take_that_back() {
    let mut house = House::start().await;
    let path = house.path("ana@example.com").await;
    let form = house.olga.get(&path).await;
    house.ringback.patch(&format!("/v1/users/{}", &path["/people/".len()..]), json!({"role": "operator"})).await.ok();
    let kash = house.kash.clone();
    let as_shown = [("role", "publisher"), ("publisherId", kash.as_str())];
    let fields = [&[("name", "Ana A.")], &as_shown[..]].concat();
    let saved = house.olga.send(&form, &path, &fields).await;
    house.olga.follow(saved).await.holds("Saved.");
    let user = house.user("ana@example.com").await;
    assert_eq!((&user["name"], &user["role"]), (&json!("Ana A."), &json!("operator")));
    // Refused and sent once more, the form still knows what it showed first.
    let refused = house.olga.send(&form, &path, &[&[("name", "")], &as_shown[..]].concat()).await;
    assert_eq!(refused.status, 422);
    assert_eq!(house.olga.send(&refused, &path, &fields).await.status, 303);
    assert_eq!(house.user("ana@example.com").await["role"], "operator");
}

#[tokio::test]
async fn a_token_is_shown_once_lists_its_use_and_opens_nothing_once_deleted() {
    let mut house = House::start().await;
    let list = house.ana.get("/people/tokens").await;
    list.holds("No API token yet.");
    let form = house.ana.get("/people/tokens/new").await;
    let past = [("name", "import"), ("expiresAt", "2024-06-01T00:00")];
    let refused = house.ana.send(&form, "/people/tokens/new", &past).await;
    assert_eq!(refused.status, 422);
    refused.holds("Expires (UTC) must lie in the future.");
    refused.holds("value=\"2024-06-01T00:00\"");
    let good = [("name", "import"), ("expiresAt", "2024-08-01T00:00")];
    let made = house.ana.send(&form, "/people/tokens/new", &good).await;
    made.holds("Whatever bears this token calls as somebody of Kash.");
    let token = shown(&made);
    let twice = house.ana.send(&form, "/people/tokens/new", &good).await;
    let list = house.ana.follow(twice).await;
    list.holds("This token was shown already. If you did not store it, delete it and make another one.");
    list.lacks(&token);
    list.holds("not yet");
    let program = house.ringback.with_token(&token);
    let me = program.get("/v1/me").await;
    assert_eq!((&me["name"], &me["publisherId"]), (&json!("import"), &json!(house.kash)));

    let listed = house.ringback.get("/v1/tokens").await;
    let id = text(listed["items"].as_array().unwrap().iter().find(|token| token["name"] == "import").unwrap(), "id");
    let path = format!("/people/tokens/{id}/delete");
    let mut zoe = Visitor::new(&house.ringback);
    zoe.sign_in("zoe@example.com", PASSWORD).await;
    zoe.get("/people/tokens").await.lacks(&id);
    zoe.get(&path).await.holds("There is no such token, or it is not yours.");
    let form = zoe.get("/people/tokens/new").await;
    assert_eq!(zoe.send(&form, &path, &[]).await.status, 404);
    let asks = house.ana.get(&path).await;
    asks.holds("Whatever calls with it is answered 401 from then on. It calls as somebody of Kash.");
    let deleted = house.ana.send(&asks, &path, &[]).await;
    house.ana.follow(deleted).await.holds("import is deleted. It opens nothing any more.");
    assert_eq!(program.ask("/v1/me").await.status, 401);
}

#[tokio::test]
async fn the_last_operator_token_stays() {
    let mut house = House::start().await;
    let listed = house.ringback.get("/v1/tokens").await;
    let id = text(&listed["items"][0], "id");
    house.max.get("/people/tokens").await.lacks(&id);
    assert_eq!(house.max.get(&format!("/people/tokens/{id}/delete")).await.status, 404);
    let path = format!("/people/tokens/{id}/delete");
    let asks = house.olga.get(&path).await;
    let refused = house.olga.send(&asks, &path, &[]).await;
    refused.holds("This is the last operator token; make another one before deleting it.");
    assert_eq!(refused.status, 409);
    let form = house.olga.get("/people/tokens/new").await;
    let made = house.olga.send(&form, "/people/tokens/new", &[("name", "second"), ("role", "operator")]).await;
    made.holds("calls as an operator.");
    let deleted = house.olga.send(&asks, &path, &[]).await;
    house.olga.follow(deleted).await.holds("is deleted.");
}
