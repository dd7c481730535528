//! The bounds of a recipe: how long, how many, how deep. They are asked of the file as it is written, before any word of it is
//! understood, so that whatever is handed in costs no more than reading it once.

mod shape;
mod words;

use serde_json::Value;
use toml::{Table, Value as Written};

use super::super::recipe::{Finding, Findings, WHOLE};
use super::super::text_of::TextOf;
use crate::domain::retry::DocumentedSchedule;
use shape::deepest;

/// Longest file, in bytes.
const TEXT: usize = 32 * 1024;
/// How deep its tables and lists may go: a body's four levels, in the table that holds them.
const DEEPEST: usize = 16;
/// Most vectors, and most bytes of all of them.
const VECTORS: usize = 64;
const VECTORS_BYTES: usize = 256 * 1024;

const PLACEHOLDERS: usize = 64;
const SETTINGS: usize = 16;
/// Parameters of a list.
const PARAMETERS: usize = 40;
/// Event types that are told apart, whether by a list or by a word.
const EVENT_TYPES: usize = 20;
/// Headers, the one that carries the signature among them.
const HEADERS: usize = 10;
const BODY_FIELDS: usize = 100;
const BODY_LEVELS: usize = 4;
/// Longest signed text, in characters, and its most parts.
const SIGNED: usize = 1_000;
const SIGNED_PARTS: usize = 32;
/// Longest token that an answer is searched for, in bytes.
const TOKEN: usize = 64;
/// Shortest and longest time-out.
const SECONDS: std::ops::RangeInclusive<i64> = 1..=60;

/// Everything that is out of bounds, or the fault that keeps the file from being read as TOML.
pub(super) fn check(recipe: &str, vectors: &[Value]) -> Result<(), Vec<Finding>> {
    let mut findings = Findings::default();
    if recipe.len() > TEXT {
        findings.push(WHOLE, format!("has {} bytes; at most {TEXT} are taken", recipe.len()));
    } else if deepest(recipe) > DEEPEST {
        findings.push(WHOLE, format!("goes deeper than {DEEPEST} tables and lists"));
    }
    check_vectors(vectors, &mut findings);
    findings.into_result()?;
    let file: Table = toml::from_str(recipe).map_err(|error| vec![Finding::unreadable(recipe, &error)])?;
    let mut bounds = Bounds { findings: Findings::default(), event_types: Vec::new(), beyond: None, body_fields: 0 };
    bounds.file(&file);
    bounds.findings.into_result()
}

fn check_vectors(vectors: &[Value], findings: &mut Findings) {
    if vectors.len() > VECTORS {
        findings.push("vectors", format!("has {} vectors; at most {VECTORS} are taken", vectors.len()));
    }
    let bytes: usize = vectors.iter().map(|vector| vector.to_string().len()).sum();
    if bytes > VECTORS_BYTES {
        findings.push("vectors", format!("has {bytes} bytes; at most {VECTORS_BYTES} are taken"));
    }
}

struct Bounds {
    findings: Findings,
    /// Every event type that is told apart, once.
    event_types: Vec<String>,
    /// Where the first stands that is one too many.
    beyond: Option<String>,
    body_fields: usize,
}

impl Bounds {
    fn file(&mut self, file: &Table) {
        self.most(file, "placeholders", PLACEHOLDERS);
        self.most(file, "settings", SETTINGS);
        for list in ["appended", "appended_on_test"] {
            self.most(file, list, PARAMETERS);
        }
        if let Some(Written::Table(lists)) = file.get("parameters") {
            for (event_type, list) in lists {
                self.tells_apart(event_type, "parameters");
                self.items(list, &format!("parameters.{event_type}"), PARAMETERS);
            }
        }
        let signature = file.get("signature").and_then(Written::as_table);
        if let Some(signature) = signature {
            self.signature(signature);
        }
        self.headers(file, signature);
        self.body(file.get("body"), "body", 1);
        if self.body_fields > BODY_FIELDS {
            self.findings.push("body", format!("has {} fields; at most {BODY_FIELDS} are taken", self.body_fields));
        }
        self.times(file);
        let token = file.get("success").and_then(Written::as_table).and_then(|success| success.get("body_contains"));
        if token.and_then(Written::as_str).is_some_and(|token| !(1..=TOKEN).contains(&token.len())) {
            self.findings.push("success.body_contains", format!("must have 1 to {TOKEN} bytes"));
        }
        for (key, value) in file {
            self.words(value, key, key);
        }
        if let Some(place) = self.beyond.take() {
            let fault = format!("{} event types are told apart; at most {EVENT_TYPES} are", self.event_types.len());
            self.findings.push(place, fault);
        }
    }

    fn signature(&mut self, signature: &Table) {
        self.most_of(signature, "signature", "appended", PARAMETERS);
        let signs = signature.get("signs").and_then(Written::as_table);
        let text = signs.and_then(|signs| signs.get("text")).and_then(|text| text.get("of")).and_then(Written::as_str);
        if let Some(text) = text {
            let characters = text.chars().count();
            if characters > SIGNED {
                let fault = format!("has {characters} characters; at most {SIGNED} are signed");
                self.findings.push("signature.signs.text.of", fault);
            }
            let parts = TextOf::try_from(text.to_owned()).map(|text| text.pieces().len()).unwrap_or_default();
            if parts > SIGNED_PARTS {
                let fault = format!("has {parts} parts; at most {SIGNED_PARTS} are signed");
                self.findings.push("signature.signs.text.of", fault);
            }
        }
        let query = signs.and_then(|signs| signs.get("query")).and_then(|query| query.get("only"));
        query.into_iter().for_each(|only| self.items(only, "signature.signs.query.only", PARAMETERS));
    }

    fn headers(&mut self, file: &Table, signature: Option<&Table>) {
        let listed = |table: &Table| table.get("headers").and_then(Written::as_array).map_or(0, Vec::len);
        let travels = signature.and_then(|signature| signature.get("travels"));
        let carries = usize::from(travels.is_some_and(|travels| travels.get("header").is_some()));
        let all = listed(file) + signature.map_or(0, listed) + carries;
        if all > HEADERS {
            self.findings.push(
                "headers",
                format!("has {all} headers, that of the signature among them; at most {HEADERS} are sent"),
            );
        }
    }

    fn body(&mut self, fields: Option<&Written>, place: &str, level: usize) {
        let Some(fields) = fields.and_then(Written::as_array) else { return };
        if level > BODY_LEVELS {
            return self.findings.push(place, format!("goes deeper than {BODY_LEVELS} levels"));
        }
        self.body_fields += fields.len();
        for (at, field) in fields.iter().enumerate() {
            self.body(field.get("fields"), &format!("{place}[{at}].fields"), level + 1);
        }
    }

    fn times(&mut self, file: &Table) {
        let timeout = file.get("timeout_seconds").and_then(Written::as_integer);
        if timeout.is_some_and(|seconds| !SECONDS.contains(&seconds)) {
            self.findings.push("timeout_seconds", format!("must be {} to {} seconds", SECONDS.start(), SECONDS.end()));
        }
        if let Some(waits) = file.get("retry_seconds")
            && let Err(error) = waits.clone().try_into::<DocumentedSchedule>()
        {
            let fault = error.message().trim().to_owned();
            self.findings.push("retry_seconds", fault.strip_prefix("retrySchedule: ").unwrap_or(&fault));
        }
    }

    fn tells_apart(&mut self, event_type: &str, place: &str) {
        if event_type != "other" && !self.event_types.iter().any(|known| known == event_type) {
            self.event_types.push(event_type.to_owned());
            if self.event_types.len() > EVENT_TYPES && self.beyond.is_none() {
                self.beyond = Some(place.to_owned());
            }
        }
    }

    fn most(&mut self, table: &Table, key: &str, most: usize) {
        table.get(key).into_iter().for_each(|list| self.items(list, key, most));
    }

    fn most_of(&mut self, table: &Table, inside: &str, key: &str, most: usize) {
        table.get(key).into_iter().for_each(|list| self.items(list, &format!("{inside}.{key}"), most));
    }

    fn items(&mut self, list: &Written, place: &str, most: usize) {
        let items = list.as_array().map_or(0, Vec::len);
        if items > most {
            self.findings.push(place, format!("has {items}; at most {most} are taken"));
        }
    }
}
