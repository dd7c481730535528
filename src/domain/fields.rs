//! The forms of single fields: how a text, an amount, an instant or pairs must be written in a JSON object.
//!
//! A reader gathers faults instead of stopping at the first, so that a caller learns all of them at once. It knows no
//! field by name.

use serde_json::value::RawValue;

use super::amount::{Decimal, Minor};
use super::invalid::{Invalid, shortened};
use super::json::Object;
use super::time::Timestamp;

/// Most pairs of `extra`.
pub const EXTRA_PAIRS: usize = 20;
/// Longest name of one, in bytes.
pub const EXTRA_NAME: usize = 64;
/// Longest value of one, in characters.
pub const EXTRA_VALUE: usize = 500;
/// Most digits of an integer amount: every such number fits 64 bits, and a sum of millions of them 128.
const MINOR_DIGITS: usize = 18;
/// How far ahead of our clock a reporter's clock may be, in milliseconds.
const AHEAD_MS: i64 = 5 * 60 * 1000;
/// 2000-01-01: no offer system is older, and what was sent in seconds would lie before it, in the January of 1970.
const EARLIEST_MS: i64 = 946_684_800_000;

/// Which instants a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instants {
    /// Not far ahead of now, nor long before there were offerwalls.
    Until(Timestamp),
    /// All: of a report that may have been recorded when other bounds, or another clock, held.
    Any,
}

impl Instants {
    fn fault(self, instant: Timestamp) -> Option<String> {
        let Self::Until(now) = self else { return None };
        if instant.as_millis() > now.as_millis().saturating_add(AHEAD_MS) {
            return Some(format!("lies more than 5 minutes ahead of the server's time {now}"));
        }
        let takes = "an integer is read as Unix milliseconds, not seconds";
        (instant.as_millis() < EARLIEST_MS).then(|| format!("lies before 2000-01-01 ({instant}): {takes}"))
    }
}

/// Reads fields one by one and gathers what is wrong with them.
pub struct Fields<'a> {
    object: &'a Object,
    faults: Invalid,
}

impl<'a> Fields<'a> {
    /// A reader of this object.
    pub fn of(object: &'a Object) -> Self {
        Self { object, faults: Invalid::none() }
    }

    /// All that was found wrong.
    pub fn into_faults(self) -> Invalid {
        self.faults
    }

    /// Notes every field that is not among the known ones.
    pub fn refuse_unknown(&mut self, known: &[&str]) {
        for (key, _) in &self.object.0 {
            if self.faults.is_full() {
                return;
            }
            if !known.contains(&key.as_str()) {
                // Comparing takes a step for every pair of letters.
                let compared = shortened(key);
                let nearest = known.iter().min_by_key(|name| strsim::levenshtein(name, &compared));
                let hint = nearest.map(|name| format!("; did you mean {name:?}?")).unwrap_or_default();
                self.faults.push(key.as_str(), format!("unknown field{hint}"));
            }
        }
    }

    /// The raw value, unless it is absent or null.
    fn raw(&self, name: &str) -> Option<&'a RawValue> {
        let (_, value) = self.object.0.iter().find(|(key, _)| key == name)?;
        (value.get() != "null").then_some(&**value)
    }

    /// A text of at most `longest` characters; empty counts as absent.
    pub fn text(&mut self, name: &str, longest: usize) -> Option<String> {
        let raw = self.raw(name)?;
        match checked_text(raw, longest) {
            Ok(text) => (!text.is_empty()).then_some(text),
            Err(reason) => {
                self.faults.push(name, reason);
                None
            }
        }
    }

    /// A text that must be there; what is answered when it is not is never used, because a fault was noted.
    pub fn required_text(&mut self, name: &str, longest: usize) -> String {
        let faults_before = self.faults.0.len();
        let text = self.text(name, longest);
        if text.is_none() && self.faults.0.len() == faults_before {
            self.faults.push(name, "is required");
        }
        text.unwrap_or_default()
    }

    /// A decimal, as a number or a text.
    pub fn decimal(&mut self, name: &str) -> Option<Decimal> {
        let raw = self.raw(name)?;
        let written = text(raw).unwrap_or_else(|| raw.get().to_owned());
        if written.is_empty() {
            return None;
        }
        let amount = Decimal::parse(&written);
        if amount.is_none() {
            self.faults
                .push(name, "must be a decimal of at most 18 digits before and 9 after the point, such as 100 or 0.10");
        }
        amount
    }

    /// An integer of minor units.
    pub fn minor(&mut self, name: &str) -> Option<Minor> {
        let raw = self.raw(name)?.get();
        let is_integer = raw.len() <= MINOR_DIGITS
            && raw.bytes().all(|byte| byte.is_ascii_digit())
            && (raw == "0" || !raw.starts_with('0'));
        let amount = if is_integer { raw.parse().ok() } else { None };
        if amount.is_none() {
            self.faults.push(name, "must be an integer of minor units (cents), 0 or more, of at most 18 digits");
        }
        amount
    }

    /// An RFC 3339 text or Unix milliseconds, within these bounds.
    pub fn instant(&mut self, name: &str, bounds: Instants) -> Option<Timestamp> {
        let raw = self.raw(name)?;
        let instant = match text(raw) {
            Some(text) if text.is_empty() => return None,
            Some(text) => Timestamp::parse_rfc3339(&text),
            None => raw.get().parse().ok().and_then(Timestamp::within_range),
        };
        let fault = match instant {
            None => Some("must be an RFC 3339 time or an integer of Unix milliseconds".to_owned()),
            Some(instant) => bounds.fault(instant),
        };
        fault.into_iter().for_each(|fault| self.faults.push(name, fault));
        instant
    }

    /// An object of texts.
    pub fn pairs(&mut self, name: &str) -> Vec<(String, String)> {
        let Some(raw) = self.raw(name) else { return Vec::new() };
        let Ok(Object(entries)) = serde_json::from_str::<Object>(raw.get()) else {
            self.faults.push(name, "must be an object of texts with distinct names");
            return Vec::new();
        };
        if entries.len() > EXTRA_PAIRS {
            self.faults.push(name, format!("has {} pairs; at most {EXTRA_PAIRS} are kept", entries.len()));
            return Vec::new();
        }
        let mut pairs = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
            if key.is_empty() || key.len() > EXTRA_NAME || !key.bytes().all(fits) {
                self.faults.push(format!("{name}.{key}"), "a name must match [A-Za-z0-9_-]{1,64}");
            } else {
                match checked_text(&value, EXTRA_VALUE) {
                    Ok(text) => pairs.push((key, text)),
                    Err(reason) => self.faults.push(format!("{name}.{key}"), reason),
                }
            }
        }
        pairs
    }
}

/// A JSON string without control characters and of at most `longest` characters, or what is wrong with it.
fn checked_text(raw: &RawValue, longest: usize) -> Result<String, String> {
    let text = text(raw).ok_or("must be a text")?;
    check_text(&text, longest).map(|()| text)
}

/// The text that a JSON string stands for; nothing if the value is none.
fn text(raw: &RawValue) -> Option<String> {
    let written = raw.get().strip_prefix('"')?.strip_suffix('"')?;
    // Most texts hold nothing that is escaped, and stand for themselves.
    if written.contains('\\') { serde_json::from_str(raw.get()).ok() } else { Some(written.to_owned()) }
}

/// What every text that is kept must be: of at most `longest` characters, none of them a control character.
pub fn check_text(text: &str, longest: usize) -> Result<(), String> {
    let length = text.chars().count();
    if length > longest {
        return Err(format!("has {length} characters; at most {longest} are allowed"));
    }
    match text.chars().find(|character| character.is_control()) {
        Some(control) => Err(format!("holds the control character U+{:04X}", u32::from(control))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_of_seconds_is_refused_with_the_unit_that_is_meant() {
        let now = Timestamp::from_millis(1_796_075_100_000);
        let read = |json: &str| {
            let object = Object::parse(format!(r#"{{"occurredAt": {json}}}"#).as_bytes()).unwrap();
            let mut fields = Fields::of(&object);
            let instant = fields.instant("occurredAt", Instants::Until(now));
            fields
                .into_faults()
                .into_result()
                .map(|()| instant.map(Timestamp::as_millis))
                .map_err(|fault| fault.to_string())
        };
        let told = read("1796075000").unwrap_err();
        assert!(told.contains("1970-01-21") && told.contains("Unix milliseconds, not seconds"), "{told}");
        assert!(read("\"1999-12-31T23:59:59Z\"").is_err());
        assert_eq!(read("946684800000"), Ok(Some(946_684_800_000)));
        assert_eq!(read("1796075000000"), Ok(Some(1_796_075_000_000)));
    }
}
