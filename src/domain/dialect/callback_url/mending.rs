//! Faults that come with the whole value as it was probably meant, so that a person takes it over by one click.

use super::CallbackUrl;
use crate::domain::dialect::recipe::Recipe;
use crate::domain::invalid::Invalid;
use crate::domain::template::Template;

/// Brackets that a dialect which writes single ones cannot even take apart.
pub(super) const DOUBLED: [(&str, &str); 3] = [("{{", "}}"), ("[[", "]]"), ("[%", "%]")];

/// What is wrong, and what stands there in place of what was probably meant.
pub(super) struct Fault {
    pub(super) words: String,
    pub(super) replaces: Option<(String, String)>,
}

/// Notes the faults of a template. One value mends all that is misspelt, so that whoever takes it over has not to choose.
pub(super) fn mends(invalid: &mut Invalid, field: &str, text: &str, faults: &[Fault]) {
    let replaced = faults.iter().filter_map(|fault| fault.replaces.as_ref());
    let whole = replaced.fold(text.to_owned(), |text, (wrong, right)| text.replace(wrong.as_str(), right));
    for fault in faults {
        invalid.push_with(field, &fault.words, fault.replaces.as_ref().map(|_| whole.clone()));
    }
}

impl CallbackUrl {
    /// The text with doubled brackets written as this dialect writes them, where that makes a template of it.
    pub(super) fn in_own_brackets(&self, recipe: &Recipe) -> Option<String> {
        let names = || recipe.placeholders().iter().map(|known| known.name());
        let own = |text: String, name: &str| {
            DOUBLED
                .iter()
                .fold(text, |text, (open, close)| text.replace(&format!("{open}{name}{close}"), &recipe.written(name)))
        };
        let text = names().fold(self.text.clone(), own);
        let is_template = text != self.text && Template::parse(&text, recipe.template_form()).is_ok();
        is_template.then_some(text)
    }
}
