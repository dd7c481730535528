//! What a test tells, and with what it is signed.

use serde_json::{Map, Value};

use crate::dispatch::sending::stored_test::TestOptions;
use crate::domain::invalid::Invalid;
use crate::domain::json::Object;
use crate::domain::secret::SecretState;
use crate::store::page::Page;
use crate::web::console::forms::Form;
use crate::web::console::kinds::{Kind, Shape};
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::field::Field;
use crate::web::console::place::Place;
use crate::web::console::words::cuts;
use crate::web::error::Problem;

/// The currency of an invented payout.
const CURRENCY: &str = "USD";
pub(super) const SHAPE: &Shape<'_> = &[
    ("eventType", Kind::Text),
    ("userId", Kind::Text),
    ("userReward", Kind::Text),
    ("payoutMinor", Kind::Amount(CURRENCY)),
    ("secretId", Kind::Text),
    ("egressIpId", Kind::Text),
    ("tamper", Kind::Ticked),
];
/// What is the test's and nothing of the completion's.
const OPTIONS: [&str; 3] = ["secretId", "egressIpId", "tamper"];
/// The choice that tells a reversal.
const REVERSAL: &str = "reversal";
/// Egress IPs that can be chosen from.
const EGRESS_IPS: usize = 200;

/// The controls.
#[derive(Clone, Debug)]
pub(super) struct Fields {
    pub(super) event: Field,
    pub(super) user: Field,
    pub(super) reward: Field,
    pub(super) payout: Field,
    /// Where there is something to choose from.
    pub(super) secret: Option<Field>,
    pub(super) egress: Option<Field>,
    /// Only where the dialect signs.
    pub(super) tamper: Option<Field>,
    /// Whether something else is sent than a test sends by itself, so that it is to be seen.
    differs: bool,
}

/// What was asked for.
pub(super) struct Asked {
    /// Its fields, as the API's object.
    completion: Map<String, Value>,
    pub(super) options: TestOptions,
    pub(super) also_wrong: bool,
}

impl Fields {
    /// Filled in; `secret`: the one that was to be tested.
    pub(super) async fn new(page: &PageRequest, place: &Place, secret: Option<&str>) -> Result<Self, Problem> {
        let recipe = place.recipe(page)?;
        let mut event = Field::new("eventType", "What happened").choice("sale", "Offer").value("sale");
        for (kind, _) in recipe.parameter_lists().filter(|(kind, _)| *kind != "other" && *kind != "sale") {
            event = event.choice(kind, &capitalized(kind));
        }
        if recipe.reversal().is_some() {
            event = event.choice(REVERSAL, "Reversal");
        }
        let signs = recipe.signature().is_some();
        Ok(Self {
            event,
            user: Field::new("userId", "User id").value("test-user"),
            reward: Field::new("userReward", "Reward").help("What the user is to get, such as 100.").value("100"),
            payout: Field::new("payoutMinor", "Payout in USD").help("What the offer pays, such as 1.00.").value("1.00"),
            secret: if signs { of_secrets(place, secret) } else { None },
            egress: of_egress(page).await?,
            tamper: signs.then(|| {
                let field = Field::new("tamper", "And one wrong signature").value("true");
                field.help("A second callback with one character changed. Your server has to refuse it.")
            }),
            differs: secret.is_some(),
        })
    }

    /// The same with what was typed.
    pub(super) fn typed(mut self, form: &Form) -> Self {
        let before: Vec<String> = self.folded().map(|field| field.value.clone()).collect();
        for field in self.all_mut() {
            field.value = form.typed(&field.name).to_owned();
        }
        let differs = self.folded().zip(&before).any(|(field, before)| field.value != *before);
        self.differs = differs;
        self
    }

    /// What most tests leave as it is.
    fn folded(&self) -> impl Iterator<Item = &Field> {
        [&self.user, &self.reward, &self.payout].into_iter().chain(&self.secret).chain(&self.egress)
    }

    /// Whether what most leave as it is stands open.
    pub(super) fn is_open(&self) -> bool {
        self.differs || self.folded().any(|field| !field.faults.is_empty())
    }

    /// The same in a line: `test-user · 100 · 1.00 USD`.
    pub(super) fn said(&self) -> String {
        format!("{} · {} · {} {CURRENCY}", self.user.value, self.reward.value, self.payout.value)
    }

    pub(super) fn all(&self) -> Vec<&Field> {
        let first = [&self.event, &self.user, &self.reward, &self.payout].into_iter();
        first.chain(&self.secret).chain(&self.egress).chain(&self.tamper).collect()
    }

    pub(super) fn all_mut(&mut self) -> Vec<&mut Field> {
        let first = [&mut self.event, &mut self.user, &mut self.reward, &mut self.payout].into_iter();
        first.chain(&mut self.secret).chain(&mut self.egress).chain(&mut self.tamper).collect()
    }
}

/// The active secret and those that are next, where there are several.
fn of_secrets(place: &Place, chosen: Option<&str>) -> Option<Field> {
    let mut usable: Vec<_> = place.endpoint.secrets.iter().filter(|one| one.state != SecretState::Retired).collect();
    if usable.len() < 2 {
        return None;
    }
    usable.sort_by_key(|one| one.state != SecretState::Active);
    let mut field = Field::new("secretId", "Sign with");
    for one in usable {
        let state = if one.state == SecretState::Active { "active" } else { "next" };
        field = field.choice(&one.id, &format!("{state}: {}", cuts::id(&one.id).shown));
        if chosen == Some(one.id.as_str()) || field.value.is_empty() {
            field.value.clone_from(&one.id);
        }
    }
    Some(field)
}

/// For those who may choose where a test leaves from.
async fn of_egress(page: &PageRequest) -> Result<Option<Field>, Problem> {
    if page.caller().limited_to().is_some() {
        return Ok(None);
    }
    let listed = page.web.actions.egress_ips(page.caller(), Page { limit: EGRESS_IPS, before: None }).await?;
    if listed.items.is_empty() {
        return Ok(None);
    }
    let field = Field::new("egressIpId", "Leave from").may_be_empty().choice("", "Its own egress IP");
    Ok(Some(listed.items.iter().fold(field, |field, known| field.choice(&known.id, &known.address.to_string()))))
}

/// What a form asks for, as the API's object of a test.
pub(super) fn asked(form: &Form) -> Result<Asked, Invalid> {
    let given = form.clone().into_object(&[])?;
    let text = |name: &str| given.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut completion: Map<String, Value> = given.clone();
    completion.retain(|name, _| !OPTIONS.contains(&name.as_str()));
    let is_reversal = text("eventType").as_deref() == Some(REVERSAL);
    if is_reversal {
        completion.remove("eventType");
    }
    completion.insert("currency".to_owned(), CURRENCY.into());
    let options = TestOptions {
        reversal: is_reversal,
        secret_id: text("secretId"),
        egress_ip_id: text("egressIpId"),
        ..TestOptions::default()
    };
    Ok(Asked { completion, options, also_wrong: given.get("tamper") == Some(&Value::Bool(true)) })
}

impl Asked {
    /// Fields of the invented completion.
    pub(super) fn completion(&self) -> Option<Object> {
        Object::parse(Value::Object(self.completion.clone()).to_string().as_bytes()).ok()
    }
}

/// Faults of the invented completion stand at the form's own fields.
pub(super) fn renamed(wrong: &Invalid) -> Invalid {
    let mut renamed = wrong.clone();
    for fault in &mut renamed.0 {
        if let Some(rest) = fault.field.strip_prefix("completion.") {
            fault.field = rest.to_owned();
        }
    }
    renamed
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
