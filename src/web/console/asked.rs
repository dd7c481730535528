//! Filters of a list: a form that is sent by GET, read so that what is wrong stands at its field and the rest is kept.

use url::form_urlencoded;

use super::faults;
use super::parts::field::Field;
use crate::domain::invalid::Invalid;
use crate::domain::strict_json;

/// What was asked for in the address of a list.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    given: Vec<(String, String)>,
    /// What is wrong with it.
    pub(super) faults: Invalid,
}

impl Asked {
    /// Reads a query that may hold these parameters, each once.
    pub(super) fn read(query: &str, known: &[&str]) -> Self {
        let mut asked = Self { given: Vec::new(), faults: Invalid::none() };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if !known.contains(&name.as_ref()) {
                asked.faults.push(name.as_ref(), strict_json::unknown(&name, known));
            } else if asked.given.iter().any(|(other, _)| *other == name) {
                asked.faults.push(name.as_ref(), "stands twice");
            } else if value.contains('\0') {
                asked.faults.push(name.as_ref(), "holds a NUL character");
            } else {
                asked.given.push((name.into_owned(), value.into_owned()));
            }
        }
        asked
    }

    /// What was given of this name; an empty text is nothing.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let given = self.given.iter().find(|(other, value)| other == name && !value.is_empty());
        given.map(|(_, value)| value.as_str())
    }

    /// What was given, as one of these words.
    pub(super) fn word<T: Copy>(&mut self, name: &str, all: &[T], as_str: impl Fn(T) -> &'static str) -> Option<T> {
        let text = self.text(name)?.to_owned();
        let known = all.iter().copied().find(|word| as_str(*word) == text);
        if known.is_none() {
            let words = all.iter().map(|word| as_str(*word)).collect::<Vec<_>>().join(", ");
            self.faults.push(name, format!("must be one of {words}"));
        }
        known
    }

    /// Puts what was given into the fields of the form, and what is wrong at them. Answers what belongs to none.
    pub(super) fn show(&self, fields: &mut [&mut Field]) -> Vec<String> {
        for field in fields.iter_mut() {
            field.value = self.text(&field.name).unwrap_or_default().to_owned();
        }
        faults::show(fields, &self.faults)
    }

    /// The address with these filters, and with one parameter more, if one is named.
    pub(super) fn address(&self, path: &str, filters: &[&str], more: Option<(&str, &str)>) -> String {
        let kept = filters.iter().filter_map(|name| Some((*name, self.text(name)?)));
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(kept.chain(more));
        match query.finish() {
            query if query.is_empty() => path.to_owned(),
            query => format!("{path}?{query}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_filter_stands_at_its_field_and_the_rest_is_kept() {
        let known = ["q", "state", "cursor"];
        let mut asked = Asked::read("q=a&q=b&state=no&stat=x&cursor=c", &known);
        assert_eq!(asked.word("state", &["yes"], |word| word), None);
        let (mut q, mut state) = (Field::new("q", "Name"), Field::new("state", "State"));
        let others = asked.show(&mut [&mut q, &mut state]);
        assert_eq!((q.value.as_str(), q.faults[0].message.as_str()), ("a", "Name stands twice."));
        assert_eq!((state.value.as_str(), state.faults[0].message.as_str()), ("no", "State must be one of yes."));
        assert_eq!(others, ["stat is unknown; did you mean `state`?"]);
        assert_eq!(asked.address("/apps", &["q", "none"], Some(("cursor", "d e"))), "/apps?q=a&cursor=d+e");
        assert_eq!(Asked::read("q=", &known).address("/apps", &["q"], None), "/apps");
    }
}
