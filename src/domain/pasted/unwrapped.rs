//! A paste without what copying put around it: quotes, brackets, fences of code, marks of a quotation, white space.

/// What stands around a copied text, in pairs.
const AROUND: [(char, char); 7] =
    [('"', '"'), ('\'', '\''), ('`', '`'), ('<', '>'), ('(', ')'), ('“', '”'), ('‘', '’')];

/// The text without what stands around the whole of it.
pub(super) fn unwrapped(text: &str) -> &str {
    let mut text = text.trim_start_matches('\u{feff}').trim_start();
    // What ends a body may belong to it, so the end is trimmed only of what is no request's.
    if let Some(fenced) = text.strip_prefix("```") {
        let behind_language = fenced.find('\n').map_or(fenced, |at| &fenced[at + 1..]);
        text = behind_language.trim_end().trim_end_matches("```");
    }
    let text = text.strip_prefix("$ ").unwrap_or(text);
    // Behind a request's first line quotes are the body's own.
    if text.trim_end().contains('\n') { text } else { unquoted(text.trim_end()) }
}

fn unquoted(text: &str) -> &str {
    let inside = AROUND.iter().find_map(|(open, close)| {
        let inside = text.strip_prefix(*open)?.strip_suffix(*close)?;
        // `"a" … "b"` is a line that holds quotes, and not a quoted one.
        (!inside.contains([*open, *close])).then_some(inside)
    });
    match inside {
        Some(inside) => unquoted(inside.trim()),
        None => text,
    }
}
