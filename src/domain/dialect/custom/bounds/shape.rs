//! How deep a TOML file goes, told from its characters alone: a parser would build what it reads, and whoever drops it again
//! goes as deep.

/// How deep the deepest bracket or name goes: each bracket is a level, and so is each dot of a name, also of those names whose values
/// it stands in. Text in quotes and comments do not count; where quotes are not closed, no parser reads on either.
pub(super) fn deepest(text: &str) -> usize {
    let mut deepest = 0;
    let mut depth = Depth::default();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = match c {
            '#' => rest.find('\n').map_or("", |at| &rest[at..]),
            '"' | '\'' => behind_text(rest, c),
            _ => {
                depth.pass(c);
                &rest[c.len_utf8()..]
            }
        };
        deepest = deepest.max(depth.levels());
    }
    deepest
}

/// How deep a place is.
#[derive(Default)]
struct Depth {
    /// The levels of each bracket that stands open, with the dots of the name that it is the value of.
    open: Vec<usize>,
    /// The sum of them.
    levels: usize,
    /// The dots of the name whose value comes next.
    name: usize,
    /// The dots that stand here.
    dots: usize,
}

impl Depth {
    fn levels(&self) -> usize {
        self.levels + self.name + self.dots
    }

    fn pass(&mut self, c: char) {
        match c {
            '.' => self.dots += 1,
            '=' => self.name = std::mem::take(&mut self.dots),
            '[' | '{' => {
                let levels = 1 + std::mem::take(&mut self.name) + std::mem::take(&mut self.dots);
                self.open.push(levels);
                self.levels += levels;
            }
            ']' | '}' => {
                self.levels -= self.open.pop().unwrap_or_default();
                (self.name, self.dots) = (0, 0);
            }
            '\n' | ',' => (self.name, self.dots) = (0, 0),
            _ => {}
        }
    }
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
            return behind_quotes(&inside[at + end.len()..], quote, end.len());
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

/// A long text may end with up to two quotes of its own before those that close it.
fn behind_quotes(rest: &str, quote: char, closing: usize) -> &str {
    let own = if closing == 1 { 0 } else { rest.chars().take(2).take_while(|c| *c == quote).count() };
    &rest[own..]
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
            ("a = [\"\"\"x\"\"\"\"\", { b = [[1]] }]", 4),
            ("a = ['''x'''', { b = [[1]] }] # '", 4),
            ("a = [\"\", { b = [[1]] }]", 4),
        ] {
            assert_eq!(deepest(text), depth, "{text}");
        }
        let hidden =
            format!("k = [\"\"\"x\"\"\"\", {}1{}]", format!("{{{}a = ", "a.".repeat(70)).repeat(75), "}".repeat(75));
        assert_eq!(deepest(&hidden), 76 + 75 * 70);
        assert_eq!(deepest(&"[".repeat(1_000)), 1_000);
        assert_eq!(deepest(&format!("{}a = 1", "a.".repeat(1_000))), 1_000);
    }
}
