//! What templates do to a value. A module whose template shows code brings this one into scope (`use …::filters`).

use std::fmt::{self, Display};

use askama::filters::{Escaper, Html, Safe};

/// Escaped, with a place to break the line behind `&`, `?` and `,`, so that a URL is broken between its parameters.
#[askama::filter_fn]
pub fn breakable(text: impl Display, _: &dyn askama::Values) -> askama::Result<Safe<String>> {
    Ok(Safe(broken(&text.to_string())?))
}

fn broken(text: &str) -> Result<String, fmt::Error> {
    let mut html = String::with_capacity(text.len() + text.len() / 8);
    for part in text.split_inclusive(['&', '?', ',']) {
        Html.write_escaped_str(&mut html, part)?;
        if part.ends_with(['&', '?', ',']) {
            html.push_str("<wbr>");
        }
    }
    Ok(html)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_escaped_and_may_be_broken_behind_its_separators() {
        assert_eq!(broken("a?b=<c>&d,e").unwrap(), "a?<wbr>b=&#60;c&#62;&#38;<wbr>d,<wbr>e");
    }
}
