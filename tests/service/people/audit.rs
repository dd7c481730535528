//! What people do is written down under their names, and so is who came in and who did not.

use serde_json::{Value, json};

use super::{House, PASSWORD, id_of, joined};
use crate::support::{has, shown};

async fn newest(house: &House, count: usize) -> Value {
    house.olga.get(&format!("/v1/audit?limit={count}")).await["items"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_and_failing_to_are_audited_and_nothing_that_was_typed() {
    let house = House::start().await;
    house.sign_in("olga@example.com", "hunter2hunter2").await;
    house.sign_in("nobody-quetzal@example.com", "hunter2hunter2").await;
    house.sign_in("olga@example.com", PASSWORD).await;
    insta::assert_snapshot!(shown(&newest(&house, 4).await), @r#"
    [
      {
        id: "aud_1", at: "2024-07-01T18:40:00.000Z", tokenId: null, userId: "usr_1", name: "Olga",
        role: "operator", action: "POST /v1/sessions", subject: null, subjectName: null, createdId: "ses_1",
        outcome: "done",
      },
      {
        id: "aud_2", at: "2024-07-01T18:40:00.000Z", tokenId: null, userId: null, name: "nobody known",
        role: "none", action: "POST /v1/sessions", subject: null, subjectName: null, createdId: null,
        outcome: "refused",
      },
      {
        id: "aud_3", at: "2024-07-01T18:40:00.000Z", tokenId: null, userId: "usr_1", name: "Olga",
        role: "operator", action: "POST /v1/sessions", subject: null, subjectName: null, createdId: null,
        outcome: "refused",
      },
      {
        id: "aud_4", at: "2024-07-01T18:40:00.000Z", tokenId: null, userId: "usr_1", name: "Olga",
        role: "operator", action: "POST /v1/join", subject: null, subjectName: null, createdId: "usr_1",
        outcome: "done",
      },
    ]
    "#);
    let all = house.olga.get("/v1/audit?limit=1000").await.to_string();
    for unsaid in ["hunter2", "quetzal", PASSWORD, "rbs_", "rbj_"] {
        assert!(!all.contains(unsaid), "{unsaid} in {all}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_does_bears_its_id_and_the_names_of_whom_it_is_done_to() {
    let house = House::start().await;
    let max = joined(&house.olga, "max@example.com", json!({"role": "account_manager"})).await;
    let (olga_id, max_id) = (id_of(&house.olga).await, id_of(&max).await);
    let acme = max.post("/v1/publishers", json!({"name": "Acme", "ref": "acme"})).await.id();
    max.patch("/v1/publishers/acme", json!({"name": "Acme Games"})).await.ok();
    house.olga.patch(&format!("/v1/users/{max_id}"), json!({"disabled": true})).await.ok();
    assert_eq!(house.olga.delete(&format!("/v1/users/{max_id}")).await.status, 204);
    has(
        &newest(&house, 4).await,
        json!([
            {
                "userId": olga_id, "tokenId": null, "name": "Olga", "action": "DELETE /v1/users/{id}",
                "subject": max_id, "subjectName": "max", "outcome": "done",
            },
            {"userId": olga_id, "action": "PATCH /v1/users/{id}", "subject": max_id, "subjectName": "max"},
            {
                "userId": max_id, "name": "max", "role": "account_manager", "action": "PATCH /v1/publishers/{id}",
                "subject": acme, "subjectName": "Acme",
            },
            {"userId": max_id, "action": "POST /v1/publishers", "createdId": acme, "subject": null, "subjectName": null},
        ]),
    );
    let by_max = house.olga.get(&format!("/v1/audit?userId={max_id}")).await;
    let actions: Vec<&str> =
        by_max["items"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["PATCH /v1/publishers/{id}", "POST /v1/publishers", "POST /v1/join"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_credits_by_hand_or_replays_names_the_person() {
    let house = House::start().await;
    let app = house.ringback.app("affonso", json!({"callbacks": "off"})).await;
    let olga_id = id_of(&house.olga).await;
    let credit = json!({"userId": "u1", "userReward": "5", "payoutMinor": 5, "reason": "the survey crashed"});
    let credited = house.olga.post(&app.path("/credits"), credit).await;
    let manual = json!({"userId": olga_id, "reason": "the survey crashed"});
    assert_eq!(house.olga.get(&format!("/v1/completions/{}", credited.id())).await["manual"], manual);
    let note = json!({"note": "it was a bot"});
    let path = format!("/v1/completions/{}/reversals", credited.id());
    house.olga.post(&path, note).await.ok();
    let window =
        json!({"appId": app.id, "status": ["dead"], "from": "2024-07-01T00:00:00Z", "to": "2024-07-01T18:00:00Z"});
    let replay = house.olga.post("/v1/replays", window).await;
    assert_eq!(replay.ok()["createdBy"], json!({"userId": olga_id, "name": "Olga"}));
}
