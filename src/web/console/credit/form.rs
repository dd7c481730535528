//! The form of a credit by hand: the API's fields, amounts in major units of the currency that it names.

use serde_json::Value;

use crate::actions::refusal::Refusal;
use crate::domain::dialect::recipe::{Recipe, Requirement};
use crate::domain::dialect::value::ValueSource;
use crate::domain::invalid::Invalid;
use crate::domain::json::Object;
use crate::random;
use crate::web::console::forms::Form;
use crate::web::console::kinds::{self, Kind, Shape};
use crate::web::console::parts::field::Field;

pub(super) const SHAPE: &Shape<'_> = &[
    ("userId", Kind::Text),
    ("userReward", Kind::Text),
    ("payoutMinor", Kind::Text),
    ("currency", Kind::Text),
    ("offerName", Kind::Text),
    ("offerId", Kind::Text),
    ("reason", Kind::Text),
    ("rewardMinor", Kind::Text),
    ("eventType", Kind::Text),
    ("goalId", Kind::Text),
    ("note", Kind::Text),
    ("externalId", Kind::Text),
    (NAMED, Kind::Text),
    ("act", Kind::Text),
];
/// What the credit is called where nobody names it: made with the form, so that one that is sent twice is one.
pub(super) const NAMED: &str = "named";
/// Of an amount where nobody says otherwise, as the API has it.
const CURRENCY: &str = "USD";
/// Begins the names that nobody chose.
const PREFIX: &str = "manual";

/// The controls.
#[derive(Clone, Debug)]
pub(super) struct Fields {
    pub(super) first: Vec<Field>,
    pub(super) amounts: Vec<Field>,
    pub(super) reason: Field,
    pub(super) further: Vec<Field>,
    pub(super) is_open: bool,
}

impl Fields {
    pub(super) fn new() -> Self {
        let field = |name: &str, label: &str, help: &str| Field::new(name, label).help(help).may_be_empty();
        Self {
            first: vec![
                Field::new("userId", "User").help("The publisher's own id of its user, exactly as it is there."),
                field("offerName", "Offer", "What the credit is for, as the user knows it."),
                field("offerId", "Offer id", "Where the dialect asks for it."),
            ],
            amounts: vec![
                field("userReward", "Reward", "What the user gets, in the app's currency, such as 60."),
                field("payoutMinor", "Payout", "What the publisher is paid, such as 1.25."),
                field("currency", "Currency of the payout", "Three letters.").value(CURRENCY),
            ],
            reason: Field::new("reason", "Reason").help("Why, for whoever looks at it later. At most 500 characters."),
            further: vec![
                field("rewardMinor", "Reward in the payout currency", "Where the dialect asks for it."),
                field("eventType", "Event type", "Left empty: credit."),
                field("goalId", "Goal", "Where the dialect asks for it."),
                field("note", "Note", "A remark that some dialects pass on."),
                field(
                    "externalId",
                    "Named",
                    "Such as a ticket's number: one credit of a name. Left empty: a new name.",
                ),
            ],
            is_open: false,
        }
    }

    /// The same, as these dialects ask for it: what none of them requires may be left empty, and its label says so.
    pub(super) fn required_by<'a>(mut self, recipes: impl Iterator<Item = &'a Recipe>) -> Self {
        let required: Vec<&Requirement> = recipes.flat_map(Recipe::required).collect();
        let is = |source: &ValueSource, field: &Field| source.field() == field.name;
        for field in self.all_mut().into_iter().filter(|field| field.optional) {
            let alone = required.iter().any(|one| matches!(one, Requirement::One(source) if is(source, field)));
            let among = required.iter().any(
                |one| matches!(one, Requirement::AnyOf(sources) if sources.iter().any(|source| is(source, field))),
            );
            field.optional = !alone;
            // One of several is neither: the API says which are meant.
            field.says_optional = !alone && !among;
        }
        // A browser cannot lead to what it may not show.
        self.is_open = self.further.iter().any(|field| !field.optional);
        self
    }

    /// Fills one in.
    pub(super) fn fill(&mut self, name: &str, value: &str) {
        if let Some(field) = self.all_mut().into_iter().find(|field| field.name == name) {
            value.clone_into(&mut field.value);
        }
    }

    /// The same with what was typed.
    pub(super) fn typed(mut self, form: &Form) -> Self {
        for field in self.all_mut() {
            field.value = form.typed(&field.name).to_owned();
        }
        self.is_open |= self.further.iter().any(|field| !field.value.is_empty());
        self
    }

    pub(super) fn open_where_wrong(&mut self) {
        self.is_open = self.is_open || self.further.iter().any(|field| !field.faults.is_empty());
    }

    pub(super) fn all(&self) -> Vec<&Field> {
        self.first.iter().chain(&self.amounts).chain([&self.reason]).chain(&self.further).collect()
    }

    pub(super) fn all_mut(&mut self) -> Vec<&mut Field> {
        let first = self.first.iter_mut().chain(&mut self.amounts);
        first.chain([&mut self.reason]).chain(&mut self.further).collect()
    }
}

/// The name of a new credit.
pub(super) fn new_name() -> String {
    random::new_id(PREFIX)
}

/// The currency of the amounts.
pub(super) fn currency(form: &Form) -> &str {
    Some(form.typed("currency").trim()).filter(|currency| !currency.is_empty()).unwrap_or(CURRENCY)
}

/// The API's object.
pub(super) fn given(form: &Form) -> Result<Object, Invalid> {
    let (mut given, mut faults) = form.clone().into_parts(&["act", NAMED]);
    for name in ["payoutMinor", "rewardMinor"] {
        let Some(text) = given.get(name).and_then(Value::as_str) else { continue };
        match kinds::amount(text, currency(form)) {
            Ok(amount) => drop(given.insert(name.to_owned(), amount)),
            Err(message) => faults.push(name, message),
        }
    }
    given.entry("externalId").or_insert_with(|| form.typed(NAMED).into());
    faults.into_result()?;
    Object::parse(Value::Object(given).to_string().as_bytes()).map_err(|malformed| match Refusal::from(malformed) {
        Refusal::Malformed(text) => Invalid::field("", text),
        other => Invalid::field("", other.to_string()),
    })
}

/// What was typed, to be sent once more.
pub(super) fn hidden(form: &Form) -> Vec<(String, String)> {
    let names = SHAPE.iter().map(|(name, _)| *name).filter(|name| *name != "act");
    let typed = names.map(|name| (name.to_owned(), form.typed(name).to_owned()));
    typed.filter(|(_, text)| !text.is_empty()).collect()
}

/// The name that was made for a credit is no field of its own.
pub(super) fn renamed(mut wrong: Invalid) -> Invalid {
    for fault in wrong.0.iter_mut().filter(|fault| fault.field == "transactionId") {
        fault.field = "externalId".to_owned();
    }
    wrong
}
