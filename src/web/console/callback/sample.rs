//! What the preview tells of: an invented completion of one of the kinds that the dialect tells apart, its reversal, or the newest
//! completion of a user.

use crate::actions::previews::PreviewAsked;
use crate::domain::completion::Completion;
use crate::domain::dialect::recipe::Recipe;
use crate::domain::invalid::Invalid;
use crate::domain::json::Object;
use crate::domain::time::Timestamp;
use crate::web::console::parts::field::Field;
use crate::web::console::preview::Told;
use crate::web::console::words::{cuts, instants};

/// The name of the choice, which is no setting.
pub(super) const SAMPLE: &str = "sample";
/// What stands for a reversal; no completion has it for its event type.
const REVERSAL: &str = "reversal";
/// What the ids of completions begin with.
const RECORDED: &str = "cmp_";
/// Characters of a transaction id that fit a choice.
const OF_AN_ID: usize = 16;

/// What is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sample {
    /// An offer that nobody completed.
    Offer,
    /// The same under an event type that the dialect tells apart.
    OfType(String),
    /// That is taken back.
    Reversal,
    /// The completion with this id.
    Recorded(String),
}

impl Sample {
    /// What was chosen; nothing is an offer.
    pub(super) fn read(chosen: &str, recipe: &Recipe) -> Result<Self, Invalid> {
        Ok(match chosen {
            "" => Self::Offer,
            REVERSAL if recipe.reversal().is_some() => Self::Reversal,
            id if id.starts_with(RECORDED) => Self::Recorded(id.to_owned()),
            known if recipe.event_types().contains(known) => Self::OfType(known.to_owned()),
            _ => {
                let message = format!("must be one that can be chosen for {}", recipe.title());
                return Err(Invalid::field(SAMPLE, message));
            }
        })
    }

    /// What can be chosen: the app's newest completion, and the one that is chosen where that is another.
    pub(super) fn field(
        recipe: &Recipe,
        newest: Option<&Completion>,
        chosen: Option<&Completion>,
        now: Timestamp,
    ) -> Field {
        let field = Field::new(SAMPLE, "Sample").may_be_empty().choice("", "invented offer");
        let types = recipe.event_types();
        let field = types.iter().fold(field, |field, kind| field.choice(kind, &invented(kind)));
        let field = match recipe.reversal() {
            Some(_) => field.choice(REVERSAL, "invented reversal"),
            None => field,
        };
        let chosen = chosen.filter(|chosen| newest.is_none_or(|newest| newest.id != chosen.id));
        let recorded = newest.map(|one| ("newest", one)).into_iter().chain(chosen.map(|one| ("earlier", one)));
        recorded.fold(field, |field, (age, completion)| {
            let at = instants::listed(completion.recorded_at, now).shown;
            let named = cuts::text(&completion.transaction_id, OF_AN_ID).shown;
            field.choice(&completion.id, &format!("{age} completion: {named}, {at} UTC"))
        })
    }

    /// What the API is asked.
    pub(super) fn asked(&self) -> PreviewAsked {
        let of_type = |kind: &str| Object::parse(serde_json::json!({ "eventType": kind }).to_string().as_bytes()).ok();
        match self {
            Self::Offer => PreviewAsked::default(),
            Self::OfType(kind) => PreviewAsked { completion: of_type(kind), ..PreviewAsked::default() },
            Self::Reversal => PreviewAsked { reversal: true, ..PreviewAsked::default() },
            Self::Recorded(id) => PreviewAsked { completion_id: Some(id.clone()), ..PreviewAsked::default() },
        }
    }

    /// Whether it is made up.
    pub(super) fn told(&self) -> Told {
        if matches!(self, Self::Recorded(_)) { Told::Recorded } else { Told::Invented }
    }
}

/// `start_bonus` as people say it.
fn invented(event_type: &str) -> String {
    format!("invented {}", event_type.replace('_', " "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dialect::catalog::Catalog;

    #[test]
    fn what_can_be_chosen_is_what_the_dialect_tells_apart() {
        let catalog = Catalog::builtin();
        let chosen_from = |name: &str| {
            let field = Sample::field(catalog.get(name).unwrap(), None, None, Timestamp::from_millis(0));
            field.choices.into_iter().map(|choice| choice.label).collect::<Vec<_>>()
        };
        assert_eq!(chosen_from("besitos"), ["invented offer", "invented deal", "invented survey", "invented reversal"]);
        assert_eq!(
            chosen_from("bitlabs"),
            ["invented offer", "invented screenout", "invented start bonus", "invented reversal"]
        );
        assert_eq!(chosen_from("tapjoy"), ["invented offer"]);
    }

    #[test]
    fn what_cannot_be_chosen_is_refused_and_every_choice_is_understood() {
        let catalog = Catalog::builtin();
        for recipe in catalog.newest() {
            for choice in Sample::field(recipe, None, None, Timestamp::from_millis(0)).choices {
                assert!(Sample::read(&choice.value, recipe).is_ok(), "{} {}", recipe.name(), choice.value);
            }
        }
        let tapjoy = catalog.get("tapjoy").unwrap();
        assert!(Sample::read("survey", tapjoy).is_err() && Sample::read(REVERSAL, tapjoy).is_err());
        assert_eq!(Sample::read("cmp_1", tapjoy).unwrap().told(), Told::Recorded);
    }
}
