//! The receivers of the catalog's dialects; `tests/receivers/README.md` has the template of each.

use serde_json::json;

use super::independent_receiver::{Independent, Program};
use crate::support::has;

// Each vendor's sample is a page of its own, for they disagree: see the README for what Node's and Python's refuse.
pub(crate) const ADGEM_IN_PHP: Program = Program::in_php(&["php/serve", "adgem"]);
pub(crate) const ADGEM_CUT: Program = Program::in_python(&["python3", "python/adgem_cut.py"]);
pub(crate) const ADGEM_IN_NODE: Program = Program::in_node(&["node", "node/adgem.js"]);
pub(crate) const ADGEM_IN_PYTHON: Program = Program::in_python(&["python3", "python/adgem.py"]);
pub(crate) const BITLABS: Program = Program::in_node(&["node", "node/bitlabs.js"]);
/// `REBUILD` makes two others of it.
pub(crate) const NOTIK: Program = Program::in_php(&["php/serve", "notik"]);
pub(crate) const AYET_IN_PHP: Program = Program::in_php(&["php/serve", "ayet"]);
pub(crate) const AYET_IN_NODE: Program = Program::in_node(&["node", "node/ayet.js"]);
pub(crate) const AYET_IN_PYTHON: Program = Program::in_python(&["python3", "python/ayet.py"]);
/// `AS_PRINTED` makes another of it.
pub(crate) const POLLFISH: Program = Program::in_php(&["php/serve", "pollfish"]);
pub(crate) const CPX: Program = Program::in_node(&["node", "node/cpx.js"]);
pub(crate) const TAPJOY: Program = Program::in_python(&["python3", "python/tapjoy.py"]);
pub(crate) const LOOTABLY: Program = Program::in_node(&["node", "node/lootably.js"]);
pub(crate) const WANNADS: Program = Program::in_node(&["node", "node/wannads.js"]);
pub(crate) const KIWIWALL: Program = Program::in_php(&["php/serve", "kiwiwall"]);
pub(crate) const STANDARD_WEBHOOKS_IN_NODE: Program = Program::in_node(&["node", "node/standard-webhooks.js"]);
pub(crate) const STANDARD_WEBHOOKS_IN_PYTHON: Program = Program::in_python(&["python3", "python/standard_webhooks.py"]);

/// Base64 after `whsec_`, which the libraries of Standard Webhooks insist on; any text is right for the others.
const ANY_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

#[tokio::test(flavor = "multi_thread")]
async fn every_receiver_of_the_catalog_starts_and_refuses_a_callback_without_a_signature() {
    // The client is built without a provider of its own, and wants one for plain HTTP too.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    for program in [
        ADGEM_IN_PHP,
        ADGEM_CUT,
        ADGEM_IN_NODE,
        ADGEM_IN_PYTHON,
        BITLABS,
        NOTIK,
        AYET_IN_PHP,
        AYET_IN_NODE,
        AYET_IN_PYTHON,
        POLLFISH,
        CPX,
        TAPJOY,
        LOOTABLY,
        WANNADS,
        KIWIWALL,
        STANDARD_WEBHOOKS_IN_NODE,
        STANDARD_WEBHOOKS_IN_PYTHON,
    ] {
        let mut receiver = Independent::start(program, &[("SECRET", ANY_SECRET)]).await;
        let refusal = if program.command == TAPJOY.command { 403 } else { 401 };
        let answer = http.get(receiver.url("/callback?tx=tx-1")).send().await.unwrap();
        assert_eq!(answer.status(), refusal, "{program:?}");
        let line = receiver.next().await;
        has(&line, json!({"verified": false, "status": refusal, "method": "GET", "target": "/callback?tx=tx-1"}));
    }
}
