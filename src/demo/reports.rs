//! What the offer system reports in the demo, word for word, and what is expected of each report.
//!
//! The bodies are written out as text: through a JSON library `100.0` or `0.10` would become other numbers.

/// What is to become of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// It is recorded, and the callback says these things.
    Accepted(&'static [(&'static str, &'static str)]),
    /// It was recorded before: nothing more happens.
    Duplicate,
    /// It contradicts what is recorded, in this field.
    Conflict(&'static str),
    /// This field cannot be told in the app's dialect.
    Invalid(&'static str),
    /// Nobody known signed it.
    Forged,
}

/// One report.
#[derive(Clone, Copy, Debug)]
pub(super) struct Report {
    /// The app's ref.
    pub app: &'static str,
    /// What the callback will bear, since the offer system gives no transaction id of its own.
    pub external_id: &'static str,
    /// The other fields.
    pub fields: &'static str,
    /// What is to become of it.
    pub expected: Expected,
}

impl Report {
    /// The body as it is sent.
    pub(super) fn body(&self) -> String {
        format!(r#"{{"externalId":"{}","appId":"{}",{}}}"#, self.external_id, self.app, self.fields)
    }
}

const fn report(app: &'static str, external_id: &'static str, fields: &'static str, expected: Expected) -> Report {
    Report { app, external_id, fields, expected }
}

use Expected::{Accepted, Conflict, Duplicate, Forged, Invalid};

const GAME: &str = r#""eventType":"install","userId":"u1","offerId":"Zd","offerName":"Family Island","goalId":"Zd_0","note":"Successfully installed the app","payoutMinor":1755,"userReward":"60""#;
const HUNDRED: &str =
    r#""eventType":"goal","userId":"user_42","offerId":"abc123","userReward":100,"payoutMinor":250,"offerName":"A""#;

/// Everything that is reported, in order.
pub(super) const REPORTS: [Report; 20] = [
    report(
        "besitos-list",
        "ord-1001",
        GAME,
        Accepted(&[("user_id", "u1"), ("payout", "17.55"), ("reward", "0.00"), ("reward_local_currency", "60")]),
    ),
    report(
        "besitos-list",
        "ord-1002",
        r#""eventType":"survey","userId":"Ada Lovelace +1","offerId":"sv-9","payoutMinor":80,"rewardMinor":40,"userReward":1.00"#,
        Accepted(&[
            ("user_id", "Ada Lovelace +1"),
            ("survey_id", "sv-9"),
            ("type", "survey"),
            ("reward_local_currency", "1.00"),
        ]),
    ),
    report(
        "besitos-list",
        "ord-1003",
        r#""eventType":"deal","userId":"u3","offerId":"d-7","offerName":"Pizza & Pasta: 50% off","payoutMinor":5"#,
        Accepted(&[("deal_name", "Pizza & Pasta: 50% off"), ("type", "deal"), ("payout", "0.05")]),
    ),
    report(
        "besitos-url",
        "ord-1004",
        r#""eventType":"install","userId":"лиса-🦊","offerId":"mc","offerName":"Mob Control 🎯","payoutMinor":120,"userReward":"0.10""#,
        Accepted(&[("uid", "лиса-🦊"), ("offer", "Mob Control 🎯"), ("coins", "0.10"), ("usd", "1.20")]),
    ),
    report(
        "besitos-url",
        "ord-1005",
        r#""eventType":"goal","userId":"a&b=c#d/é?{user_id}","offerId":"mc","offerName":"100%","payoutMinor":99,"userReward":7"#,
        Accepted(&[("uid", "a&b=c#d/é?{user_id}"), ("offer", "100%")]),
    ),
    report("offermaru", "ord-1006", HUNDRED, Accepted(&[("user_reward", "100"), ("publisher_payout", "250")])),
    report(
        "offermaru",
        "ord-1007",
        r#""eventType":"goal","userId":"user_42","offerId":"abc123","userReward":100.0,"payoutMinor":250,"offerName":"B""#,
        Accepted(&[("user_reward", "100.0")]),
    ),
    report(
        "offermaru",
        "ord-1008",
        r#""eventType":"sale","userId":"plus+space here","offerId":"s 1","userReward":"0.000000001","payoutMinor":0,"offerName":"Sudoku 🧩 + Friends""#,
        Accepted(&[("user_id", "plus+space here"), ("offer_id", "s 1"), ("offer_name", "Sudoku 🧩 + Friends")]),
    ),
    report(
        "affonso",
        "ord-1009",
        r#""eventType":"subscribe","userId":"u9","offerName":"\"Gold\" – 1 año 🎉","note":"a\\b","grossMinor":12990,"currency":"EUR","extra":{"plan":"gold"}"#,
        Accepted(&[
            ("offerName", "\"Gold\" – 1 año 🎉"),
            ("note", "a\\b"),
            ("grossMinor", "12990"),
            ("currency", "EUR"),
        ]),
    ),
    report(
        "affonso",
        "ord-1010",
        r#""eventType":"survey","userId":"u10","userReward":0.10,"payoutMinor":35"#,
        Accepted(&[("userReward", "0.10"), ("payoutMinor", "35")]),
    ),
    report(
        "attribloom",
        "ord-1011",
        r#""eventType":"sale","userId":"u11","grossMinor":4999,"currency":"JPY""#,
        Accepted(&[("grossMinor", "4999"), ("currency", "JPY"), ("eventType", "sale")]),
    ),
    report(
        "attribloom",
        "ord-1012",
        r#""eventType":"install","userId":"u12","payoutMinor":310"#,
        Accepted(&[("grossMinor", "310"), ("currency", "USD")]),
    ),
    report(
        "flaky",
        "ord-1013",
        r#""eventType":"goal","userId":"u13","offerId":"o-1","offerName":"Try again","userReward":5,"payoutMinor":10"#,
        Accepted(&[("user_reward", "5")]),
    ),
    report(
        "flaky",
        "ord-1014",
        r#""eventType":"goal","userId":"u 14","offerId":"o-1","offerName":"And again","userReward":5.50,"payoutMinor":10"#,
        Accepted(&[("user_reward", "5.50")]),
    ),
    report("dead", "ord-1015", r#""eventType":"sale","userId":"u15","payoutMinor":75"#, Accepted(&[])),
    report("dead", "ord-1016", r#""eventType":"sale","userId":"u16","payoutMinor":75"#, Accepted(&[])),
    // The offer system did not hear the first answer and reports again.
    report("besitos-list", "ord-1001", GAME, Duplicate),
    // Told `100` before.
    report(
        "offermaru",
        "ord-1006",
        r#""eventType":"goal","userId":"user_42","offerId":"abc123","userReward":100.0,"payoutMinor":250,"offerName":"A""#,
        Conflict("userReward"),
    ),
    // Signed as it stands, it could be read as another user with another reward.
    report(
        "offermaru",
        "ord-1017",
        r#""eventType":"goal","userId":"1&user_reward=5000","offerId":"abc123","userReward":5,"payoutMinor":10,"offerName":"C""#,
        Invalid("userId"),
    ),
    report("besitos-list", "ord-1018", GAME, Forged),
];
