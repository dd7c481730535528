//! From a secret to *Verified*: the pages Secrets, Test, Doctor and Receiver code, without a script.

use serde_json::{Value, json};

use super::visitor::{Page, Visitor};
use crate::support::{Reply, Ringback, Wall, text};

/// A wall of besitos, and its publisher's person.
async fn set_up(ringback: &Ringback) -> (Wall, Visitor) {
    let wall = ringback.wall("besitos", json!({})).await;
    let ana = Visitor::of(ringback, &wall).await;
    (wall, ana)
}

/// The one secret that a page shows.
fn shown(page: &Page) -> String {
    page.html.split("<code id=\"secret-text\">").nth(1).unwrap().split('<').next().unwrap().to_owned()
}

/// The page that a form leads to.
async fn secrets(ringback: &Ringback, wall: &Wall) -> Vec<Value> {
    ringback.get(&wall.path("/secrets")).await["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_secret_is_shown_once_tested_and_then_signs_while_the_old_one_is_tried() {
    let ringback = Ringback::start().await;
    let (wall, mut ana) = set_up(&ringback).await;
    let path = format!("/apps/{}/secrets", wall.id);
    let list = ana.get(&path).await;
    let made = ana.send(&list, &path, &[]).await;
    assert_eq!((made.status, made.header("cache-control")), (200, "no-store"));
    made.holds("It signs nothing yet");
    let secret = shown(&made);
    let twice = ana.send(&list, &path, &[]).await;
    let list = ana.follow(twice).await;
    list.holds("This secret was shown already. If you did not store it, add another one.");
    list.lacks(&secret);
    list.holds("No: no test signed with the next secret was acknowledged yet.");
    let next = text(&secrets(&ringback, &wall).await[0], "id");
    assert_eq!(secrets(&ringback, &wall).await.len(), 2);

    // Tested first: acknowledged, and a wrong signature refused.
    let asks = ana.get(&format!("{path}/{next}/use")).await;
    asks.holds("No test signed with it was acknowledged yet.");
    let form = ana.get(&format!("/apps/{}/test?secret={next}", wall.id)).await;
    form.holds(&format!("<option value=\"{next}\" selected>next: "));
    wall.receiver.then([Reply::acknowledgement(), Reply::status(401)]);
    let sent = ana
        .send(
            &form,
            &format!("/apps/{}/test", wall.id),
            &[("secretId", &next), ("tamper", "true"), ("eventType", "sale")],
        )
        .await;
    ana.follow(sent).await.holds("Verified");
    ana.get(&path)
        .await
        .holds("Yes: a test signed with the next secret was acknowledged, and a wrong signature was refused.");

    let asks = ana.get(&format!("{path}/{next}/use")).await;
    asks.lacks("No test signed with it was acknowledged yet.");
    let used = ana.send(&asks, &format!("{path}/{next}/use"), &[("overlapMinutes", "1440")]).await;
    let list = ana.follow(used).await;
    list.holds("signs from now on. The old one is tried after a refusal until");
    let all = secrets(&ringback, &wall).await;
    assert_eq!(
        (&all[0]["id"], &all[0]["state"], &all[1]["state"]),
        (&json!(next), &json!("active"), &json!("retired"))
    );
    // What the next one has shown holds now that it signs.
    assert_eq!(ringback.get(&wall.path("")).await["setup"], all_of(&all[0]));

    let old = text(&all[1], "id");
    let asks = ana.get(&format!("{path}/{old}/delete")).await;
    asks.holds("is not tried after a refusal any more once it is deleted");
    let deleted = ana.send(&asks, &format!("{path}/{old}/delete"), &[]).await;
    ana.follow(deleted).await.holds("is deleted.");
    let active = ana.get(&format!("{path}/{next}/delete")).await;
    let refused = ana.send(&active, &format!("{path}/{next}/delete"), &[]).await;
    refused.holds("This secret is active; activate another one before deleting it.");
    assert_eq!(secrets(&ringback, &wall).await.len(), 1);
}

/// What an endpoint shows of tests, out of what its secret does.
fn all_of(secret: &Value) -> Value {
    json!({"testedAt": secret["testedAt"], "verifiedAt": secret["verifiedAt"]})
}

#[tokio::test]
async fn a_brought_secret_is_taken_and_never_sent_back() {
    let ringback = Ringback::start().await;
    let (wall, mut ana) = set_up(&ringback).await;
    let path = format!("/apps/{}/secrets", wall.id);
    let list = ana.get(&path).await;
    let refused = ana.send(&list, &path, &[("secret", " with a blank ")]).await;
    assert_eq!(refused.status, 422);
    refused.lacks("with a blank");
    let added = ana.send(&refused, &path, &[("secret", "of-our-own"), ("activate", "true")]).await;
    let list = ana.follow(added).await;
    list.holds("Added.");
    list.lacks("of-our-own");
    assert_eq!(secrets(&ringback, &wall).await[0]["state"], "active");
}

#[tokio::test]
async fn a_test_says_what_the_server_does_with_right_and_wrong_signatures() {
    let ringback = Ringback::start().await;
    let (wall, mut ana) = set_up(&ringback).await;
    let path = format!("/apps/{}/test", wall.id);
    let form = ana.get(&path).await;
    let given =
        [("eventType", "sale"), ("userId", "u 1"), ("userReward", "2.50"), ("payoutMinor", "1.25"), ("tamper", "true")];
    for (replies, verdict, said) in [
        (
            vec![Reply::acknowledgement(), Reply::status(403)],
            "Verified",
            "accepts what we sign and refuses what we do not.",
        ),
        (vec![Reply::acknowledgement(); 2], "Not checked", "Anybody who knows the URL can credit users."),
        (vec![Reply::status(401); 2], "Refused with 401", "Open the doctor with this request"),
        (
            vec![Reply::status(500), Reply::status(401)],
            "Answered 500",
            "Your server answered 500. Fix it, then test again.",
        ),
        (vec![Reply::acknowledgement(), Reply::status(401)], "Verified", "refused, as it must be"),
        (vec![Reply::acknowledgement(), Reply::status(500)], "Not sure", "a refusal is a status from 400 to 499"),
        (vec![Reply::Close, Reply::Close], "No answer", "127.0.0.1"),
    ] {
        wall.receiver.then(replies);
        let sent = ana.send(&form, &path, &given).await;
        let page = ana.follow(sent).await;
        page.holds(verdict);
        page.holds(said);
        if verdict == "Answered 500" {
            page.lacks("Open the doctor");
            page.holds("<details open><summary>1 right signature");
        }
        let right = wall.receiver.next().await;
        assert_eq!(right.parameter("user_id").as_deref(), Some("u 1"));
        let signature = right.parameter("verifier").unwrap();
        page.lacks(&signature);
        wall.receiver.next().await;
    }
    let amounts = ringback.get("/v1/ledger").await;
    assert_eq!(amounts["items"], json!([]), "nothing of a test is in the ledger");
    let refused =
        ana.send(&form, &path, &[("eventType", "sale"), ("userReward", "much"), ("payoutMinor", "1.255")]).await;
    assert_eq!(refused.status, 422);
    refused.holds("must be an amount of USD such as 17.55");
    assert!(wall.receiver.so_far().is_empty(), "what is refused sends nothing");
}

#[tokio::test]
async fn a_reversal_is_a_kind_of_test_where_the_dialect_has_one() {
    let ringback = Ringback::start().await;
    let (wall, mut ana) = set_up(&ringback).await;
    let path = format!("/apps/{}/test", wall.id);
    let form = ana.get(&path).await;
    form.holds("value=\"reversal\"");
    let sent = ana.send(&form, &path, &[("eventType", "reversal")]).await;
    ana.follow(sent).await.holds("Answered");
    assert_eq!(ringback.get("/v1/deliveries").await["items"][0]["kind"], "test");
}

#[tokio::test]
async fn a_sequence_says_what_the_balance_has_to_be_and_where_it_stopped() {
    let ringback = Ringback::start().await;
    let (wall, mut ana) = set_up(&ringback).await;
    let path = format!("/apps/{}/test", wall.id);
    let form = ana.get(&path).await;
    form.holds("Send three test callbacks");
    let given = [("eventType", "sale"), ("userId", "u 1"), ("userReward", "2.50"), ("payoutMinor", "1.25")];
    let sequence = format!("{path}/sequence");
    // The button sends the fields of the test's form elsewhere.
    let token = form.hidden().into_iter().find(|(name, _)| name == "formToken").unwrap().1;
    let with_token = |fields: &[(&'static str, &'static str)]| {
        let fields = fields.iter().map(|(name, value)| (*name, (*value).to_owned()));
        fields.chain([("formToken", token.clone())]).collect::<Vec<_>>()
    };
    let given = with_token(&given);
    let given: Vec<_> = given.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let sent = ana.post(&sequence, &given).await;
    let page = ana.follow(sent).await;
    page.holds("The same once more");
    page.holds("If it leaves tests out, as our receiver code does, the balance stays 0 throughout");
    page.holds("Sent for the user <code>u 1</code>");
    page.holds("<strong>2.50</strong>, unchanged by the repetition: the reward, once.");
    page.holds("The balance has to be <strong>0</strong> compared with before");
    page.holds("<dt>5.00</dt>");
    let users: Vec<_> = wall.receiver.so_far().iter().map(|one| one.parameter("user_id").unwrap()).collect();
    assert_eq!(users, ["u 1"; 3]);

    wall.receiver.then([Reply::acknowledgement(), Reply::status(403)]);
    let sent = ana.post(&sequence, &given).await;
    let page = ana.follow(sent).await;
    page.holds("Not acknowledged, so the sequence ends here");
    page.holds("The sequence ended before it: the repetition was not acknowledged.");
    page.lacks("The balance has to be");
    let wrong = with_token(&[("eventType", "sale"), ("userReward", "much")]);
    let wrong: Vec<_> = wrong.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let refused = ana.post(&sequence, &wrong).await;
    assert_eq!(refused.status, 422);
    let foreign = ana.get(&format!("{path}?completion=dlv_0000000000000")).await;
    assert_eq!(foreign.status, 404);
}

#[tokio::test]
async fn an_app_whose_callbacks_are_refused_says_so_on_top_and_leads_to_the_doctor() {
    let ringback = Ringback::start().await;
    let wall = ringback.wall("besitos", json!({"retrySchedule": [86_400]})).await;
    let mut ana = Visitor::of(&ringback, &wall).await;
    let path = format!("/apps/{}", wall.id);
    wall.receiver.always(Reply::status(401));
    for number in 0..5 {
        ana.get(&path).await.lacks("Your server refuses");
        wall.report_until(&format!("tx-{number}"), "retrying").await;
    }
    let overview = ana.get(&path).await;
    overview
        .holds("Your server refuses callbacks with 401 and has acknowledged none since: your secret does not match");
    overview.holds(&format!("<a class=\"button\" href=\"{path}/doctor\">Diagnose</a>"));
    wall.receiver.always(Reply::acknowledgement());
    wall.report_until("good", "delivered").await;
    ana.get(&path).await.lacks("Your server refuses");
}

#[tokio::test]
async fn the_doctor_names_what_differs_and_keeps_nothing() {
    let ringback = Ringback::start().await;
    let (wall, mut ana) = set_up(&ringback).await;
    let path = format!("/apps/{}/doctor", wall.id);
    let form = ana.get(&format!("{path}?example=1")).await;
    form.holds("GET /pb.php?");
    wall.report_until("order-1", "delivered").await;
    let target = wall.receiver.next().await.target().to_owned();
    let right = ana.send(&form, &path, &[("pasted", &format!("GET {target} HTTP/1.1"))]).await;
    right.holds("It verifies");
    right.holds("(active)");
    let spaced = target.replace("An%20offer", "An+offer");
    assert_ne!(spaced, target);
    let differs = ana.send(&form, &path, &[("url", &spaced)]).await;
    differs.holds("It does not verify");
    differs.holds("encoded differently");
    differs.holds("<mark>");
    let signature = target.split("verifier=").nth(1).unwrap();
    let finding = differs.html.split("name=\"pasted\"").next().unwrap();
    assert!(!finding.contains(signature), "what was typed stays in its field, and is repeated nowhere: {finding}");
    let unreadable = ana.send(&form, &path, &[("pasted", "hello")]).await;
    assert_eq!(unreadable.status, 422);
    unreadable.holds("No signature was found in this.");
    let both = ana.send(&form, &path, &[("pasted", "x"), ("url", "/pb")]).await;
    both.holds("must be empty where method, URL, headers or body are given one by one");
    ana.get(&path).await.lacks("An+offer");
}

#[tokio::test]
async fn receiver_code_is_shown_and_handed_out_in_every_language_without_a_secret() {
    let ringback = Ringback::start().await;
    let (wall, mut ana) = set_up(&ringback).await;
    let path = format!("/apps/{}/receiver", wall.id);
    for language in ["php", "node", "python", "go", "java", "csharp", "ruby"] {
        let page = ana.get(&format!("{path}?lang={language}")).await;
        assert_eq!(page.status, 200, "{language}: {}", page.html);
        page.holds("RINGBACK_SECRET");
        let file = ana.get(&format!("{path}?lang={language}&download=1")).await;
        assert!(file.header("content-disposition").starts_with("attachment; filename="), "{language}");
        let code = ringback.get(&wall.path(&format!("/receiver?language={language}"))).await;
        assert_eq!(file.html, text(&code, "code"));
    }
    let unknown = ana.get(&format!("{path}?lang=cobol")).await;
    assert_eq!(unknown.status, 422);
    unknown.holds("must be one of php, node");
}

#[tokio::test]
async fn the_pages_of_a_foreign_app_are_not_there() {
    let ringback = Ringback::start().await;
    let (_, mut ana) = set_up(&ringback).await;
    let foreign = ringback.wall("besitos", json!({"name": "Foreign"})).await;
    let secret = text(&secrets(&ringback, &foreign).await[0], "id");
    let form = ana.get("/apps/new").await;
    for end in
        ["secrets", "test", "doctor", "receiver", &format!("secrets/{secret}/use"), &format!("secrets/{secret}/delete")]
    {
        let path = format!("/apps/{}/{end}", foreign.id);
        ana.get(&path).await.holds("There is no such app, or it is not yours.");
        if end != "receiver" {
            assert_eq!(ana.send(&form, &path, &[]).await.status, 404, "{path}");
        }
    }
    assert_eq!(secrets(&ringback, &foreign).await.len(), 1);
}
