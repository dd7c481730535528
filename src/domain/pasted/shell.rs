//! The words of a command line, as a shell splits them: that of Unix, or `cmd.exe` with its carets.

/// The words of a command.
pub(super) fn words(text: &str) -> Vec<String> {
    let unescaped;
    let text = if is_of_cmd(text) {
        unescaped = without_carets(text);
        &unescaped
    } else {
        text
    };
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' | '^' | '`' if matches!(rest.peek(), Some('\n' | '\r')) => {
                rest.next_if_eq(&'\r');
                rest.next_if_eq(&'\n');
            }
            '\\' => word.get_or_insert_default().extend(rest.next()),
            '$' if rest.peek() == Some(&'\'') => {
                rest.next();
                escaped(&mut rest, word.get_or_insert_default());
            }
            '\'' => word.get_or_insert_default().extend(rest.by_ref().take_while(|c| *c != '\'')),
            '"' => quoted(&mut rest, word.get_or_insert_default()),
            // What is sent on to another command, or what follows it, is no part of this one.
            '|' | ';' | '\n' if word.is_none() && !words.is_empty() => return words,
            c if c.is_whitespace() => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// Whether quotes are written as `cmd.exe` needs them.
fn is_of_cmd(text: &str) -> bool {
    text.contains("^\"") || text.contains("^%^") || text.contains("^&")
}

/// What `cmd.exe` makes of a line: a caret takes the meaning from what follows it; at a line's end it continues the line.
fn without_carets(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '^' => match rest.next() {
                Some('\r') => {
                    rest.next_if_eq(&'\n');
                    plain.push(' ');
                }
                Some('\n') => plain.push(' '),
                next => plain.extend(next),
            },
            c => plain.push(c),
        }
    }
    plain
}

type Rest<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// Within double quotes a backslash stands only before what it takes the meaning from.
fn quoted(rest: &mut Rest<'_>, word: &mut String) {
    while let Some(c) = rest.next() {
        match c {
            '"' => return,
            '\\' => match rest.next() {
                Some(c @ ('"' | '\\' | '$' | '`')) => word.push(c),
                Some('\n') | None => {}
                Some(c) => word.extend(['\\', c]),
            },
            c => word.push(c),
        }
    }
}

/// Within `$'…'`, as browsers copy a text that holds quotes or line breaks.
fn escaped(rest: &mut Rest<'_>, word: &mut String) {
    while let Some(c) = rest.next() {
        match c {
            '\'' => return,
            '\\' => match rest.next() {
                Some('n') => word.push('\n'),
                Some('r') => word.push('\r'),
                Some('t') => word.push('\t'),
                Some('u') => word.extend(code(rest, 4)),
                Some('x') => word.extend(code(rest, 2)),
                Some(c) => word.push(c),
                None => {}
            },
            c => word.push(c),
        }
    }
}

/// The character of so many hexadecimal digits.
fn code(rest: &mut Rest<'_>, most: usize) -> Option<char> {
    let digits: String = std::iter::from_fn(|| rest.next_if(char::is_ascii_hexdigit)).take(most).collect();
    char::from_u32(u32::from_str_radix(&digits, 16).ok()?)
}
