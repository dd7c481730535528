//! CSV (RFC 4180) as answers are written in it, and whether a caller accepts it.
//!
//! It is written here rather than by a library: nothing reads CSV, and of writing it the standard's one rule of quoting is
//! the lesser half; which cells a spreadsheet must not run is ours to say anyway.

use actix_web::HttpRequest;
use actix_web::http::header::ACCEPT;

/// Its type, with a first line that names the columns.
pub(super) const CONTENT_TYPE: &str = "text/csv; charset=utf-8; header=present";

/// Whether the caller's header names this type.
pub(super) fn accepts(request: &HttpRequest, media_type: &str) -> bool {
    let accepted = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|one| one.split(';').next().is_some_and(|one| one.trim() == media_type))
}

/// A text as a cell: harmless to a spreadsheet, and quoted where RFC 4180 asks for it.
pub(super) fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { "'" } else { "" };
    if text.contains([',', '"', '\r', '\n']) {
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        format!("{guard}{text}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_where_it_must_be_and_is_never_a_formula() {
        for (text, written) in [
            ("", ""),
            ("Family Island", "Family Island"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\r\nlines", "\"two\r\nlines\""),
            ("=1+1", "'=1+1"),
            ("=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\""),
            ("-x", "'-x"),
            ("+x", "'+x"),
            ("@x", "'@x"),
            ("\tx", "'\tx"),
            ("x=y", "x=y"),
        ] {
            assert_eq!(cell(text), written);
        }
    }
}
