//! Where in the text of a recipe a place stands that a finding names: the line, and what is written there.
//!
//! It reads the text as far as headers and keys go and no further, since most texts that are asked about are no recipes yet.

/// Characters of a line that are shown.
const OF_A_LINE: usize = 80;
/// What a place begins with in a text that cannot be read further.
const UNREAD: &str = "line ";

/// A line of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Counted from 1.
    pub number: usize,
    /// What it says, cut.
    pub text: String,
}

/// The line that such a place means: `placeholders[3].value`, `signature.signs`, `line 12`; of what is not written that of what it would stand
/// in.
pub fn line(text: &str, place: &str) -> Option<Line> {
    if let Some(number) = place.strip_prefix(UNREAD) {
        return at(text, number.parse().ok()?);
    }
    let known = places(text);
    let mut wanted = place;
    loop {
        if let Some((_, number)) = known.iter().find(|(path, _)| path == wanted) {
            return at(text, *number);
        }
        wanted = &wanted[..wanted.rfind(['.', '['])?];
    }
}

fn at(text: &str, number: usize) -> Option<Line> {
    let said = text.lines().nth(number.checked_sub(1)?)?.trim();
    let shown: String = said.chars().take(OF_A_LINE).collect();
    let more = if said.chars().count() > OF_A_LINE { "…" } else { "" };
    Some(Line { number, text: format!("{shown}{more}") })
}

/// Every header and key with its path and its line.
fn places(text: &str) -> Vec<(String, usize)> {
    let mut places: Vec<(String, usize)> = Vec::new();
    let mut header = String::new();
    for (line, number) in text.lines().map(str::trim).zip(1..) {
        if let Some(name) = line.strip_prefix("[[").and_then(|rest| rest.split("]]").next()) {
            let path = within_last(&places, name.trim());
            let index = places.iter().filter(|(known, _)| is_element(known, &path)).count();
            header = format!("{path}[{index}]");
        } else if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            header = within_last(&places, name.trim());
        } else if let Some((key, _)) = line.split_once('=').filter(|(key, _)| is_key(key.trim())) {
            let key = key.trim();
            let path = if header.is_empty() { key.to_owned() } else { format!("{header}.{key}") };
            places.push((path, number));
            continue;
        } else {
            continue;
        }
        places.push((header.clone(), number));
    }
    places
}

/// A header's name where what it stands below is the last of a list: of `body.fields` that is `body[2].fields`.
fn within_last(places: &[(String, usize)], name: &str) -> String {
    let mut path = String::new();
    for part in name.split('.') {
        if !path.is_empty() {
            let elements = places.iter().filter(|(known, _)| is_element(known, &path)).count();
            if elements > 0 {
                path = format!("{path}[{}]", elements - 1);
            }
            path.push('.');
        }
        path.push_str(part.trim());
    }
    path
}

/// Whether it is the header of one element of this list.
fn is_element(known: &str, list: &str) -> bool {
    known.strip_prefix(list).is_some_and(|rest| rest.starts_with('[') && rest.find(']') == Some(rest.len() - 1))
}

fn is_key(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.\"".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "name = \"x-a\"\nrequired = [\"userId\"]\n\n[signature]\nsigns = \"url\"\n\n[[placeholders]]\nname = \"u\"\n\
                        value = \"userIdd\"\n[[placeholders]]\nname = \"t\"\n[[body]]\nname = \"a\"\n[[body.fields]]\nname = \"b\"\n";

    #[test]
    fn a_place_is_found_in_the_text_and_else_what_it_would_stand_in() {
        let number = |place: &str| line(TEXT, place).map(|line| line.number);
        assert_eq!([number("name"), number("signature.signs"), number("placeholders[0].value")], [1, 5, 9].map(Some));
        assert_eq!([number("placeholders[1].value"), number("placeholders[1]")], [Some(10); 2]);
        assert_eq!([number("required[0]"), number("signature.signs.query.only[2]")], [2, 5].map(Some));
        assert_eq!(
            [number("body[0].fields[0].name"), number("recipe"), number("vectors[0].from")],
            [Some(15), None, None]
        );
        assert_eq!(line(TEXT, "placeholders[0].value").unwrap().text, "value = \"userIdd\"");
    }

    #[test]
    fn the_readers_own_line_is_taken_over() {
        assert_eq!(line(TEXT, "line 9").unwrap().text, "value = \"userIdd\"");
        assert_eq!((line(TEXT, "line 99"), line("", "line 1"), line(TEXT, "line x")), (None, None, None));
    }
}
