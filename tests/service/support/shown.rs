//! How an answer is compared: with the fields that matter to a test ([`has`]), or whole, as a snapshot ([`shown`]).

use std::collections::HashMap;

use ringback::domain::ids;
use serde_json::Value;

/// A line of a snapshot is not longer than a line of code.
const WIDTH: usize = 110;
/// What is another in each run.
const UNSTEADY: [&str; 7] = ["durationMs", "next", "nextAttemptAt", "notBefore", "secret", "signatureStart", "token"];

/// A value has these fields with these values, whatever else it has; of a list, each item is compared.
#[track_caller]
pub(crate) fn has(value: &Value, expected: Value) {
    assert!(is_within(&expected, value), "{value:#}\nis not as expected: {expected:#}");
}

fn is_within(expected: &Value, value: &Value) -> bool {
    match (expected, value) {
        (Value::Object(fields), Value::Object(_)) => fields.iter().all(|(name, field)| is_within(field, &value[name])),
        (Value::Array(items), Value::Array(values)) => {
            items.len() == values.len() && items.iter().zip(values).all(|(item, value)| is_within(item, value))
        }
        _ => expected == value,
    }
}

/// A value as a snapshot shows it: as many fields on a line as fit; ids are numbered as they come, so that it can be
/// seen which are the same; what is another in each run is left out.
pub(crate) fn shown(value: &Value) -> String {
    let mut steady = value.clone();
    redact(&mut steady, &mut HashMap::new());
    written(&steady, 0, 0)
}

fn redact(value: &mut Value, known: &mut HashMap<String, String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                if UNSTEADY.contains(&name.as_str()) && !field.is_null() {
                    *field = "…".into();
                }
                redact(field, known);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| redact(item, known)),
        Value::String(text) => *text = numbered(text, known),
        _ => {}
    }
}

/// A text with `app_1` for the first id of an app, and so on, and without ports of this machine.
fn numbered(text: &str, known: &mut HashMap<String, String>) -> String {
    let is_between = |letter: char| !letter.is_ascii_alphanumeric() && letter != '_';
    let mut shown = String::new();
    for piece in text.split_inclusive(is_between) {
        let (word, after) = piece.split_at(piece.trim_end_matches(is_between).len());
        let is_random = |rest: &str| rest.len() >= 32 && rest.bytes().all(|byte| byte.is_ascii_hexdigit());
        match word.split_once('_').filter(|(_, rest)| ids::is_id(word) || is_random(rest)) {
            Some((kind, _)) => {
                let number = known.values().filter(|other| other.starts_with(kind)).count() + 1;
                shown += known.entry(word.to_owned()).or_insert_with(|| format!("{kind}_{number}"));
            }
            None if shown.ends_with("127.0.0.1:") => shown += "PORT",
            None => shown += word,
        }
        shown += after;
    }
    shown
}

/// A value that begins on a line of this indentation, behind `before` characters.
fn written(value: &Value, indent: usize, before: usize) -> String {
    let flat = flat(value);
    if indent + before + flat.len() <= WIDTH || !(value.is_object() || value.is_array()) {
        return flat;
    }
    let (indent, margin) = (indent + 2, " ".repeat(indent));
    let mut lines = Vec::new();
    let mut line = String::new();
    for (name, item) in items(value) {
        let item = written(item, indent, name.len());
        let fits = !line.is_empty() && !item.contains('\n') && indent + line.len() + name.len() + item.len() < WIDTH;
        if !fits {
            lines.push(std::mem::take(&mut line));
        }
        line += &format!("{}{name}{item},", if fits { " " } else { "" });
    }
    lines.push(line);
    let [open, close] = if value.is_object() { ["{", "}"] } else { ["[", "]"] };
    format!("{open}{}\n{margin}{close}", lines.join(&format!("\n  {margin}")))
}

fn flat(value: &Value) -> String {
    let items: Vec<String> = items(value).map(|(name, item)| name + &flat(item)).collect();
    match value {
        Value::Object(_) => format!("{{{}}}", items.join(", ")),
        Value::Array(_) => format!("[{}]", items.join(", ")),
        _ => value.to_string(),
    }
}

/// What an object or a list holds, each with what stands before it.
fn items(value: &Value) -> impl Iterator<Item = (String, &Value)> {
    let fields = value.as_object().into_iter().flatten().map(|(name, field)| (format!("{name}: "), field));
    fields.chain(value.as_array().into_iter().flatten().map(|item| (String::new(), item)))
}
