//! How long each name and each word of a file may be, by the key that it stands under.

use toml::Value as Written;

use super::Bounds;

/// Longest name, in characters.
const NAME: usize = 64;
/// Longest fixed word, in characters.
const WORD: usize = 256;

impl Bounds {
    /// Every name and every word, wherever it stands, by the key that it stands under.
    pub(super) fn words(&mut self, value: &Written, key: &str, place: &str) {
        match value {
            Written::String(text) => {
                for (text, (what, most)) in bounded(text, key).into_iter().flatten() {
                    if text.chars().count() > most {
                        self.findings.push(place, format!("has {what} of more than {most} characters"));
                    }
                }
            }
            Written::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    self.words(item, key, &format!("{place}[{at}]"));
                }
            }
            Written::Table(table) => {
                for (inside, item) in table {
                    let inner = format!("{place}.{inside}");
                    if inside.chars().count() > NAME {
                        self.findings.push(place, format!("holds a name of more than {NAME} characters"));
                        // It would be a part of every place below.
                        return;
                    }
                    if key == "when_event" {
                        self.tells_apart(inside, place);
                    }
                    // What stands in a list by event type is bounded like any other list; its key is the publisher's own word.
                    let key = if matches!(key, "parameters" | "when_event") { key } else { inside };
                    self.words(item, key, &inner);
                }
            }
            Written::Integer(_) | Written::Float(_) | Written::Boolean(_) | Written::Datetime(_) => {}
        }
    }
}

/// What a text under this key is made of, each with its most characters; nothing where only people read it, which the file
/// bounds.
fn bounded<'a>(text: &'a str, key: &str) -> [Option<(&'a str, (&'static str, usize))>; 2] {
    const A_NAME: (&str, usize) = ("a name", NAME);
    const A_MARK: (&str, usize) = ("a text", NAME);
    const A_WORD: (&str, usize) = ("a word", WORD);
    match key {
        // The signed text is bounded above.
        "about" | "meaning" | "sources" | "of" => [None, None],
        "name"
        | "title"
        | "payout_currency"
        | "query"
        | "placeholder"
        | "only"
        | "leave_out_empty"
        | "told_by"
        | "zero_payout_told_by" => [Some((text, A_NAME)), None],
        "brackets" | "secret_prefix" | "base64_after" => [Some((text, A_MARK)), None],
        "value" | "otherwise" | "required" => {
            let name = text.strip_prefix("extra.").or_else(|| text.strip_prefix("setting.")).unwrap_or(text);
            [Some((name, A_NAME)), None]
        }
        // A name, or a name with a fixed word behind it.
        "appended" | "appended_on_test" | "parameters" => match text.split_once('=') {
            Some((name, word)) => [Some((name, A_NAME)), Some((word, A_WORD))],
            None => [Some((text, A_NAME)), None],
        },
        _ => [Some((text, A_WORD)), None],
    }
}
