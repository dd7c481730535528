//! What templates do to a value. A module whose template shows code brings this one into scope (`use …::filters`).

use std::fmt::{self, Display};

use askama::filters::{Escaper, Html, Safe};

/// Escaped, with a place to break the line behind `&`, `?` and `,`, so that a URL is broken between its parameters.
#[askama::filter_fn]
pub fn breakable(text: impl Display, _: &dyn askama::Values) -> askama::Result<Safe<String>> {
    Ok(Safe(broken(&text.to_string())?))
}

/// Escaped, with what stands between two backticks as code.
#[askama::filter_fn]
pub fn coded(text: impl Display, _: &dyn askama::Values) -> askama::Result<Safe<String>> {
    Ok(Safe(with_code(&text.to_string())?))
}

fn with_code(text: &str) -> Result<String, fmt::Error> {
    let parts: Vec<&str> = text.split('`').collect();
    let mut html = String::with_capacity(text.len() + 13 * parts.len());
    for (number, part) in parts.iter().enumerate() {
        // The last of an even number is open: it is no code.
        match (number % 2 == 1, number + 1 < parts.len()) {
            (true, true) => {
                html.push_str("<code>");
                Html.write_escaped_str(&mut html, part)?;
                html.push_str("</code>");
            }
            (true, false) => {
                html.push('`');
                Html.write_escaped_str(&mut html, part)?;
            }
            (false, _) => Html.write_escaped_str(&mut html, part)?,
        }
    }
    Ok(html)
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
    fn what_stands_between_backticks_is_code_and_nothing_else_is_html() {
        assert_eq!(with_code("send `<ok>` & `b`").unwrap(), "send <code>&#60;ok&#62;</code> &#38; <code>b</code>");
        assert_eq!(with_code("one ` alone").unwrap(), "one ` alone");
    }

    #[test]
    fn code_is_escaped_and_may_be_broken_behind_its_separators() {
        assert_eq!(broken("a?b=<c>&d,e").unwrap(), "a?<wbr>b=&#60;c&#62;&#38;<wbr>d,<wbr>e");
    }
}
