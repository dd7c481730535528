//! What an app and an endpoint may be set to, checked as a whole: a rule often ties several settings to the dialect.
//!
//! Everything is checked again at every saving, so that a change of dialect can not leave behind what the new one
//! forbids. Nothing here looks a name up or asks the store.

use std::ops::RangeInclusive;

use super::app::Endpoint;
use super::app_settings::AppSettings;
use super::destination::TargetPolicy;
use super::dialect::callback_url::UrlUse;
use super::dialect::catalog::Catalog;
use super::dialect::endpoint_settings::EndpointSettings;
use super::dialect::recipe::Recipe;
use super::dialect::success::SuccessRule;
use super::dialect_settings;
use super::invalid::Invalid;
use super::naming;
use super::own_headers;
use super::retry::RetrySchedule;
use super::review::ReviewRule;
use super::secret::SecretText;
use super::template::Origin;

/// Bounds of a time-out: shorter ones fail receivers that are merely far away, longer ones block places for nothing.
const TIMEOUT: RangeInclusive<u64> = 1_000..=60_000;
/// Bounds of `maxHeldDays`.
const HELD_DAYS: RangeInclusive<u32> = 1..=365;
/// None at all, up to ten years: some advertisers settle annually, and nobody later than that.
const REFUND_WINDOW_DAYS: RangeInclusive<u32> = 0..=3_650;
/// A day, up to a year: clicks older than that are not kept (see `upkeep::retention`).
const CLICK_DAYS: RangeInclusive<u32> = 1..=365;
/// Nothing, up to all of it, in hundredths of a percent.
const REVENUE_SHARE_BPS: RangeInclusive<u32> = 0..=10_000;
/// Most digits of a rate before the point: with those behind it and those of any amount, a product fits 128 bits.
const RATE_WHOLE_DIGITS: usize = 9;
/// As many as an amount can have.
const REWARD_DECIMALS: RangeInclusive<u32> = 0..=9;
/// Most event types that an endpoint can choose.
const MOST_EVENTS: usize = 100;
/// Longer than any dialect's name.
const LONGEST_DIALECT: usize = 64;
/// Longest event type, as in a report.
const LONGEST_EVENT: usize = 32;
/// Event types that only reversals have: choosing them would choose nothing.
const RESERVED_EVENTS: [&str; 3] = ["refund", "reversal", "chargeback"];

/// Checks what is set of an app itself; `standing` is its name so far.
pub fn check_app(settings: &AppSettings, standing: Option<&str>) -> Result<(), Invalid> {
    let mut invalid = Invalid::none();
    invalid.take(naming::name_over(standing, &settings.name));
    invalid.take(settings.reference.as_deref().map(naming::reference).transpose());
    let mut within = |field: &str, value: u32, bounds: RangeInclusive<u32>, what: &str| {
        if !bounds.contains(&value) {
            invalid.push(field, format!("must be {what} from {} to {}", bounds.start(), bounds.end()));
        }
    };
    within("maxHeldDays", settings.max_held_days, HELD_DAYS, "a number of days");
    within("refundWindowDays", settings.refund_window_days, REFUND_WINDOW_DAYS, "a number of days");
    within("clickDays", settings.click_days, CLICK_DAYS, "a number of days");
    let share = settings.revenue_share_bps.unwrap_or_default();
    within("revenueShareBps", share, REVENUE_SHARE_BPS, "a number of hundredths of a percent");
    within("rewardDecimals", settings.reward_decimals, REWARD_DECIMALS, "a number of digits");
    if let Some(rate) = &settings.reward_rate {
        if rate.is_zero() {
            invalid.push("rewardRate", "must be more than 0; null pays rewards as they are reported");
        }
        if rate.whole_digits() > RATE_WHOLE_DIGITS {
            invalid.push("rewardRate", format!("must have at most {RATE_WHOLE_DIGITS} digits before the point"));
        }
    }
    invalid.take(settings.limits.check());
    invalid.take(settings.review.as_ref().map_or(Ok(()), ReviewRule::check));
    invalid.into_result()
}

/// Checks what is set of an endpoint. Answers warnings about its URLs.
pub fn check_endpoint(
    settings: &EndpointSettings,
    catalog: &Catalog,
    targets: &TargetPolicy,
) -> Result<Vec<String>, Invalid> {
    let mut invalid = Invalid::none();
    invalid.take(settings.retry_schedule.as_ref().map_or(Ok(()), RetrySchedule::check));
    invalid.take(settings.success.as_ref().map_or(Ok(()), SuccessRule::check));
    let Some(recipe) = catalog.get(&settings.dialect) else {
        // What is limited to some is told to nobody who guesses.
        let known = catalog.newest_listed().filter(|listed| listed.is_open_to_all()).map(|listed| listed.recipe.name());
        // A word of any length is compared by its start.
        let given: String = settings.dialect.chars().take(LONGEST_DIALECT).collect();
        let nearest = known.min_by_key(|known| strsim::damerau_levenshtein(known, &given)).unwrap_or_default();
        let message = format!("is unknown; did you mean {nearest}? GET /v1/dialects lists all of them");
        invalid.push_with("dialect", message, Some(nearest.to_owned()).filter(|nearest| !nearest.is_empty()));
        return Err(invalid);
    };
    let mut warnings = Vec::new();
    for (which, url) in [(UrlUse::Callback, &settings.callback_url), (UrlUse::Reversal, &settings.reversal_url)] {
        let of_url = url.as_ref().and_then(|url| invalid.take(url.check(recipe, which, targets)));
        warnings.extend(of_url.unwrap_or_default());
    }
    invalid.take(check_events(settings.events.as_deref()));
    invalid.take(check_timeout(settings.timeout_ms));
    invalid.take(own_headers::check(&settings.headers, recipe, &settings.dialect_settings));
    if let Some(origin) = &settings.signed_origin
        && let Err(fault) = Origin::parse(origin)
    {
        invalid.push("signedOrigin", fault);
    }
    invalid.take(dialect_settings::check(&settings.dialect_settings, recipe, settings.callback_url.is_some()));
    invalid.into_result().map(|()| warnings)
}

/// Checks that a secret is a key of the form that a dialect decodes it to; told by this field.
pub fn check_key(recipe: Option<&Recipe>, secret: &SecretText, field: &str) -> Result<(), Invalid> {
    let signature = recipe.and_then(|recipe| recipe.signature());
    let checked = signature.map_or(Ok(()), |signature| signature.check_secret(secret));
    checked.map_err(|fault| Invalid::field(field, fault.to_string()))
}

/// Checks an endpoint's secret against the dialect that the endpoint is to have.
pub fn check_active_key(dialect: &str, catalog: &Catalog, endpoint: &Endpoint) -> Result<(), Invalid> {
    let Some(active) = endpoint.active_secret() else { return Ok(()) };
    check_key(catalog.get(dialect).map(AsRef::as_ref), &active.text, "dialect").map_err(|Invalid(faults)| {
        let fault = faults.first().map(|fault| fault.message.clone()).unwrap_or_default();
        Invalid::field("dialect", format!("cannot sign with the endpoint's active secret, which {fault}"))
    })
}

fn check_events(events: Option<&[String]>) -> Result<(), Invalid> {
    let mut invalid = Invalid::none();
    let Some(events) = events else {
        return Ok(());
    };
    if events.is_empty() || events.len() > MOST_EVENTS {
        let message = format!("must name 1 to {MOST_EVENTS} event types; leave it out for all of them");
        // Each is compared with all before it, so too many are not looked at one by one.
        return Err(Invalid::field("events", message));
    }
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'.' | b'-');
    for (index, event) in events.iter().enumerate() {
        let field = format!("events[{index}]");
        if event.is_empty() || event.len() > LONGEST_EVENT || !event.bytes().all(allowed) {
            invalid.push(field, format!("must have 1 to {LONGEST_EVENT} of a-z, 0-9, `_`, `.` and `-`"));
        } else if RESERVED_EVENTS.contains(&event.as_str()) {
            invalid.push(field, "is a reversal's; reversals follow the completions that were called back");
        } else if events.iter().take(index).any(|other| other == event) {
            invalid.push(field, "stands twice");
        }
    }
    invalid.into_result()
}

fn check_timeout(timeout_ms: Option<u64>) -> Result<(), Invalid> {
    if timeout_ms.is_none_or(|ms| TIMEOUT.contains(&ms)) {
        return Ok(());
    }
    let message = format!("must be a number of milliseconds from {} to {}", TIMEOUT.start(), TIMEOUT.end());
    Err(Invalid::field("timeoutMs", message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::amount::Decimal;
    use crate::domain::dialect::callback_url::CallbackUrl;
    use crate::domain::headers::Headers;

    fn faults(change: impl FnOnce(&mut EndpointSettings)) -> Vec<String> {
        let mut settings = EndpointSettings::new("besitos");
        settings.callback_url = Some(CallbackUrl::new("https://pub.example/pb"));
        change(&mut settings);
        match check_endpoint(&settings, &Catalog::builtin(), &TargetPolicy::default()) {
            Ok(_) => Vec::new(),
            Err(invalid) => invalid.0.into_iter().map(|fault| fault.field).collect(),
        }
    }

    #[test]
    fn every_fault_is_named_by_its_field_and_all_are_told_at_once() {
        let none: Vec<String> = Vec::new();
        assert_eq!(faults(|_| {}), none);
        let all = faults(|settings| {
            settings.callback_url = Some(CallbackUrl::new("https://127.0.0.1/"));
            settings.reversal_url = Some(CallbackUrl::new("https://pub.example/"));
            settings.events = Some(vec!["sale".to_owned(), "Sale".to_owned(), "refund".to_owned()]);
            settings.timeout_ms = Some(999);
            settings.headers = Headers(vec![("Host".to_owned(), "x".to_owned())]);
            settings.signed_origin = Some("https://a.example/path".to_owned());
            settings.dialect_settings = [("surfaceId".to_owned(), "s".to_owned())].into();
        });
        let expected = [
            "callbackUrl",
            "reversalUrl",
            "events[1]",
            "events[2]",
            "timeoutMs",
            "headers.Host",
            "signedOrigin",
            "surfaceId",
        ];
        assert_eq!(all, expected);
    }

    #[test]
    fn a_dialect_that_forwards_needs_the_remote_surface() {
        assert_eq!(faults(|settings| settings.dialect = "attribloom".to_owned()), ["surfaceId"]);
        assert_eq!(faults(|settings| settings.dialect = "bestios".to_owned()), ["dialect"]);
    }

    #[test]
    fn every_term_has_its_bounds() {
        let faults = |terms: AppSettings| {
            let faults = check_app(&AppSettings { name: "a".to_owned(), ..terms }, None).err().into_iter();
            faults.flat_map(|invalid| invalid.0).map(|fault| fault.field).collect::<Vec<_>>()
        };
        let rate = |text: &str| AppSettings { reward_rate: Decimal::parse(text), ..AppSettings::default() };
        assert_eq!(faults(AppSettings::default()), [""; 0]);
        assert_eq!(faults(rate("999999999.999999999")), [""; 0]);
        assert_eq!(faults(rate("1000000000")), ["rewardRate"]);
        assert_eq!(faults(rate("0.00")), ["rewardRate"]);
        let beyond = AppSettings {
            refund_window_days: 3_651,
            revenue_share_bps: Some(10_001),
            reward_decimals: 10,
            ..AppSettings::default()
        };
        assert_eq!(faults(beyond), ["refundWindowDays", "revenueShareBps", "rewardDecimals"]);
    }

    #[test]
    fn an_app_whose_name_would_be_refused_by_now_can_be_changed_in_everything_else() {
        let paused = AppSettings { paused: true, ..AppSettings::new("Kash\u{202e} wall") };
        assert_eq!(check_app(&paused, Some(&paused.name)), Ok(()));
        assert!(check_app(&paused, Some("Kash wall")).is_err_and(|invalid| invalid.0[0].field == "name"));
    }

    #[test]
    fn held_deliveries_wait_between_a_day_and_a_year() {
        for (days, fits) in [(0, false), (1, true), (365, true), (366, false)] {
            let settings = AppSettings { max_held_days: days, ..AppSettings::new("a") };
            assert_eq!(check_app(&settings, None).is_ok(), fits, "{days}");
        }
    }
}
