//! What happens to numbers: languages print the same one in many forms.

use super::code::{Code, Mistake};
use super::ground::{Ground, Queries};
use super::members::{name_of, replaced};
use super::reading::Reading;
use crate::domain::dialect::format::Format;
use crate::domain::encoding::{decode, encode};

/// So many parameters are looked at one by one.
const MOST: usize = 40;
/// So many zeros at the end of a number are known to be added or cut off.
const MOST_DECIMALS: usize = 4;
/// No amount and no instant has more digits.
const MOST_DIGITS: usize = 40;

/// Numbers in the other forms in which languages print them: all as the dialect writes them, or one by one.
pub(super) fn reformatted(ground: &Ground<'_>, reading: &Reading) -> Vec<Reading> {
    let mut queries = Queries::of(reading);
    let pairs = reading.pairs();
    if reading.mistakes.iter().all(|mistake| mistake.code != Code::NumberReformatted) {
        for decimals in [None, Some(2), Some(1)] {
            all_at_once(ground, &pairs, decimals, &mut queries);
        }
    }
    for (at, pair) in pairs.iter().enumerate().take(MOST) {
        let Some((name, value)) = pair.split_once('=') else { continue };
        for other in forms(&decode(value)) {
            queries.add(replaced(&pairs, at, &format!("{name}={}", encode(&other))), || {
                mistake(&[(name_of(pair), other.clone(), value)])
            });
        }
    }
    queries.done()
}

/// All numbers at once: those that the dialect writes with so many decimals, or all that have a fraction with this many.
fn all_at_once(ground: &Ground<'_>, pairs: &[&str], decimals: Option<usize>, queries: &mut Queries<'_>) {
    let mut changed = Vec::new();
    let other = |name: &str, value: &str| {
        let number = Number::read(&decode(value))?;
        let wanted = match decimals {
            None => decimals_of(ground, &decode(name))?,
            Some(decimals) => (!number.fraction.is_empty()).then_some(decimals)?,
        };
        number.with_decimals(wanted).filter(|other| *other != decode(value))
    };
    let mut query = Vec::new();
    for pair in pairs {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        match other(name, value) {
            Some(other) => {
                query.push(format!("{name}={}", encode(&other)));
                changed.push((decode(name), other, value));
            }
            None => query.push((*pair).to_owned()),
        }
    }
    if changed.len() > 1 {
        queries.add(query.join("&"), || mistake(&changed));
    }
}

/// How many decimals the dialect writes in a parameter, where it always writes as many.
fn decimals_of(ground: &Ground<'_>, parameter: &str) -> Option<usize> {
    let template = ground.seen.template.as_deref().filter(|template| !template.is_bare());
    let own = template.and_then(|template| template.parameters().iter().find(|own| own.decoded_name() == parameter));
    let placeholder = match template {
        Some(_) => own?.sole_placeholder()?,
        None => parameter,
    };
    match &ground.seen.recipe.placeholder(placeholder)?.rule.format {
        Format::Major(decimals) => usize::try_from(*decimals).ok(),
        Format::Fixed(decimals) => Some(*decimals),
        Format::Integer => Some(0),
        _ => None,
    }
}

fn mistake(changed: &[(String, String, &str)]) -> Mistake {
    let one = |(name, signed, received): &(String, String, &str)| {
        format!("{name} was signed as {signed} but received as {received}")
    };
    let all: Vec<String> = changed.iter().take(MOST).map(one).collect();
    Mistake::new(Code::NumberReformatted, format!("{}: keep numbers as text.", all.join(", ")))
}

/// A number in its digits.
struct Number {
    minus: bool,
    whole: String,
    fraction: String,
}

impl Number {
    /// Reads a number in any form that languages print one in; nothing if it is none.
    fn read(text: &str) -> Option<Self> {
        let text = text.trim().trim_matches('"');
        let (minus, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        if digits.len() > MOST_DIGITS || !digits.contains(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (digits, 0),
        };
        let (whole, fraction) = parted(mantissa).filter(|_| mantissa.contains(|c: char| c.is_ascii_digit()))?;
        let shift = usize::try_from(exponent).ok().filter(|shift| *shift <= MOST_DIGITS)?;
        let (moved, left) = fraction.split_at(fraction.len().min(shift));
        let zeros = "0".repeat(shift - moved.len());
        let whole = format!("{whole}{moved}{zeros}");
        let trimmed = whole.trim_start_matches('0');
        let whole = if trimmed.is_empty() { "0" } else { trimmed }.to_owned();
        Some(Self { minus, whole, fraction: left.to_owned() })
    }

    /// The same with so many decimals; nothing if that would be another number.
    fn with_decimals(&self, decimals: usize) -> Option<String> {
        let significant = self.fraction.trim_end_matches('0');
        if significant.len() > decimals {
            return None;
        }
        let (minus, point) = (if self.minus { "-" } else { "" }, if decimals == 0 { "" } else { "." });
        Some(format!("{minus}{}{point}{significant:0<decimals$}", self.whole))
    }
}

/// What stands before and behind the decimal point, which some languages write as a comma, and others group digits by.
fn parted(mantissa: &str) -> Option<(String, String)> {
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let grouped = |text: &str| text.split([',', ' ', '\'', '\u{a0}']).all(is_digits);
    let ungrouped = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    match mantissa.split_once('.') {
        Some((whole, fraction)) if grouped(whole) && is_digits(fraction) => {
            Some((ungrouped(whole), fraction.to_owned()))
        }
        Some(_) => None,
        None => match mantissa.rsplit_once(',') {
            Some((whole, fraction)) if grouped(whole) && is_digits(fraction) && fraction.len() != 3 => {
                Some((ungrouped(whole), fraction.to_owned()))
            }
            _ => grouped(mantissa).then(|| (ungrouped(mantissa), String::new())),
        },
    }
}

/// The other forms of a number.
fn forms(value: &str) -> Vec<String> {
    let Some(number) = Number::read(value) else { return Vec::new() };
    let shortest = number.fraction.trim_end_matches('0').len();
    let forms = (shortest..=MOST_DECIMALS.max(shortest)).filter_map(|decimals| number.with_decimals(decimals));
    forms.filter(|form| form != value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_known_in_every_form_in_which_languages_print_it() {
        for (received, signed) in [
            ("17.5", "17.50"),
            ("17.500", "17.5"),
            ("60", "60.00"),
            ("60.0", "60"),
            ("0", "0.00"),
            (".5", "0.5"),
            ("-2.5", "-2.50"),
            ("1,250.5", "1250.50"),
            ("1,250", "1250"),
            ("17,5", "17.50"),
            ("1.7198592e+12", "1719859200000"),
            ("007", "7"),
            ("\"100\"", "100.0"),
        ] {
            assert!(forms(received).contains(&signed.to_owned()), "{received}: {:?}", forms(received));
        }
        for text in ["", "tx-1", "1.2.3", "e5", "-", "12a", "1e-5"] {
            assert_eq!(forms(text), Vec::<String>::new(), "{text}");
        }
    }
}
