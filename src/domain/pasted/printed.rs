//! Dictionaries as languages print them: JSON, and what Python, Ruby, PHP, JavaScript and Java make of one.
//!
//! It reads what looks like names and values in brackets and forgives everything else: the texts come from logs, cut off and
//! with words around them. What stands there means nothing yet.

mod value;

pub(super) use value::Value;
use value::{as_pairs, holds_map, text_of};

/// So deep are brackets followed.
const DEEPEST: usize = 12;
/// So many values are read of one paste.
const MOST: usize = 4_000;
/// So many dictionaries are looked for in one paste.
const MOST_STARTS: usize = 20;
/// So often is each byte looked at: brackets that nothing closes are begun again within themselves.
const MOST_PASSES: usize = 32;

/// Every dictionary that is not within another one.
pub(super) fn read(text: &str) -> Vec<Value<'_>> {
    let mut found = Vec::new();
    let mut reader = Reader { text, at: 0, left: MOST, steps: MOST_PASSES * text.len() };
    while let Some(start) = text[reader.at..].find(['{', '[', '(']).map(|at| reader.at + at) {
        if found.len() >= MOST_STARTS || reader.left == 0 || reader.steps == 0 {
            break;
        }
        reader.at = start;
        match reader.container(0) {
            Some(value) if holds_map(&value) => found.push(value),
            // A bracket in a sentence: what stands within may be one.
            _ => reader.at = start + 1,
        }
    }
    found
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// So many values may still be read.
    left: usize,
    /// So many bytes may still be looked at.
    steps: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip(&mut self, count: usize) {
        self.at += count;
    }

    fn skip_blanks(&mut self) {
        let blanks = self.rest().len() - self.rest().trim_start().len();
        self.looked_at(blanks);
        self.skip(blanks);
    }

    fn looked_at(&mut self, bytes: usize) {
        self.steps = self.steps.saturating_sub(bytes);
    }

    /// What stands in brackets, up to the one that closes them or the text's end.
    fn container(&mut self, depth: usize) -> Option<Value<'a>> {
        let start = self.at;
        let close = match self.rest().chars().next()? {
            '{' => '}',
            '[' => ']',
            '(' => ')',
            _ => return None,
        };
        if depth >= DEEPEST || self.steps == 0 {
            return None;
        }
        self.skip(1);
        let (mut pairs, mut items) = (Vec::new(), Vec::new());
        loop {
            self.skip_blanks();
            let Some(next) = self.rest().chars().next() else { break };
            if next == close {
                self.skip(1);
                break;
            }
            if matches!(next, ',' | ';' | '}' | ']' | ')') {
                self.skip(1);
                continue;
            }
            self.left = self.left.checked_sub(1)?;
            let before = self.at;
            let name = self.value(depth + 1, true)?;
            self.skip_blanks();
            let is_named = ["=>", ":", "="].iter().find(|mark| self.rest().starts_with(**mark)).copied();
            match (is_named, text_of(&name)) {
                (Some(mark), Some(name)) => {
                    self.skip(mark.len());
                    let value = self.named_value(depth + 1, mark)?;
                    pairs.push((name, value));
                }
                _ => items.push(name),
            }
            if self.at == before {
                self.skip(next.len_utf8());
            }
        }
        let whole = &self.text[start..self.at];
        Some(match pairs.is_empty() {
            true => as_pairs(items, whole),
            false => Value::Map(pairs, whole),
        })
    }

    /// What stands behind a name.
    fn named_value(&mut self, depth: usize, mark: &str) -> Option<Value<'a>> {
        // PHP prints one pair a line, its texts without quotes.
        if mark == "=>" {
            let end = self.rest().find(['\n', '"', '\'']).unwrap_or(self.rest().len());
            self.looked_at(end);
            let line = self.rest()[..end].trim();
            let is_quoted = self.rest()[end..].starts_with(['"', '\'']);
            let is_bare = !is_quoted && !line.is_empty() && !line.starts_with(['{', '[', '(']);
            if is_bare && !line.contains("=>") && line != "Array" {
                self.skip(end);
                return Some(Value::Text(line.trim_end_matches(',').to_owned()));
            }
        }
        self.skip_blanks();
        self.value(depth, false)
    }

    /// A text or what stands in brackets, behind the words that languages print before either.
    fn value(&mut self, depth: usize, is_name: bool) -> Option<Value<'a>> {
        let Some(next) = self.rest().chars().next() else { return Some(Value::Text(String::new())) };
        match next {
            '"' | '\'' => Some(Value::Text(self.quoted(next))),
            '{' | '[' | '(' => self.container(depth),
            _ => {
                let bare = self.bare(is_name);
                self.skip_blanks_in_line();
                let is_label = !bare.is_empty() && (is_word(&bare) || bare.ends_with(')'));
                match self.rest().chars().next() {
                    // `b'…'`, `string(64) "…"`, `Headers([…])`, `Array (…)`.
                    Some(quote @ ('"' | '\'')) if is_label && !is_name => Some(Value::Text(self.quoted(quote))),
                    Some('{' | '[' | '(') if is_label && !is_name => self.container(depth),
                    _ => Some(Value::Text(bare)),
                }
            }
        }
    }

    fn skip_blanks_in_line(&mut self) {
        let behind = self.rest().trim_start_matches([' ', '\t', '\n']);
        let blanks = self.rest().len() - behind.len();
        self.looked_at(blanks);
        if behind.starts_with(['"', '\'', '{', '[', '(']) {
            self.skip(blanks);
        }
    }

    /// A text without quotes, up to what separates values.
    fn bare(&mut self, is_name: bool) -> String {
        let rest = self.rest();
        let mut is_open = false;
        let mut ends = |(at, c): (usize, char)| {
            let next = rest[at + c.len_utf8()..].chars().next();
            match c {
                ',' => next.is_none_or(|next| next.is_whitespace() || matches!(next, '"' | '\'' | '{' | '[')),
                '(' => {
                    is_open = true;
                    !is_name && next.is_none_or(|next| !next.is_ascii_digit())
                }
                ')' => !is_open,
                '\n' | '\r' | '}' | ']' | '{' | '[' | '"' | '\'' => true,
                ':' | '=' => is_name,
                c => is_name && c.is_whitespace(),
            }
        };
        let end = rest.char_indices().find_map(|(at, c)| ends((at, c)).then_some(at)).unwrap_or(rest.len());
        self.looked_at(end);
        self.skip(end);
        rest[..end].trim().to_owned()
    }

    /// A text in quotes, with what stands for other characters in it.
    fn quoted(&mut self, quote: char) -> String {
        self.skip(1);
        let rest = self.rest();
        let mut text = String::new();
        let mut chars = rest.char_indices();
        while let Some((at, c)) = chars.next() {
            if c == quote {
                self.looked_at(at + 1);
                self.skip(at + 1);
                return text;
            }
            if c != '\\' {
                text.push(c);
                continue;
            }
            match chars.next().map(|(_, c)| c) {
                Some('n') => text.push('\n'),
                Some('r') => text.push('\r'),
                Some('t') => text.push('\t'),
                Some(kind @ ('u' | 'x')) => {
                    let digits = if kind == 'u' { 4 } else { 2 };
                    let code = rest.get(at + 2..at + 2 + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
                    match code {
                        Some(high) => {
                            chars.nth(digits - 1);
                            text.push(paired(high, &rest[at + 2 + digits..], &mut chars));
                        }
                        None => text.extend(['\\', kind]),
                    }
                }
                Some(c) => text.push(c),
                None => {}
            }
        }
        self.looked_at(rest.len());
        self.at = self.text.len();
        text
    }
}

/// The character of a code, where that is the first half of a pair with the one behind it.
fn paired(high: u32, behind: &str, chars: &mut std::str::CharIndices<'_>) -> char {
    let low =
        behind.strip_prefix("\\u").and_then(|rest| rest.get(..4)).and_then(|hex| u32::from_str_radix(hex, 16).ok());
    if let (0xd800..=0xdbff, Some(low @ 0xdc00..=0xdfff)) = (high, low) {
        chars.nth(5);
        let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
        return char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    }
    char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn is_word(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(text: &str) -> usize {
        let mut reader = Reader { text, at: 0, left: MOST, steps: usize::MAX };
        let mut start = 0;
        while let Some(at) = text[start..].find(['{', '[', '(']).map(|at| start + at) {
            reader.at = at;
            start = if reader.container(0).is_some_and(|value| holds_map(&value)) { reader.at } else { at + 1 };
        }
        usize::MAX - reader.steps
    }

    #[test]
    fn each_byte_is_looked_at_a_few_times_however_brackets_stand() {
        let blanks = " ".repeat(65_000);
        for text in [
            format!("{}a{blanks}\"", "[".repeat(12)),
            format!("{}a{blanks}", "[".repeat(12)),
            format!("{{{}({}", "a".repeat(30_000), ")".repeat(30_000)),
            format!("[a=>{}b=>{blanks}c", "x".repeat(100)),
        ] {
            assert!(steps(&text) < MOST_PASSES * text.len(), "{}: {}", &text[..16], steps(&text));
        }
        let again = "[a,".repeat(20_000);
        assert!(read(&again).is_empty());
    }
}
