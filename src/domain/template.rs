//! Callback URL templates: a publisher's URL with `{placeholders}`, or with those of a vendor's own brackets.
//!
//! A template never goes through a URL type, which would turn `<user_id>` into `%3C…` and rewrite much else in silence;
//! here it is taken apart by hand, and its literal text is put into the one form that URL libraries leave alone. Which
//! placeholders and parameters a dialect allows is the business of [`super::dialect::callback_url`], not of this module.

mod brackets;
mod clean;
mod origin;
mod pieces;

use std::sync::Arc;

pub use brackets::Brackets;
pub use origin::Origin;
pub(crate) use pieces::{Piece, expand, unexpand};

use super::encoding::{Encoding, decode, keep_in_path, keep_in_query};
use pieces::{pieces, rewritten, split_at};

/// A template, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    origin: Arc<Origin>,
    path: Vec<Piece>,
    parameters: Vec<Parameter>,
    /// What is wrong with the path, whatever harmless values fill it.
    path_fault: Option<String>,
}

/// A parameter of the query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parameter {
    /// As it goes out.
    pub(crate) name: String,
    /// `None` for a bare key.
    pub(crate) value: Option<Vec<Piece>>,
}

/// Longest template: what exceeds this could never expand to a URL that is sent.
const LONGEST: usize = 4_000;

/// How the literal text of a query goes out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum QueryText {
    /// As written.
    #[default]
    Kept,
    /// Decoded and encoded again, which is what a receiver does that rebuilds a signed URL.
    Recoded(Encoding),
}

/// In which language a template is written, and how its literal text goes out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TemplateForm {
    pub(crate) brackets: Brackets,
    pub(crate) query_text: QueryText,
}

/// A template's text as it is kept: without what copying it out of a page or a chat put into it.
pub(crate) fn tidied(text: &str) -> String {
    clean::drop_breaks(text)
}

/// Why a tidied text is not saved, whatever it would be as a URL; worded to follow the field's name, like all faults here.
pub(crate) fn text_fault(text: &str) -> Option<String> {
    let control = || text.contains(char::is_control).then(|| "has a control character".to_owned());
    let escaped = || {
        let mended = clean::mended(text)?;
        Some(format!("was escaped on its way here; probably meant: {mended}"))
    };
    too_long(text).or_else(control).or_else(escaped)
}

/// The text as it was probably meant, where that it was escaped is what is wrong with it.
pub(crate) fn mended(text: &str) -> Option<String> {
    let is_plain = too_long(text).is_none() && !text.contains(char::is_control);
    clean::mended(text).filter(|_| is_plain)
}

fn too_long(text: &str) -> Option<String> {
    (text.len() > LONGEST).then(|| format!("has {} bytes; at most {LONGEST} are taken", text.len()))
}

impl Template {
    /// Takes a tidied text apart.
    pub(crate) fn parse(text: &str, form: &TemplateForm) -> Result<Self, String> {
        // Nobody's megabyte is looked at piece by piece.
        if let Some(fault) = too_long(text) {
            return Err(fault);
        }
        let (origin, rest) = Origin::split(text)?;
        let pieces = pieces(rest, &form.brackets)?;
        if pieces.iter().any(|piece| matches!(piece, Piece::Literal(text) if text.contains('#'))) {
            return Err("has a fragment (`#…`), which is never sent; write %23 for a literal #".to_owned());
        }
        let (path, query) = split_at(pieces, '?');
        let parameters = parameters(query.unwrap_or_default(), form)?;
        let template = Self { origin: Arc::new(origin), path: path_pieces(path), parameters, path_fault: None };
        Ok(Self { path_fault: template.path_fault_with("x"), ..template })
    }

    pub(crate) fn origin(&self) -> &Arc<Origin> {
        &self.origin
    }

    pub(crate) fn path(&self) -> &[Piece] {
        &self.path
    }

    /// The parameters, as their literal text goes out.
    pub(crate) fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// What is wrong with the path: `..`, or whatever else a URL library would rewrite. Where nothing is, the library
    /// leaves an expanded URL alone too, unless strictly encoded values make a segment of dots out of dots.
    pub(crate) fn path_fault(&self) -> Option<&str> {
        self.path_fault.as_deref()
    }

    /// The same once each placeholder of the path is filled with this value.
    pub(crate) fn path_fault_with(&self, value: &str) -> Option<String> {
        let path = expand(&self.path, |_| value.to_owned());
        let probe = format!("{}{path}", self.origin);
        match url::Url::parse(&probe).map(String::from) {
            Ok(parsed) if parsed == probe => None,
            Ok(parsed) => Some(format!("has a path that URL libraries rewrite; write it as {parsed}")),
            Err(fault) => Some(format!("is not a URL: {fault}")),
        }
    }

    /// Whether it has no placeholder: some dialects append a list of their own then.
    pub(crate) fn is_bare(&self) -> bool {
        self.placeholders().next().is_none()
    }

    /// Every placeholder's name, in order.
    pub(crate) fn placeholders(&self) -> impl Iterator<Item = &str> {
        let values = self.parameters.iter().filter_map(|parameter| parameter.value.as_ref()).flatten();
        self.path.iter().chain(values).filter_map(Piece::placeholder)
    }
}

impl Parameter {
    /// The name as the receiver decodes it.
    pub(crate) fn decoded_name(&self) -> String {
        decode(&self.name)
    }

    /// The placeholder that is the whole value, if one is.
    pub(crate) fn sole_placeholder(&self) -> Option<&str> {
        match self.value.as_deref() {
            Some([Piece::Placeholder(name)]) => Some(name),
            _ => None,
        }
    }
}

/// An explicit path: receivers rebuild `http://h/?x`, never `http://h?x`.
fn path_pieces(path: Vec<Piece>) -> Vec<Piece> {
    if path.is_empty() {
        return vec![Piece::Literal("/".to_owned())];
    }
    rewritten(path, keep_in_path)
}

/// The parameters; what stands between two `&&` is nothing and is dropped.
fn parameters(query: Vec<Piece>, form: &TemplateForm) -> Result<Vec<Parameter>, String> {
    let literal = |text: &str| match form.query_text {
        QueryText::Kept => keep_in_query(text),
        QueryText::Recoded(encoding) => encoding.recode(text),
    };
    let mut parameters = Vec::new();
    let mut rest = Some(query);
    while let Some(query) = rest {
        let (first, more) = split_at(query, '&');
        rest = more;
        if first.is_empty() {
            continue;
        }
        let (name, value) = split_at(first, '=');
        if let Some(placeholder) = name.iter().find_map(Piece::placeholder) {
            let written = form.brackets.written(placeholder);
            return Err(format!("has the placeholder {written} in a parameter's name; write name={written}"));
        }
        let name = expand(&rewritten(name, literal), str::to_owned);
        parameters.push(Parameter { name, value: value.map(|value| rewritten(value, literal)) });
    }
    Ok(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, query_text: QueryText) -> String {
        shown_in(text, TemplateForm { query_text, ..TemplateForm::default() })
    }

    fn shown_in(text: &str, form: TemplateForm) -> String {
        let template = Template::parse(&tidied(text), &form).unwrap_or_else(|fault| panic!("{text}: {fault}"));
        let value = |name: &str| format!("[{name}]");
        let mut shown = format!("{}{}", template.origin(), expand(template.path(), value));
        for (index, parameter) in template.parameters().iter().enumerate() {
            shown.push(if index == 0 { '?' } else { '&' });
            shown.push_str(&parameter.name);
            if let Some(pieces) = &parameter.value {
                shown.push('=');
                shown.push_str(&expand(pieces, value));
            }
        }
        shown
    }

    #[test]
    fn both_kinds_of_brackets_make_a_placeholder() {
        let text = "https://p.example/{user_id}?a=<transaction_id>&b=x{note}y<extra.k>";
        assert_eq!(shown(text, QueryText::Kept), "https://p.example/[user_id]?a=[transaction_id]&b=x[note]y[extra.k]");
    }

    #[test]
    fn line_breaks_and_space_around_ampersands_are_dropped() {
        let text = " https://p.example/cb?\r\n   a={user_id} &\n  b=<note>\n&c=1\n";
        assert_eq!(shown(text, QueryText::Kept), "https://p.example/cb?a=[user_id]&b=[note]&c=1");
    }

    #[test]
    fn literal_text_takes_the_form_that_url_libraries_leave_alone() {
        assert_eq!(shown("HTTPS://P.Example:443?q='é b", QueryText::Kept), "https://p.example/?q=%27%C3%A9%20b");
        assert_eq!(
            shown("https://bücher.example/a|b/ü", QueryText::Kept),
            "https://xn--bcher-kva.example/a%7Cb/%C3%BC"
        );
        assert_eq!(
            shown("https://p.example/x?a=b+c%2f(&&d=e=f&", QueryText::Recoded(Encoding::Rfc3986)),
            "https://p.example/x?a=b%20c%2F%28&d=e%3Df"
        );
    }

    #[test]
    fn brackets_around_nothing_are_refused_without_naming_nothing() {
        for text in ["https://p.example/?a={}", "https://p.example/?a={ }"] {
            let fault = Template::parse(text, &TemplateForm::default()).unwrap_err();
            assert!(fault.contains("names no placeholder; write a name"), "{fault}");
        }
    }

    #[test]
    fn brackets_that_make_no_placeholder_are_refused() {
        for text in [
            "?a={user_id",
            "?a=user_id}",
            "?a={}",
            "?a={{user_id}}",
            "?a={user id}",
            "?a=<b",
            "?{user_id}=1",
            "?{user_id}",
        ] {
            let text = format!("https://p.example/{text}");
            assert!(Template::parse(&text, &TemplateForm::default()).is_err(), "{text}");
        }
    }

    fn own(open: &str, close: &str) -> TemplateForm {
        TemplateForm { brackets: Brackets::Own([open.to_owned(), close.to_owned()]), ..TemplateForm::default() }
    }

    #[test]
    fn a_vendor_may_have_brackets_of_its_own() {
        for (open, close) in [("[%", "%]"), ("[[", "]]"), ("{{", "}}"), ("$", "$"), ("(", ")")] {
            let text = format!("https://p.example/{open}USER:UID{close}/x?a={open}b{close}&c=1{open}d-e{close}");
            assert_eq!(shown_in(&text, own(open, close)), "https://p.example/[USER:UID]/x?a=[b]&c=1[d-e]");
        }
    }

    #[test]
    fn marks_that_are_alike_may_stand_in_ordinary_text() {
        let dollars = own("$", "$");
        assert_eq!(
            shown_in("https://p.example/?a=$5&b=$uid$&c=7$", dollars.clone()),
            "https://p.example/?a=$5&b=[uid]&c=7$"
        );
        assert!(Template::parse("https://p.example/?a=[%UID", &own("[%", "%]")).is_err());
        assert!(Template::parse("https://p.example/?a=[%U ID%]", &own("[%", "%]")).is_err());
    }

    #[test]
    fn an_expanded_text_gives_back_its_values() {
        let pieces = pieces("/u/{user_id}/x-{note}", &Brackets::Common).unwrap();
        assert_eq!(unexpand(&pieces, "/u/42/x-7"), Some(vec![("user_id", "42"), ("note", "7")]));
        assert_eq!(unexpand(&pieces, "/v/42/x-7"), None);
        assert_eq!(unexpand(&pieces[1..3], "42/x-"), Some(vec![("user_id", "42")]));
    }
}
