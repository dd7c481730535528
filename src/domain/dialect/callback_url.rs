//! A callback URL: a publisher's template, taken apart once, and what it must be for the dialect that will sign it.
//!
//! A text is taken apart where it comes in, from an admin call or from the store, and travels as that from there on: no
//! report and no attempt reads it again. The store may hold a text that a stricter version can no longer take apart. That
//! is a fault of the one endpoint, told whenever something is composed for it, and no reason to know nothing of its app.
//!
//! Checked when the URL is saved, when a secret is created or activated and when the dialect changes, because a template
//! that can never verify costs a publisher days. Looks no name up and must not refuse what merely looks unusual.

use std::collections::HashSet;

use serde::Deserialize;

use super::recipe::Recipe;
use crate::domain::destination::TargetPolicy;
use crate::domain::encoding::php_key;
use crate::domain::invalid::Invalid;
use crate::domain::template::{Origin, Parameter, Template, text_fault, tidied};

/// What a template is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlUse {
    /// Completions, and reversals where the dialect tells them to the same URL.
    Callback,
    /// Reversals, where the dialect tells them to a URL of their own.
    Reversal,
}

/// The template of a callback URL, in no matter which dialect.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct CallbackUrl {
    text: String,
    template: Result<Template, String>,
}

impl From<String> for CallbackUrl {
    fn from(text: String) -> Self {
        Self::new(&text)
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
    /// Where it leads, if it can be parsed.
    pub fn origin(&self) -> Option<&Origin> {
        self.template.as_ref().ok().map(|template| &**template.origin())
    }

    /// Takes a text apart, after line breaks and white space around `&` were dropped.
    pub fn new(text: &str) -> Self {
        let text = tidied(text);
        let template = Template::parse(&text);
        Self { text, template }
    }

    /// The template as it was written, without line breaks.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What its text is made of, or why it is no template.
    pub(super) fn template(&self) -> Result<&Template, &str> {
        self.template.as_ref().map_err(String::as_str)
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
            return Err(Invalid::field(field, fault));
        }
        let template = self.template().map_err(|fault| Invalid::field(field, fault))?;
        let check = Check { recipe, template, which };
        let path_fault = template.path_fault().map(str::to_owned);
        let mut invalid = Invalid::none();
        for fault in check.target(policy).into_iter().chain(check.placeholders()).chain(check.names()).chain(path_fault)
        {
            invalid.push(field, fault);
        }
        invalid.into_result().map(|()| check.warnings())
    }
}

struct Check<'a> {
    recipe: &'a Recipe,
    template: &'a Template,
    which: UrlUse,
}

impl Check<'_> {
    fn parameters(&self) -> &[Parameter] {
        self.template.parameters(self.recipe.query_text())
    }

    fn target(&self, policy: &TargetPolicy) -> Vec<String> {
        let origin = self.template.origin();
        let mut faults = Vec::new();
        if !origin.is_tls() && !policy.allows_http() {
            faults.push("must be https://; http:// is not allowed here".to_owned());
        }
        if !origin.is_allowed(policy) {
            faults.push(format!("points to {}, which is not a public address", origin.host()));
        }
        faults
    }

    fn placeholders(&self) -> Vec<String> {
        let known = || {
            let usable = self.recipe.placeholders().iter();
            usable.filter(|known| self.which == UrlUse::Reversal || !known.reversal_only())
        };
        let mut faults = Vec::new();
        for name in self.template.placeholders() {
            let is_extra = name.strip_prefix("extra.").is_some_and(|key| !key.is_empty());
            if known().any(|known| known.name() == name) || (is_extra && !self.recipe.placeholders().is_empty()) {
                continue;
            }
            let lower = name.to_lowercase();
            let nearest = known().min_by_key(|known| strsim::damerau_levenshtein(known.name(), &lower));
            faults.push(match nearest {
                Some(nearest) => {
                    format!("has the unknown placeholder {{{name}}}; did you mean {{{}}}?", nearest.name())
                }
                None => format!("has the placeholder {{{name}}}, but this dialect's URL takes none"),
            });
        }
        faults
    }

    /// Names of parameters: reserved, doubled, mangled, or not what is signed.
    fn names(&self) -> Vec<String> {
        let mut faults = self.signed_names();
        for parameter in self.parameters() {
            let name = parameter.decoded_name();
            if self.recipe.reserved_names().any(|reserved| reserved == php_key(&name)) {
                faults.push(format!("has the parameter {name}, which this dialect appends itself"));
            } else if self.is_bare() && self.recipe.listed_names().any(|listed| listed == php_key(&name)) {
                faults.push(format!(
                    "has the parameter {name}, which this dialect appends itself to a URL without placeholders"
                ));
            }
        }
        if self.signs_url() {
            faults.extend(self.rebuilt_names());
        }
        faults
    }

    fn is_bare(&self) -> bool {
        self.recipe.has_parameter_list() && self.template.placeholders().next().is_none()
    }

    fn signs_url(&self) -> bool {
        self.recipe.signature().is_some_and(|signature| signature.signs_url())
    }

    /// Where parameters are signed by name, the receiver reads each of them back: once, under its own name, whole.
    fn signed_names(&self) -> Vec<String> {
        let signed = self.recipe.signature().map(|signature| signature.signed_parameters()).unwrap_or_default();
        let parameters = self.parameters();
        let mut faults = Vec::new();
        for name in signed {
            let own: Vec<&Parameter> =
                parameters.iter().filter(|parameter| php_key(&parameter.decoded_name()) == *name).collect();
            match own.as_slice() {
                [only] if only.decoded_name() != *name => {
                    faults.push(format!(
                        "has {} in place of {name}, which is signed under that name",
                        only.decoded_name()
                    ));
                }
                [only] if only.sole_placeholder() == Some(name) => {}
                [_] => faults.push(format!("must have {name}={{{name}}}: the whole value is signed")),
                [] => faults.push(format!("lacks {name}={{{name}}}, which is signed")),
                _ => faults.push(format!("has {name} more than once, so that the signed text cannot be rebuilt")),
            }
        }
        faults
    }

    /// Where the whole URL is signed, the receiver rebuilds it from what its language parsed.
    fn rebuilt_names(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut seen = HashSet::new();
        for parameter in self.parameters() {
            let name = parameter.decoded_name();
            if name.is_empty() {
                faults
                    .push("has a parameter without a name, which receivers drop when they rebuild the URL".to_owned());
            } else if parameter.value.is_none() {
                faults.push(format!(
                    "has the bare key {name}; write {name}= so that receivers can rebuild the signed URL"
                ));
            }
            if php_key(&name) != name {
                faults.push(format!(
                    "has the parameter {name}, whose name PHP changes, so that the signed URL is never rebuilt"
                ));
            }
            if !seen.insert(name.clone()) {
                faults.push(format!("has the parameter {name} twice, so that the signed URL cannot be rebuilt"));
            }
        }
        faults
    }

    fn warnings(&self) -> Vec<String> {
        let origin = self.template.origin();
        let mut warnings = Vec::new();
        if !origin.is_tls() {
            let documented = if self.recipe.https_only() { ", and this dialect documents https only" } else { "" };
            warnings.push(format!("http:// sends the user's data in clear{documented}"));
        }
        if let Some(port) = origin.port().filter(|_| self.signs_url()) {
            warnings
                .push(format!("this dialect signs the URL, and receivers disagree whether port {port} belongs to it"));
        }
        if self.signs_url() && !self.is_bare() && self.parameters().is_empty() {
            let warning = "this dialect signs the URL, and receivers that rebuild it expect a query; add a parameter";
            warnings.push(warning.to_owned());
        }
        warnings
    }
}

#[cfg(test)]
mod tests;
