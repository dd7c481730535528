//! The address of a list: its filters, and the same with one of them changed. Every link keeps what it does not change.

use crate::web::console::forms::Form;

/// Where the list is.
pub(in crate::web::console) const PATH: &str = "/deliveries";
/// The parameter that stops the list from renewing itself.
pub(super) const LIVE: &str = "live";
/// Its one value.
pub(super) const OFF: &str = "off";

/// Parameters with their values, in the order of the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Address(Vec<(&'static str, String)>);

impl Address {
    /// What was given of these.
    pub(super) fn of(form: &Form, names: &[&'static str]) -> Self {
        let given = names.iter().map(|name| (*name, form.typed(name).to_owned()));
        Self(given.filter(|(_, value)| !value.is_empty()).collect())
    }

    /// The same with this one, or without it.
    pub(super) fn with(&self, name: &'static str, value: Option<&str>) -> Self {
        let mut all = self.0.clone();
        let place = all.iter().position(|(known, _)| *known == name);
        match (place, value) {
            (Some(at), Some(value)) => value.clone_into(&mut all[at].1),
            (Some(at), None) => drop(all.remove(at)),
            (None, Some(value)) => all.push((name, value.to_owned())),
            (None, None) => {}
        }
        Self(all)
    }

    /// Whether nothing but these is given.
    pub(super) fn has_only(&self, names: &[&str]) -> bool {
        self.0.iter().all(|(name, _)| names.contains(name))
    }

    /// What is given of this one.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// As a link to the list.
    pub(super) fn path(&self) -> String {
        self.below(PATH)
    }

    /// As a link to another page.
    pub(super) fn below(&self, path: &str) -> String {
        if self.0.is_empty() {
            return path.to_owned();
        }
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish();
        format!("{path}?{query}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::console::kinds::Kind;

    #[test]
    fn a_link_keeps_every_filter_that_it_does_not_change() {
        let shape = [("state", Kind::Text), ("q", Kind::Text), ("live", Kind::Text)];
        let form = Form::read(b"q=u+1&live=off&state=dead", &shape);
        let address = Address::of(&form, &["state", "q", "live"]);
        assert_eq!(address.path(), "/deliveries?state=dead&q=u+1&live=off");
        assert_eq!(address.with("state", Some("held")).path(), "/deliveries?state=held&q=u+1&live=off");
        assert_eq!(address.with("live", None).with("q", None).path(), "/deliveries?state=dead");
        assert!(address.has_only(&["state", "q", "live"]) && !address.has_only(&["state"]));
        assert_eq!(Address::default().path(), "/deliveries");
    }
}
