//! A callback URL: a publisher's template, taken apart once, and what it must be for the dialect that will sign it.
//!
//! A text is taken apart once, by the dialect that it is first used in, and travels as that from there on: no report and no
//! attempt reads it again. The store may hold a text that a stricter version can no longer take apart. That is a fault of
//! the one endpoint, told whenever something is composed for it, and no reason to know nothing of its app.
//!
//! Checked when the URL is saved, when a secret is created or activated and when the dialect changes, because a template
//! that can never verify costs a publisher days. Looks no name up and must not refuse what merely looks unusual.

mod foreign;
mod mending;
mod names;
mod warnings;

use std::fmt;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use super::recipe::Recipe;
use super::value::Fact;
use crate::domain::destination::TargetPolicy;
use crate::domain::invalid::Invalid;
use crate::domain::template::{Origin, Parameter, Piece, Template, TemplateForm, mended, text_fault, tidied};
use crate::domain::words::words;
use foreign::BRACKETS;
use mending::{Fault, mends};

words! {
    /// What a template is for.
    UrlUse {
        /// Completions, and reversals where the dialect tells them to the same URL.
        Callback = "callback",
        /// Reversals, where the dialect tells them to a URL of their own.
        Reversal = "reversal",
    }
}

/// The template of a callback URL, in no matter which dialect.
#[derive(Clone, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct CallbackUrl {
    text: String,
    origin: Option<Arc<Origin>>,
    /// As the dialect that it was first used in reads it.
    read: OnceLock<(TemplateForm, Result<Arc<Template>, String>)>,
}

impl From<String> for CallbackUrl {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl From<CallbackUrl> for String {
    fn from(url: CallbackUrl) -> Self {
        url.text
    }
}

impl UrlUse {
    /// The setting that holds it.
    pub(super) fn field(self) -> &'static str {
        match self {
            Self::Callback => "callbackUrl",
            Self::Reversal => "reversalUrl",
        }
    }
}

impl CallbackUrl {
    /// Where it leads, if that can be read.
    pub fn origin(&self) -> Option<&Origin> {
        self.origin.as_deref()
    }

    /// Takes a text, after line breaks and white space around `&` were dropped.
    pub fn new(text: &str) -> Self {
        let text = tidied(text);
        let origin = Origin::split(&text).ok().map(|(origin, _)| Arc::new(origin));
        Self { text, origin, read: OnceLock::new() }
    }

    /// The template as it was written, without line breaks.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What its text is made of as this dialect reads it, or why it is no template.
    pub(crate) fn template(&self, recipe: &Recipe) -> Result<Arc<Template>, String> {
        let form = recipe.template_form();
        let read = || Template::parse(&self.text, form).map(Arc::new);
        let (known, template) = self.read.get_or_init(|| (form.clone(), read()));
        // Only while an endpoint changes its dialect is a text read by two of them.
        if known == form { template.clone() } else { read() }
    }

    /// Checks it against the dialect that will sign it. Answers warnings: what will work but deserves a look.
    pub fn check(&self, recipe: &Recipe, which: UrlUse, policy: &TargetPolicy) -> Result<Vec<String>, Invalid> {
        let field = which.field();
        if which == UrlUse::Reversal && !recipe.takes_reversal_url() {
            return Err(Invalid::field(
                field,
                "is not used by this dialect, which tells reversals to the callback URL",
            ));
        }
        if let Some(fault) = text_fault(&self.text) {
            let mut invalid = Invalid::none();
            invalid.push_with(field, fault, mended(&self.text));
            return Err(invalid);
        }
        let template = &*self.template(recipe).map_err(|fault| {
            let mut invalid = Invalid::none();
            invalid.push_with(field, fault, self.in_own_brackets(recipe));
            invalid
        })?;
        let check = Check { recipe, template, which, text: &self.text };
        let path_fault = template.path_fault().map(str::to_owned);
        let mut invalid = Invalid::none();
        let plain = |fault: String| Fault { words: fault, replaces: None };
        let faults = check.target(policy).into_iter().map(plain).chain(check.placeholders());
        let faults = faults.chain(check.names().into_iter().map(plain)).chain(check.foreign());
        let faults: Vec<Fault> = faults.chain(check.signature().into_iter().chain(path_fault).map(plain)).collect();
        mends(&mut invalid, field, &self.text, &faults);
        invalid.into_result().map(|()| check.warnings())
    }
}

/// Two are the same if their texts are.
impl PartialEq for CallbackUrl {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for CallbackUrl {}

impl fmt::Debug for CallbackUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CallbackUrl").field(&self.text).finish()
    }
}

struct Check<'a> {
    recipe: &'a Recipe,
    template: &'a Template,
    which: UrlUse,
    /// What the template was read from.
    text: &'a str,
}

impl Check<'_> {
    fn parameters(&self) -> &[Parameter] {
        self.template.parameters()
    }

    /// A placeholder as this dialect writes it.
    fn written(&self, name: &str) -> String {
        self.recipe.written(name)
    }

    /// The brackets that a placeholder stands in.
    fn as_it_stands(&self, name: &str) -> Option<(&'static str, &'static str)> {
        BRACKETS.into_iter().find(|(open, close)| self.text.contains(&format!("{open}{name}{close}")))
    }

    fn target(&self, policy: &TargetPolicy) -> Vec<String> {
        let origin = self.template.origin();
        let mut faults = Vec::new();
        if !origin.is_tls() && !policy.allows_http() {
            faults.push(TargetPolicy::HTTP_REFUSED.to_owned());
        } else if !origin.is_tls() && self.recipe.secret_in_clear() {
            faults.push("must be https://: the secret itself travels in this dialect".to_owned());
        }
        if !origin.is_allowed(policy) {
            faults.push(format!("points to {}, which {}", origin.host(), TargetPolicy::NOT_PUBLIC));
        }
        faults
    }

    /// The placeholders that this template may use.
    fn usable(&self) -> impl Iterator<Item = &str> {
        let signature = self.recipe.signature().map(|signature| signature.placeholder()).unwrap_or_default();
        let known = self.recipe.placeholders().iter().filter(|known| !known.hidden());
        let known = known.filter(|known| self.which == UrlUse::Reversal || !known.reversal_only());
        known.map(|known| known.name()).chain(signature.iter().map(String::as_str))
    }

    fn placeholders(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for name in self.template.placeholders() {
            let is_extra = name.strip_prefix("extra.").is_some_and(|key| !key.is_empty());
            if self.usable().any(|known| known == name) || (is_extra && !self.recipe.placeholders().is_empty()) {
                continue;
            }
            let lower = name.to_lowercase();
            let nearest = self.usable().min_by_key(|known| strsim::damerau_levenshtein(&known.to_lowercase(), &lower));
            let written = self.written(name);
            faults.push(match nearest {
                Some(nearest) => Fault {
                    words: format!("has the unknown placeholder {written}; did you mean {}?", self.written(nearest)),
                    replaces: self
                        .as_it_stands(name)
                        .map(|(open, close)| (format!("{open}{name}{close}"), format!("{open}{nearest}{close}"))),
                },
                None => {
                    let words = format!("has the placeholder {written}, but this dialect's URL takes none");
                    Fault { words, replaces: None }
                }
            });
        }
        let in_path = self.template.path().iter().filter_map(Piece::placeholder);
        let shown = in_path.filter_map(|name| self.recipe.placeholder(name)).find(|own| own.rule.uses(Fact::Secret));
        if let Some(shown) = shown {
            let words = format!("has {} in its path, where the secret would be logged", self.written(shown.name()));
            faults.push(Fault { words, replaces: None });
        }
        faults
    }

    fn is_bare(&self) -> bool {
        self.recipe.has_parameter_list() && self.template.placeholders().next().is_none()
    }

    fn signs_url(&self) -> bool {
        self.recipe.signature().is_some_and(|signature| signature.signs_url())
    }
}

#[cfg(test)]
mod tests;
