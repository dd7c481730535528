//! Every control of the sample page, as it stands at first and as it comes back refused.

use crate::web::console::parts::field::Field;

/// The forms.
#[derive(Debug)]
pub(super) struct Forms {
    pub(super) name: Field,
    pub(super) reference: Field,
    pub(super) dialect: Field,
    pub(super) url: Field,
    pub(super) reward: Field,
    pub(super) at: Field,
    pub(super) tick: Field,
    pub(super) placeholders: Vec<&'static str>,
    /// Refused.
    pub(super) wrong: Vec<Field>,
    pub(super) filters: Vec<Field>,
    pub(super) confirmed: Field,
}

impl Forms {
    pub(super) fn new() -> Self {
        let dialects = |field: Field| {
            field
                .explained_choice("url", "Whole URL", "GET, HMAC over the whole URL as the parameter verifier")
                .explained_choice("body", "Body", "POST with JSON, signature in three headers")
        };
        Self {
            name: Field::new("name", "Name").help("As people know it.").value("Kash wall"),
            reference: Field::new("ref", "Ref").help("Your own name for it, in links and calls.").optional(),
            dialect: dialects(Field::new("dialect", "Dialect")).value("body"),
            url: Field::new("callbackUrl", "Callback URL")
                .help("Called when a user has completed an offer.")
                .value("https://kash.example/pb?user_id={user_id}&tx={transaction_id}&payout={payout}"),
            reward: Field::new("payout", "Payout in USD").help("In dollars, such as 17.55.").value("17.55"),
            at: Field::new("activeAt", "From (UTC)").value("2026-12-01T09:00"),
            tick: Field::new("tamper", "And one wrong signature").help("Your server has to refuse it.").value("true"),
            placeholders: vec!["{user_id}", "{payout}", "{transaction_id}", "{offer_name}"],
            wrong: vec![
                Field::new("wrongName", "Name").fault("Name must not be empty."),
                Field::new("wrongUrl", "Callback URL")
                    .help("Called when a user has completed an offer.")
                    .value("https://kash.example/pb?user_id={user_id}&tx={tranaction_id}")
                    .corrected(
                        "{tranaction_id} is unknown. Did you mean {transaction_id}?",
                        "{transaction_id}",
                        "https://kash.example/pb?user_id={user_id}&tx={transaction_id}",
                    )
                    .fault("Callback URL has no {verifier}, where the signature goes."),
                Field::new("wrongState", "Send to")
                    .choice("", "Choose one")
                    .choice("a", "203.0.113.7")
                    .fault("Send to is required."),
                Field::new("wrongTick", "I have stored the secret")
                    .fault("I have stored the secret must be ticked before the old one is deleted."),
            ],
            filters: vec![
                Field::new("state", "State").choice("attention", "Needs attention").choice("dead", "Dead").optional(),
                Field::new("app", "App").choice("kash-wall", "Kash wall").optional(),
                Field::new("user", "User or transaction").optional(),
                Field::new("from", "From (UTC)")
                    .optional()
                    .fault("From (UTC) must be a time such as 2026-11-28T14:03."),
            ],
            confirmed: Field::new("confirmed", "Type kash-wall"),
        }
    }
}
