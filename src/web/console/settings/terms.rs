//! An app's terms: what of the money is agreed with its publisher, and what is looked at before it is called back. They hold for what
//! is reported from then on.

use actix_web::web::Path;
use serde_json::{Map, Value};

use super::changed::{self, SHOWN};
use super::{CREDITS, SAVES, SettingsPage};
use crate::domain::app_settings::AppSettings;
use crate::domain::invalid::Invalid;
use crate::domain::rounding::Rounding;
use crate::web::Answer;
use crate::web::console::flash;
use crate::web::console::forms::Form;
use crate::web::console::kinds::{Kind, Shape};
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::field::Field;
use crate::web::console::words::amounts;
use crate::web::console::{faults, sections};
use crate::web::json::Body;

const SHAPE: &Shape<'_> = &[
    ("revenueShareBps", Kind::ResettablePercent),
    ("rewardRate", Kind::Resettable),
    ("rewardDecimals", Kind::ResettableWhole),
    ("rewardRounding", Kind::Text),
    ("refundWindowDays", Kind::ResettableWhole),
    ("clickDays", Kind::ResettableWhole),
    ("review.hours", Kind::Whole),
    ("review.payoutAboveMinor", Kind::Amount(CURRENCY)),
    ("review.userRewardAbove", Kind::Text),
    ("review.eventTypes", Kind::Words),
    ("review.offerIds", Kind::Words),
    (SHOWN, Kind::Text),
];
const REVIEW: &str = "review";
/// What amounts of the rule are typed in: a rule knows no currency, and most have cents.
const CURRENCY: &str = "USD";
/// Two lists of ids, and the same once more as it was shown.
const LARGEST: usize = 1024 * 1024;

/// The controls.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    pub(super) share: Field,
    pub(super) rate: Field,
    pub(super) decimals: Field,
    pub(super) rounding: Field,
    pub(super) refunds: Field,
    pub(super) clicks: Field,
    pub(super) review: Vec<Field>,
    /// Whether the rule of reviews is shown.
    pub(super) is_open: bool,
}

impl Terms {
    pub(super) fn of(settings: &AppSettings) -> Self {
        let rule = settings.review.clone().unwrap_or_default();
        let number = |name: &str, label: &str, help: &str, value: Option<String>| {
            Field::new(name, label).help(help).value(value.unwrap_or_default()).may_be_empty()
        };
        let rounding = match settings.reward_rounding {
            Rounding::HalfEven => "half_even",
            Rounding::HalfUp => "half_up",
            Rounding::Down => "down",
            Rounding::Up => "up",
        };
        let hours = (rule.hours > 0).then(|| rule.hours.to_string());
        Self {
            share: number(
                "revenueShareBps",
                "Revenue share, in percent",
                "Of the gross amount, where neither offer nor report says the payout: such as 70 or 62.5. Left empty: none.",
                settings.revenue_share_bps.map(amounts::percent),
            ),
            rate: number(
                "rewardRate",
                "Reward rate",
                "Units of the app's currency for one of the payout currency, such as 100. Left empty: rewards are as reported.",
                settings.reward_rate.as_ref().map(ToString::to_string),
            ),
            decimals: number(
                "rewardDecimals",
                "Digits of a reward after the point",
                "At that rate. 0 to 9; left empty: 0.",
                Some(settings.reward_decimals.to_string()),
            ),
            rounding: Field::new("rewardRounding", "What becomes of further digits")
                .choice("half_even", "Nearest, halves to the even one")
                .choice("half_up", "Nearest, halves up")
                .choice("down", "Cut off")
                .choice("up", "Rounded up")
                .value(rounding),
            refunds: number(
                "refundWindowDays",
                "Refund window, in days",
                "For so long the offer system may take a completion back. Left empty: 60.",
                Some(settings.refund_window_days.to_string()),
            ),
            clicks: number(
                "clickDays",
                "Clicks count for, in days",
                "Left empty: 30.",
                Some(settings.click_days.to_string()),
            ),
            review: vec![
                number("review.hours", "Held for review, in hours", "1 to 720. Then they are released.", hours),
                number(
                    "review.payoutAboveMinor",
                    "With a payout above",
                    "In USD or another currency with cents, such as 10.00. Of one without, 10.00 is 1,000.",
                    rule.payout_above_minor.map(|above| amounts::major(above, CURRENCY)),
                ),
                number(
                    "review.userRewardAbove",
                    "With a reward above",
                    "In the app's currency.",
                    rule.user_reward_above.map(|above| above.to_string()),
                ),
                number("review.eventTypes", "Of event types", "Such as sale, deal.", Some(rule.event_types.join(", "))),
                number("review.offerIds", "Of offers", "Their ids.", Some(rule.offer_ids.join(", "))),
            ],
            is_open: settings.review.is_some(),
        }
    }

    pub(super) fn all(&self) -> Vec<&Field> {
        let first = [&self.share, &self.rate, &self.decimals, &self.rounding, &self.refunds, &self.clicks];
        first.into_iter().chain(&self.review).collect()
    }

    pub(super) fn all_mut(&mut self) -> Vec<&mut Field> {
        let first = [
            &mut self.share,
            &mut self.rate,
            &mut self.decimals,
            &mut self.rounding,
            &mut self.refunds,
            &mut self.clicks,
        ];
        first.into_iter().chain(&mut self.review).collect()
    }

    pub(super) fn open_where_wrong(&mut self) {
        self.is_open = self.is_open || self.review.iter().any(|field| !field.faults.is_empty());
    }

    fn typed(mut self, form: &Form) -> Self {
        for field in self.all_mut() {
            field.value = form.typed(&field.name).to_owned();
        }
        self.is_open = self.is_open || self.review.iter().any(|field| !field.value.is_empty());
        self
    }
}

pub(super) async fn save(page: PageRequest, app: Path<String>, body: Body<LARGEST>) -> Answer {
    page.may_perform(CREDITS)?;
    let app = page.web.actions.app(page.caller(), &app).await?;
    let form = page.form(body.bytes(), SHAPE)?;
    let done = match changed::since_shown(&form, SHAPE, given) {
        Ok(given) if given.is_empty() => return Ok(changed::nothing(&page, &app)),
        Ok(given) => page.perform(SAVES, &[&app.id], page.web.actions.change_app(page.caller(), &app.id, &given)).await,
        Err(wrong) => Err(wrong.into()),
    };
    match done {
        Ok(app) => {
            let text = "Saved. In force now, for what is reported from now on.";
            Ok(page.go_on(&sections::path(&app, "settings"), flash::Kind::Done, text))
        }
        Err(refusal) => {
            let (wrong, problem) = faults::with_problem(refusal)?;
            let mut shown = SettingsPage::of(&page, &app);
            shown.terms = shown.terms.map(|terms| terms.typed(&form));
            shown.shown.terms = form.typed(SHOWN).to_owned();
            shown.refused(&at_its_fields(wrong), &problem)
        }
    }
}

/// A rule of reviews is replaced whole: where everything is left empty, there is none.
fn given(form: &Form) -> Result<Map<String, Value>, Invalid> {
    let mut given = form.clone().into_object(&[SHOWN])?;
    if let Some(Value::Object(rule)) = given.get_mut(REVIEW) {
        rule.retain(|_, value| !value.is_null());
        if rule.is_empty() {
            given.insert(REVIEW.to_owned(), Value::Null);
        } else {
            rule.entry("hours").or_insert(0.into());
        }
    }
    Ok(given)
}

/// What is wrong with the rule as a whole stands at its first field; bounds are said as the form's own units.
fn at_its_fields(mut wrong: Invalid) -> Invalid {
    // What could not be read has its message already, in the form's own words.
    for fault in wrong.0.iter_mut().filter(|fault| fault.message.contains("hundredths of a percent")) {
        "must be at most 100".clone_into(&mut fault.message);
    }
    for fault in wrong.0.iter_mut().filter(|fault| fault.message.contains("minor units")) {
        fault.message = "is more than any payout".to_owned();
    }
    for fault in wrong.0.iter_mut().filter(|fault| fault.field == REVIEW) {
        fault.field = "review.hours".to_owned();
        "Reviews need one or more of what stands below: a payout, a reward, event types or offers."
            .clone_into(&mut fault.message);
    }
    wrong
}
