//! The receivers of the catalog's dialects, as they are started; `tests/receivers/README.md` describes each.

use crate::delivery::independent_receiver::Program;

// Each vendor's sample is a page of its own, for they disagree.
pub(super) const ADGEM_IN_PHP: Program = Program::in_php(&["php/serve", "adgem"]);
pub(super) const ADGEM_CUT: Program = Program::in_python(&["python3", "python/adgem_cut.py"]);
pub(super) const ADGEM_IN_NODE: Program = Program::in_node(&["node", "node/adgem.js"]);
pub(super) const ADGEM_IN_PYTHON: Program = Program::in_python(&["python3", "python/adgem.py"]);
pub(super) const BITLABS: Program = Program::in_node(&["node", "node/bitlabs.js"]);
pub(super) const NOTIK: Program = Program::in_php(&["php/serve", "notik"]);
pub(super) const AYET_IN_PHP: Program = Program::in_php(&["php/serve", "ayet"]);
pub(super) const AYET_IN_NODE: Program = Program::in_node(&["node", "node/ayet.js"]);
pub(super) const AYET_IN_PYTHON: Program = Program::in_python(&["python3", "python/ayet.py"]);
pub(super) const POLLFISH: Program = Program::in_php(&["php/serve", "pollfish"]);
pub(super) const CPX: Program = Program::in_node(&["node", "node/cpx.js"]);
pub(super) const TAPJOY: Program = Program::in_python(&["python3", "python/tapjoy.py"]);
pub(super) const LOOTABLY: Program = Program::in_node(&["node", "node/lootably.js"]);
pub(super) const WANNADS: Program = Program::in_node(&["node", "node/wannads.js"]);
pub(super) const KIWIWALL: Program = Program::in_php(&["php/serve", "kiwiwall"]);
pub(super) const TOROX: Program = Program::in_php(&["php/serve", "torox"]);
pub(super) const TIMEWALL: Program = Program::in_node(&["node", "node/timewall.js"]);
pub(super) const PUBSCALE: Program = Program::in_python(&["python3", "python/pubscale.py"]);
pub(super) const ADJOE: Program = Program::in_node(&["node", "node/adjoe.js"]);
pub(super) const DIGITAL_TURBINE: Program = Program::in_php(&["php/serve", "digital-turbine"]);
pub(super) const SUPERREWARDS: Program = Program::in_php(&["php/serve", "superrewards"]);
pub(super) const LEVELPLAY: Program = Program::in_node(&["node", "node/levelplay.js"]);
pub(super) const THEOREMREACH: Program = Program::in_python(&["python3", "python/theoremreach.py"]);
pub(super) const REWARDINGHUB: Program = Program::in_python(&["python3", "python/rewardinghub.py"]);
pub(super) const GROWDECK: Program = Program::in_node(&["node", "node/growdeck.js"]);
pub(super) const PLAYTIMEADS: Program = Program::in_php(&["php/serve", "playtimeads"]);
pub(super) const PAYMENTWALL: Program = Program::in_python(&["python3", "python/paymentwall_page.py"]);
pub(super) const MONLIX: Program = Program::in_node(&["node", "node/monlix.js"]);
// Nothing is signed: what is told is what the language's own parser reads.
pub(super) const UNSIGNED_IN_NODE: Program = Program::in_node(&["node", "node/unsigned.js"]);
pub(super) const UNSIGNED_IN_PYTHON: Program = Program::in_python(&["python3", "python/unsigned.py"]);
pub(super) const ADGEM_POST: Program = Program::in_node(&["node", "node/adgem-post.js"]);
pub(super) const STRIPE_STYLE: Program = Program::in_node(&["node", "node/stripe-style.js"]);
pub(super) const GITHUB_STYLE: Program = Program::in_node(&["node", "node/github-style.js"]);
pub(super) const STANDARD_WEBHOOKS_IN_NODE: Program = Program::in_node(&["node", "node/standard-webhooks.js"]);
pub(super) const STANDARD_WEBHOOKS_IN_PYTHON: Program = Program::in_python(&["python3", "python/standard_webhooks.py"]);
