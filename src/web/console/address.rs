//! The address of a page that can be narrowed or paused: its parameters, and the same with one of them changed. Every link keeps
//! what it does not change. Which parameters a page has, and what they mean, is not known here.

use url::form_urlencoded::Serializer;

use super::forms::Form;

/// The parameter that stops the live parts of a page …
pub(super) const LIVE: &str = "live";
/// … by this value.
pub(super) const OFF: &str = "off";

/// Parameters with their values, in the order of the page's form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Address(Vec<(String, String)>);

impl Address {
    /// What was given of these.
    pub(super) fn of<'a>(form: &Form, names: impl IntoIterator<Item = &'a str>) -> Self {
        let given = names.into_iter().map(|name| (name.to_owned(), form.typed(name).to_owned()));
        Self(given.filter(|(_, value)| !value.is_empty()).collect())
    }

    /// The same with this one, or without it.
    pub(super) fn with(&self, name: &str, value: Option<&str>) -> Self {
        let mut all = self.0.clone();
        let place = all.iter().position(|(known, _)| *known == name);
        match (place, value) {
            (Some(at), Some(value)) => value.clone_into(&mut all[at].1),
            (Some(at), None) => drop(all.remove(at)),
            (None, Some(value)) => all.push((name.to_owned(), value.to_owned())),
            (None, None) => {}
        }
        Self(all)
    }

    /// The same without any of these.
    pub(super) fn without(&self, names: &[&str]) -> Self {
        Self(self.0.iter().filter(|(name, _)| !names.contains(&name.as_str())).cloned().collect())
    }

    /// Whether nothing but these is given.
    pub(super) fn has_only(&self, names: &[&str]) -> bool {
        self.0.iter().all(|(name, _)| names.contains(&name.as_str()))
    }

    /// What is given of this one.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// As a link to the page at this path.
    pub(super) fn at(&self, path: &str) -> String {
        if self.0.is_empty() {
            return path.to_owned();
        }
        format!("{path}?{}", Serializer::new(String::new()).extend_pairs(&self.0).finish())
    }
}

#[cfg(test)]
mod tests {
    use super::super::kinds::Kind;
    use super::*;

    #[test]
    fn a_link_keeps_every_filter_that_it_does_not_change() {
        let shape = [("state", Kind::Text), ("q", Kind::Text), ("live", Kind::Text)];
        let form = Form::read(b"q=u+1&live=off&state=dead", &shape);
        let address = Address::of(&form, ["state", "q", "live"]);
        assert_eq!(address.at("/deliveries"), "/deliveries?state=dead&q=u+1&live=off");
        assert_eq!(address.with("state", Some("held")).at("/deliveries"), "/deliveries?state=held&q=u+1&live=off");
        assert_eq!(address.with("live", None).with("q", None).at("/deliveries"), "/deliveries?state=dead");
        assert!(address.has_only(&["state", "q", "live"]) && !address.has_only(&["state"]));
        assert_eq!(address.without(&["state", "live"]).at("/deliveries"), "/deliveries?q=u+1");
        assert_eq!(Address::default().at("/deliveries"), "/deliveries");
    }
}
