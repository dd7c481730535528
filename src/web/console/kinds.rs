//! What the fields of a form become in the object of the API's call: a browser sends nothing but texts.
//!
//! What is no number or no known word goes on as it was typed, so that the API's own words say what is wrong with it. Only what
//! a form writes in its own way (amounts, times, headers) is refused here, and nothing is ever guessed.

use serde_json::{Map, Number, Value};

use super::words::amounts;
use crate::domain::time::Timestamp;

/// What a field of a form becomes in the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text; left empty, it is not there.
    Text,
    /// Text of a change; left empty, it is null: back to the default.
    Resettable,
    /// A whole number; left empty, it is not there.
    Whole,
    /// A ticked box is true, any other false.
    Ticked,
    /// An amount in major units of this currency, as minor units.
    Amount(&'static str),
    /// A percentage, as hundredths of a percent; left empty, it is null.
    ResettablePercent,
    /// A time that was typed as UTC.
    Utc,
    /// Ticked boxes or choices of one name, as a list.
    Several,
    /// A whole number of a change; left empty, it is null.
    ResettableWhole,
    /// Words between commas or blanks, as a list; left empty, it is null.
    Words,
    /// Whole numbers between commas or blanks, as a list; left empty, it is null, and `none` is a list of none.
    Wholes,
    /// Lines, as a list; left empty, it is not there.
    Lines,
    /// Lines of `Name: value`, as an object; left empty, it is not there.
    Pairs,
}

/// The fields of a form: their names, which are the API's (`success.statuses` is a field of an object), and what they become.
pub type Shape<'a> = [(&'a str, Kind)];

impl Kind {
    /// What was typed becomes this, or nothing; or why it cannot.
    pub(super) fn value(self, values: Vec<String>) -> Result<Option<Value>, String> {
        let first = values.first().map_or("", String::as_str);
        Ok(match self {
            Self::Ticked => Some(Value::Bool(first == "true")),
            Self::Several => Some(values.into_iter().filter(|value| !value.is_empty()).collect()),
            Self::Resettable | Self::ResettableWhole | Self::ResettablePercent | Self::Words | Self::Wholes
                if first.trim().is_empty() =>
            {
                Some(Value::Null)
            }
            _ if first.trim().is_empty() => None,
            Self::Text | Self::Resettable => Some(Value::String(first.to_owned())),
            Self::Whole | Self::ResettableWhole => Some(whole(first.trim())),
            Self::Words => Some(words(first).collect()),
            Self::Wholes if first.trim() == "none" => Some(Value::Array(Vec::new())),
            Self::Wholes => Some(words(first).map(whole).collect()),
            Self::Lines => Some(first.lines().map(str::trim).filter(|line| !line.is_empty()).collect()),
            Self::Pairs => Some(pairs(first)?),
            Self::Amount(currency) => Some(amount(first, currency)?),
            Self::ResettablePercent => Some(percent(first)?),
            Self::Utc => Some(utc(first)?),
        })
    }
}

/// An amount in major units of a currency, as minor units; or what is wrong with it.
pub(super) fn amount(text: &str, currency: &str) -> Result<Value, String> {
    let amount = amounts::typed(text, currency);
    let amount = amount.ok_or_else(|| format!("must be an amount of {currency} such as {}", example(currency)))?;
    Ok(Number::from(amount).into())
}

fn percent(text: &str) -> Result<Value, String> {
    let share =
        amounts::digits(text, 2).ok_or("must be a percentage with at most two digits after the point, such as 62.5")?;
    Ok(Number::from(share).into())
}

fn pairs(text: &str) -> Result<Value, String> {
    let mut object = Map::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let (key, value) = line.split_once(':').ok_or("must be one header a line, such as X-Api-Key: value")?;
        object.insert(key.trim().to_owned(), value.trim().into());
    }
    Ok(object.into())
}

fn utc(text: &str) -> Result<Value, String> {
    // To the minute, or with seconds, as browsers send it.
    let whole = if text.len() == "2026-11-28T14:03".len() { format!("{text}:00Z") } else { format!("{text}Z") };
    let at = Timestamp::parse_rfc3339(&whole).ok_or("must be a time such as 2026-11-28T14:03")?;
    Ok(Value::String(at.to_string()))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty())
}

/// What is no number goes on as text, so that the API's own words say what is wrong with it.
fn whole(text: &str) -> Value {
    text.parse::<i64>().map_or_else(|_| text.into(), |number| Number::from(number).into())
}

fn example(currency: &str) -> String {
    amounts::major(1755, currency)
}
