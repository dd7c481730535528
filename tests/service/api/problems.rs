//! What a refusal looks like, whole: one of each kind.

use serde_json::json;

use super::Acme;
use crate::support::shown;

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_says_what_it_is_and_which_fields_are_at_fault() {
    let acme = Acme::start().await;
    let problems = [
        acme.operator.post("/v1/apps", "nonsense").await,
        acme.operator.with_token("no-such-token").ask("/v1/apps").await,
        acme.publisher.post("/v1/publishers", json!({"name": "Mine"})).await,
        acme.operator.ask("/v1/apps/nowhere").await,
        acme.operator.delete("/v1/apps").await,
        acme.app(json!({"ref": "acme"})).await,
        acme.operator.post("/v1/apps", "x".repeat(1_048_577)).await,
        acme.publisher.post("/v1/apps", json!({"name": 1, "calbackUrl": "x"})).await,
        acme.app(json!({"dialect": "bestios", "callbackUrl": "https://10.0.0.1/?u={usr_id}"})).await,
    ];
    for problem in &problems {
        assert_eq!(problem.headers["content-type"], "application/problem+json");
    }
    let problems = problems.map(|problem| problem.body);
    insta::assert_snapshot!(shown(&json!(problems)), @r#"
    [
      {
        type: "/problems/malformed", title: "The request can not be read", status: 400,
        detail: "The body is not JSON: expected ident at line 1 column 2.",
      },
      {
        type: "/problems/unauthorized", title: "Not authenticated", status: 401,
        detail: "The token is unknown, deleted or expired.",
      },
      {
        type: "/problems/forbidden", title: "Not allowed", status: 403,
        detail: "Only an account manager or operator may do this.",
      },
      {type: "/problems/not-found", title: "Not found", status: 404, detail: "There is no such app."},
      {
        type: "/problems/method-not-allowed", title: "Method not allowed", status: 405,
        detail: "This path does not take this method.",
      },
      {
        type: "/problems/conflict", title: "Conflict", status: 409,
        detail: "Another publisher, offer or app (perhaps an archived one) has this ref.",
      },
      {
        type: "/problems/payload-too-large", title: "Body too large", status: 413,
        detail: "A body has at most 1048576 bytes.",
      },
      {
        type: "/problems/invalid", title: "Invalid input", status: 422, detail: "name: must be a string",
        errors: [{field: "name", message: "must be a string"}],
      },
      {
        type: "/problems/invalid", title: "Invalid input", status: 422,
        detail: "dialect: is unknown; did you mean besitos? GET /v1/dialects lists all of them",
        errors: [
          {
            field: "dialect", message: "is unknown; did you mean besitos? GET /v1/dialects lists all of them",
            suggestion: "besitos",
          },
        ],
      },
    ]
    "#);
}
