//! Words of a file that its reader takes and makes nothing of: whoever wrote them meant something, so they are refused, by their
//! place, where a file is taken in. One that was published before is read without this.

use toml::{Table, Value};

use super::Finding;
use super::file::{RecipeFile, ValueWritten};
use super::finding::Findings;
use crate::domain::dialect::format::Format;
use crate::domain::strict_json::unknown;

/// What a run of waits is written by.
const WAITS: [&str; 2] = ["every", "times"];
/// What an acknowledgement is written by; the API has other spellings, which no file has.
const SUCCESS: [&str; 3] = ["statuses", "body_is", "body_contains"];

/// Everything that would go unheard.
pub(super) fn found(file: &RecipeFile, text: &str) -> Vec<Finding> {
    let mut swallowed = Swallowed(Findings::default());
    swallowed.values("placeholders", &file.placeholders, Kind::Placeholder);
    swallowed.values("headers", &file.headers, Kind::Header);
    let beside = file.signature.as_ref().map(|signature| signature.headers.as_slice());
    swallowed.values("signature.headers", beside.unwrap_or_default(), Kind::Header);
    swallowed.values("body", &file.body, Kind::Body);
    if let Ok(table) = toml::from_str::<Table>(text) {
        swallowed.table(&table);
    }
    swallowed.0.into_vec()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Placeholder,
    Header,
    Body,
}

struct Swallowed(Findings);

impl Swallowed {
    fn values(&mut self, list: &str, values: &[ValueWritten], kind: Kind) {
        for (at, value) in values.iter().enumerate() {
            let place = format!("{list}[{at}]");
            let of_body = [("number", value.number), ("fields", !value.fields.is_empty())];
            let of_placeholders = [
                ("meaning", value.meaning.is_some()),
                ("hidden", value.hidden),
                ("reversal_only", value.reversal_only),
            ];
            if kind != Kind::Body {
                self.misplaced(&place, &of_body, "is a word of body fields alone");
            }
            if kind != Kind::Placeholder {
                self.misplaced(&place, &of_placeholders, "is a word of placeholders alone");
            }
            if kind == Kind::Body && !value.fields.is_empty() {
                self.misplaced(&place, &own_value(value), "stands beside `fields`: an object has no value of its own");
                self.values(&format!("{place}.fields"), &value.fields, kind);
            }
        }
    }

    fn misplaced(&mut self, place: &str, words: &[(&str, bool)], fault: &str) {
        for (word, _) in words.iter().filter(|(_, is_said)| *is_said) {
            self.0.push(format!("{place}.{word}"), fault);
        }
    }

    fn table(&mut self, file: &Table) {
        if file.get("brackets").and_then(Value::as_array).is_some_and(|marks| marks.len() != 2) {
            self.0.push("brackets", "must be two: what opens a placeholder, and what closes it");
        }
        let waits = file.get("retry_seconds").and_then(Value::as_array).into_iter().flatten().enumerate();
        for (at, run) in waits.filter_map(|(at, wait)| Some((at, wait.as_table()?))) {
            let place = format!("retry_seconds[{at}]");
            self.known(run, &place, &WAITS);
            if run.get("times").and_then(Value::as_integer) == Some(0) {
                self.0.push(format!("{place}.times"), "must be 1 or more");
            }
        }
        if let Some(success) = file.get("success").and_then(Value::as_table) {
            self.known(success, "success", &SUCCESS);
        }
    }

    fn known(&mut self, table: &Table, place: &str, known: &[&str]) {
        for word in table.keys().filter(|word| !known.contains(&word.as_str())) {
            self.0.push(format!("{place}.{word}"), unknown(word, known));
        }
    }
}

/// What a field says of a value of its own.
fn own_value(value: &ValueWritten) -> [(&'static str, bool); 9] {
    [
        ("value", value.value.is_some()),
        ("otherwise", value.otherwise.is_some()),
        ("format", value.format != Format::Plain),
        ("number", value.number),
        ("absent", value.absent.is_some()),
        ("when_completed", value.when_completed.is_some()),
        ("when_event", !value.when_event.is_empty()),
        ("when_reversed", value.when_reversed.is_some()),
        ("when_test", value.when_test.is_some()),
    ]
}
