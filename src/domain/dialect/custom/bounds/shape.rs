//! How deep a TOML file goes, told from its characters alone: a parser would build what it reads, and whoever drops it again
//! goes as deep.

/// How many brackets stand open at a time, or how many names are joined by dots, at the most. Text in quotes and comments do
/// not count; where quotes are not closed, no parser reads on either.
pub(super) fn deepest(text: &str) -> usize {
    let mut deepest = 0;
    let mut open: usize = 0;
    let mut dots: usize = 0;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = match c {
            '#' => rest.find('\n').map_or("", |at| &rest[at..]),
            '"' | '\'' => behind_text(rest, c),
            _ => {
                match c {
                    '[' | '{' => open += 1,
                    ']' | '}' => open = open.saturating_sub(1),
                    '.' => dots += 1,
                    '\n' | '=' | ',' => dots = 0,
                    _ => {}
                }
                &rest[c.len_utf8()..]
            }
        };
        deepest = deepest.max(open).max(dots);
    }
    deepest
}

/// What stands behind a text in quotes.
fn behind_text(text: &str, quote: char) -> &str {
    let long = if quote == '"' { "\"\"\"" } else { "'''" };
    let (inside, end) = match text.strip_prefix(long) {
        Some(inside) => (inside, long),
        None => (&text[1..], &long[..1]),
    };
    let mut at = 0;
    while let Some(c) = inside[at..].chars().next() {
        if inside[at..].starts_with(end) {
            return &inside[at + end.len()..];
        }
        // What is escaped ends nothing; a text of one line ends with it.
        match c {
            '\\' if quote == '"' => at += 1 + inside[at + 1..].chars().next().map_or(0, char::len_utf8),
            '\n' if end.len() == 1 => return &inside[at..],
            _ => at += c.len_utf8(),
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_dots_count_where_they_are_not_text() {
        for (text, depth) in [
            ("a = 1", 0),
            ("[a]\nb = [{ c = [1] }]", 3),
            ("a = \"[[[[\" # [[[[\nb = '[[['\nc = \"\"\"[\"[\\\"[\"\"\"", 0),
            ("a.b.c = 1\nd.e = 2", 2),
            ("a = \"\\\\\"\nb = [[]]", 2),
            ("a = \"not closed\nb = [[]]", 2),
            ("a = \"\\", 0),
        ] {
            assert_eq!(deepest(text), depth, "{text}");
        }
        assert_eq!(deepest(&"[".repeat(1_000)), 1_000);
        assert_eq!(deepest(&format!("{}a = 1", "a.".repeat(1_000))), 1_000);
    }
}
