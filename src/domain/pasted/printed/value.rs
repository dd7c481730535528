//! A value as a language prints it, and what of it is a dictionary.

/// A value as it was printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::domain::pasted) enum Value<'a> {
    Text(String),
    /// Names with values, and all of it as it stands there.
    Map(Vec<(String, Value<'a>)>, &'a str),
    List(Vec<Value<'a>>),
}

pub(super) fn holds_map(value: &Value<'_>) -> bool {
    match value {
        Value::Text(_) => false,
        Value::Map(pairs, _) => !pairs.is_empty(),
        Value::List(items) => items.iter().any(holds_map),
    }
}

/// The text that a name is: PHP puts names in brackets.
pub(super) fn text_of(name: &Value<'_>) -> Option<String> {
    match name {
        Value::Text(text) => Some(text.clone()),
        Value::List(items) => match items.as_slice() {
            [Value::Text(text)] => Some(text.clone()),
            _ => None,
        },
        Value::Map(..) => None,
    }
}

/// A list of pairs is a dictionary: of `(name, value)`, or of `{"name": …, "value": …}` as browsers and tools write headers.
pub(super) fn as_pairs<'a>(items: Vec<Value<'a>>, whole: &'a str) -> Value<'a> {
    let pair = |item: &Value<'a>| match item {
        Value::List(two) => match two.as_slice() {
            [Value::Text(name), value] => Some((name.clone(), value.clone())),
            _ => None,
        },
        Value::Map(pairs, _) => {
            let of = |wanted: &[&str]| {
                let found = pairs.iter().find(|(name, _)| wanted.iter().any(|known| name.eq_ignore_ascii_case(known)));
                found.map(|(_, value)| value.clone())
            };
            match (of(&["name", "key"]), of(&["value"])) {
                (Some(Value::Text(name)), Some(value)) => Some((name, value)),
                _ => None,
            }
        }
        Value::Text(_) => None,
    };
    let pairs: Option<Vec<_>> = items.iter().map(pair).collect();
    match pairs.filter(|pairs| !pairs.is_empty()) {
        Some(pairs) => Value::Map(pairs, whole),
        None => Value::List(items),
    }
}
