//! Accidents of copying a template out of a page or a chat: line breaks, and characters escaped for HTML or for a URL.

/// The text without line breaks (and the indentation around them), without white space around `&` and at the ends.
pub(super) fn drop_breaks(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text.trim();
    while let Some(at) = rest.find(char::is_whitespace) {
        let (before, from) = rest.split_at(at);
        let after = from.trim_start();
        let white = &from[..from.len() - after.len()];
        kept.push_str(before);
        let meaningless = white.contains(['\n', '\r']) || kept.ends_with('&') || after.starts_with('&');
        if !meaningless {
            kept.push_str(white);
        }
        rest = after;
    }
    kept.push_str(rest);
    kept
}

/// The template as it was probably meant, if it holds `&amp;`, `&lt;user_id&gt;` or `%7Buser_id%7D`.
pub(super) fn mended(text: &str) -> Option<String> {
    let plain = text.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">");
    let plain = unescaped(&unescaped(&plain, "%7B", "%7D", ['{', '}']), "%3C", "%3E", ['<', '>']);
    (plain != text).then_some(plain)
}

/// Turns `%7Bname%7D` back into `{name}`, where what it encloses could be a placeholder's name.
fn unescaped(text: &str, open: &str, close: &str, brackets: [char; 2]) -> String {
    // ASCII case-folding keeps every byte's place, so positions in `upper` are positions in `text`.
    let upper = text.to_ascii_uppercase();
    let mut plain = String::with_capacity(text.len());
    let mut from = 0;
    while let Some(at) = upper[from..].find(open).map(|at| from + at) {
        let inside = at + open.len();
        let end = upper[inside..].find(close).map(|end| inside + end);
        let name = end.map(|end| &text[inside..end]).filter(|name| is_name(name));
        match (name, end) {
            (Some(name), Some(end)) => {
                plain.push_str(&text[from..at]);
                plain.extend([brackets[0]]);
                plain.push_str(name);
                plain.extend([brackets[1]]);
                from = end + close.len();
            }
            _ => {
                plain.push_str(&text[from..inside]);
                from = inside;
            }
        }
    }
    plain.push_str(&text[from..]);
    plain
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escaped_template_is_mended() {
        let meant = "https://p.example/?a={user_id}&b=<note>";
        assert_eq!(mended("https://p.example/?a=%7Buser_id%7D&amp;b=&lt;note&gt;").as_deref(), Some(meant));
        assert_eq!(mended("https://p.example/?a=%7buser_id%7d&b=%3Cnote%3e").as_deref(), Some(meant));
        assert_eq!(mended(meant), None);
        assert_eq!(mended("https://p.example/?a=%7B%22x%22%7D"), None);
    }

    #[test]
    fn white_space_inside_a_value_is_kept() {
        assert_eq!(drop_breaks("a b &\t c\n  d"), "a b&cd");
    }
}
