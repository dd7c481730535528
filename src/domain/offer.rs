//! Offers: what a tracking link leads to, and what completing it, or a goal of it, pays.
//!
//! An offer is checked as a whole at every saving. Nothing here asks the store; whether a `ref` is free is the store's to
//! say.

mod destination;

use serde::{Deserialize, Serialize};

pub use destination::{Arrival, Destination};

use super::amount::{LARGEST_MINOR, Minor};
use super::destination::TargetPolicy;
use super::fields::check_text;
use super::invalid::Invalid;
use super::naming;
use super::pricing::Offered;
use super::time::Timestamp;

/// Longest id of a goal, as in a report.
pub const LONGEST_GOAL_ID: usize = 128;
/// Most goals: a page of a form, and little enough to be kept in memory with every offer.
pub const MOST_GOALS: usize = 100;

/// What a user can complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// `ofr_…`
    pub id: String,
    /// The operator's own name for it, accepted wherever the id is.
    pub reference: Option<String>,
    /// For people.
    pub name: String,
    /// Where the tracking link leads.
    pub destination: Destination,
    /// What the publisher is paid for it, where its goal does not say.
    pub payout_minor: Minor,
    /// ISO 4217 code of the payouts.
    pub currency: String,
    /// Steps that are paid for each by itself; none: the offer is completed as a whole.
    pub goals: Vec<Goal>,
    /// From then on its link works; `None`: at once.
    pub active_from: Option<Timestamp>,
    /// From then on it works no more; `None`: for ever.
    pub active_until: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
}

/// A step of an offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Goal {
    /// What reports call it (`goalId`); distinct within the offer.
    pub id: String,
    /// For people.
    pub name: String,
    /// What the publisher is paid for it.
    pub payout_minor: Minor,
}

/// An offer as somebody wants it, not checked yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfferSettings {
    /// The `ref`.
    pub reference: Option<String>,
    /// The name.
    pub name: String,
    /// The template.
    pub destination_url: String,
    /// The payout.
    pub payout_minor: u64,
    /// Its currency.
    pub currency: String,
    /// Goals: id, name and payout.
    pub goals: Vec<(String, String, u64)>,
    /// Begin of the active time.
    pub active_from: Option<Timestamp>,
    /// Its end.
    pub active_until: Option<Timestamp>,
}

impl Offer {
    /// Whether its link works at this instant.
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.active_from.is_none_or(|from| from <= now) && self.active_until.is_none_or(|until| now < until)
    }

    /// What receivers and advertisers know it by: its `ref` where it has one, else its id.
    pub fn label(&self) -> &str {
        self.reference.as_deref().unwrap_or(&self.id)
    }

    /// Whether a name means it.
    pub fn is_called(&self, id_or_ref: &str) -> bool {
        self.id == id_or_ref || self.reference.as_deref() == Some(id_or_ref)
    }

    /// What it promises to whoever reaches this goal.
    pub fn offered(&self, goal_id: Option<&str>) -> Offered {
        let goal = goal_id.and_then(|goal_id| self.goal(goal_id)).map(|goal| (goal.id.clone(), goal.payout_minor));
        Offered { payout_minor: self.payout_minor, currency: self.currency.clone(), goal }
    }

    /// The goal of this id.
    pub fn goal(&self, id: &str) -> Option<&Goal> {
        self.goals.iter().find(|goal| goal.id == id)
    }
}

impl OfferSettings {
    /// What is set of an offer at present.
    pub fn of(offer: &Offer) -> Self {
        let number = |minor: Minor| u64::try_from(minor).unwrap_or_default();
        let goals = offer.goals.iter().map(|goal| (goal.id.clone(), goal.name.clone(), number(goal.payout_minor)));
        Self {
            reference: offer.reference.clone(),
            name: offer.name.clone(),
            destination_url: offer.destination.as_str().to_owned(),
            payout_minor: number(offer.payout_minor),
            currency: offer.currency.clone(),
            goals: goals.collect(),
            active_from: offer.active_from,
            active_until: offer.active_until,
        }
    }

    /// Checks all of a new offer.
    pub fn check(self, id: String, created_at: Timestamp, policy: &TargetPolicy) -> Result<Offer, Invalid> {
        self.checked(id, created_at, None, policy)
    }

    /// Checks all of an offer that is changed.
    pub fn check_over(self, standing: &Offer, policy: &TargetPolicy) -> Result<Offer, Invalid> {
        self.checked(standing.id.clone(), standing.created_at, Some(standing), policy)
    }

    fn checked(
        self,
        id: String,
        created_at: Timestamp,
        standing: Option<&Offer>,
        policy: &TargetPolicy,
    ) -> Result<Offer, Invalid> {
        let mut invalid = Invalid::none();
        let reference = invalid.take(self.reference.as_deref().map(naming::reference).transpose());
        let name = invalid.take(naming::name_over(standing.map(|offer| offer.name.as_str()), &self.name));
        let destination = invalid.take(Destination::parse(&self.destination_url, policy));
        let payout_minor = invalid.take(minor("payoutMinor", self.payout_minor));
        if self.currency.len() != 3 || !self.currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
            invalid.push("currency", "must be an ISO 4217 code of three capital letters, such as USD");
        }
        let goals = invalid.take(goals(self.goals, standing));
        if let (Some(from), Some(until)) = (self.active_from, self.active_until)
            && until <= from
        {
            invalid.push("activeUntil", "must lie after activeFrom");
        }
        let parts = (reference, name, destination, payout_minor, goals);
        let (Some(reference), Some(name), Some(destination), Some(payout_minor), Some(goals)) = parts else {
            return Err(invalid);
        };
        invalid.into_result()?;
        Ok(Offer {
            id,
            reference,
            name,
            destination,
            payout_minor,
            currency: self.currency,
            goals,
            active_from: self.active_from,
            active_until: self.active_until,
            created_at,
        })
    }
}

fn minor(field: &str, amount: u64) -> Result<Minor, Invalid> {
    let fits = Minor::try_from(amount).ok().filter(|_| amount <= LARGEST_MINOR);
    fits.ok_or_else(|| Invalid::field(field, "must be an integer of minor units (cents) of at most 18 digits"))
}

fn goals(given: Vec<(String, String, u64)>, standing: Option<&Offer>) -> Result<Vec<Goal>, Invalid> {
    if given.len() > MOST_GOALS {
        return Err(Invalid::field("goals", format!("has {} goals; at most {MOST_GOALS} are kept", given.len())));
    }
    let mut invalid = Invalid::none();
    let mut goals: Vec<Goal> = Vec::with_capacity(given.len());
    for (index, (id, name, payout)) in given.into_iter().enumerate() {
        let field = |part: &str| format!("goals[{index}].{part}");
        if id.is_empty() {
            invalid.push(field("id"), "is required");
        } else if let Err(fault) = check_text(&id, LONGEST_GOAL_ID) {
            invalid.push(field("id"), fault);
        } else if goals.iter().any(|other| other.id == id) {
            invalid.push(field("id"), "stands twice");
        }
        let standing = standing.and_then(|offer| offer.goal(&id)).map(|goal| goal.name.as_str());
        if let Err(fault) = naming::name_over(standing, &name) {
            fault.0.into_iter().for_each(|fault| invalid.push(field("name"), fault.message));
        }
        let payout_minor = invalid.take(minor(&field("payoutMinor"), payout)).unwrap_or_default();
        goals.push(Goal { id, name, payout_minor });
    }
    invalid.into_result().map(|()| goals)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> OfferSettings {
        OfferSettings {
            name: "Family Island".to_owned(),
            destination_url: "https://ads.example/?c={click_id}".to_owned(),
            payout_minor: 250,
            currency: "USD".to_owned(),
            ..OfferSettings::default()
        }
    }

    fn faults(settings: OfferSettings) -> Vec<String> {
        let checked = settings.check("ofr_1".to_owned(), Timestamp::from_millis(0), &TargetPolicy::default());
        checked.map_or_else(|invalid| invalid.0.into_iter().map(|fault| fault.field).collect(), |_| Vec::new())
    }

    #[test]
    fn every_fault_of_an_offer_is_named_at_once() {
        assert!(faults(settings()).is_empty());
        let goal = |id: &str, name: &str, payout| (id.to_owned(), name.to_owned(), payout);
        let all = OfferSettings {
            reference: Some("a b".to_owned()),
            name: " ".to_owned(),
            destination_url: "https://ads.example/".to_owned(),
            payout_minor: LARGEST_MINOR + 1,
            currency: "usd".to_owned(),
            goals: vec![goal("a", "A", 1), goal("a", "", 1), goal("", "C", u64::MAX), goal("\u{7}", "D", 0)],
            active_from: Some(Timestamp::from_millis(1)),
            active_until: Some(Timestamp::from_millis(1)),
        };
        let expected = [
            "ref",
            "name",
            "destinationUrl",
            "payoutMinor",
            "currency",
            "goals[1].id",
            "goals[1].name",
            "goals[2].id",
            "goals[2].payoutMinor",
            "goals[3].id",
            "activeUntil",
        ];
        assert_eq!(faults(all), expected);
    }

    #[test]
    fn what_is_set_of_an_offer_makes_the_same_offer_again() {
        let mut settings = settings();
        settings.goals = vec![("level-9".to_owned(), "Level 9".to_owned(), 900)];
        settings.reference = Some("island".to_owned());
        let at = Timestamp::from_millis(7);
        let offer = settings.clone().check("ofr_1".to_owned(), at, &TargetPolicy::default()).unwrap();
        assert_eq!(OfferSettings::of(&offer), settings);
        assert_eq!((offer.label(), offer.is_called("ofr_1"), offer.is_called("island")), ("island", true, true));
    }

    #[test]
    fn an_offer_whose_names_would_be_refused_by_now_can_be_changed_in_everything_else() {
        let policy = TargetPolicy::default();
        let mut standing = settings().check("ofr_1".to_owned(), Timestamp::from_millis(7), &policy).unwrap();
        standing.name = "Family\u{200b} Island".to_owned();
        standing.goals = vec![Goal { id: "a".to_owned(), name: "A\u{202e}".to_owned(), payout_minor: 1 }];
        let dearer = OfferSettings { payout_minor: 300, ..OfferSettings::of(&standing) };
        assert_eq!(dearer.clone().check_over(&standing, &policy), Ok(Offer { payout_minor: 300, ..standing.clone() }));
        let mut renamed = dearer;
        renamed.name.push('!');
        renamed.goals[0].1.push('!');
        let faults = renamed.check_over(&standing, &policy).unwrap_err().0;
        assert_eq!(faults.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>(), ["name", "goals[0].name"]);
    }

    #[test]
    fn an_offer_is_active_from_its_first_instant_until_before_its_last() {
        let mut offer = settings().check(String::new(), Timestamp::default(), &TargetPolicy::default()).unwrap();
        assert!(offer.is_active(Timestamp::from_millis(0)));
        offer.active_from = Some(Timestamp::from_millis(10));
        offer.active_until = Some(Timestamp::from_millis(20));
        let active = [9, 10, 19, 20].map(|at| offer.is_active(Timestamp::from_millis(at)));
        assert_eq!(active, [false, true, true, false]);
    }
}
