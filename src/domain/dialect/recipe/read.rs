//! Reading a recipe: from words to parts, and whether the parts make sense together.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use super::file::{MethodWord, RecipeFile, SignatureWritten, ValueWritten};
use super::parts::{BodyField, Content, Item, ParameterLists, Placeholder, SecretNeed};
use super::{Recipe, RecipeError};
use crate::domain::dialect::signature::{Signature, SignedHeader, SignedText};
use crate::domain::dialect::value::{ValueRule, ValueSource};

/// Longest name of a setting.
const LONGEST_NAME: usize = 64;

impl Recipe {
    /// Reads and checks a recipe with its vectors. Without vectors it is refused: nobody could prove that it is right.
    pub fn parse(toml: &str, vectors: &[&str]) -> Result<Self, RecipeError> {
        let file: RecipeFile = toml::from_str(toml)?;
        let id = format!("{}@{}", file.name, file.version);
        let vectors = vectors.iter().map(|json| serde_json::from_str(json)).collect::<Result<Vec<_>, _>>()?;
        Self::from_file(file, vectors).map_err(|fault| RecipeError::Senseless { recipe: id, fault })
    }

    fn from_file(file: RecipeFile, vectors: Vec<serde_json::Value>) -> Result<Self, String> {
        let recipe = Self {
            https_only: file.https_only,
            secret: file.secret,
            secret_prefix: file.secret_prefix,
            payout_currency: file.payout_currency,
            required: file.required,
            success: file.success,
            final_statuses: file.final_statuses,
            disabling_statuses: file.disabling_statuses,
            retry: file.retry_seconds,
            timeout: Duration::from_secs(file.timeout_seconds),
            parameters: file.parameters.map(lists).transpose()?,
            appended: file.appended.iter().map(|text| item(text)).collect(),
            settings: file.settings,
            placeholders: file.placeholders.into_iter().map(placeholder).collect::<Result<_, _>>()?,
            body: body(file.method, file.body)?,
            signature: file.signature.map(signature).transpose()?,
            reversal: file.reversal,
            name: file.name,
            version: file.version,
            title: file.title,
            vectors,
        };
        recipe.check()?;
        Ok(recipe)
    }

    /// What the parts must not contradict in one another.
    fn check(&self) -> Result<(), String> {
        if self.vectors.is_empty() {
            return Err("has no vectors".to_owned());
        }
        if self.name.is_empty() || !self.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') {
            return Err("has a name that is not of lower-case letters".to_owned());
        }
        if (self.secret == SecretNeed::None) != self.signature.is_none() {
            return Err("must have a signature exactly where it takes a secret".to_owned());
        }
        if self.timeout.is_zero() {
            return Err("has no time-out".to_owned());
        }
        let mut seen = HashSet::new();
        if let Some(setting) =
            self.settings.iter().find(|setting| !is_name(&setting.name) || !seen.insert(&setting.name))
        {
            return Err(format!("has the setting {:?} twice, or its name is none", setting.name));
        }
        let surface = ValueSource::SurfaceId.field();
        if self.sends_in_header(surface) && !self.settings.iter().any(|setting| setting.name == surface) {
            return Err(format!("takes {surface}, which is none of its settings"));
        }
        let mut seen = HashSet::new();
        if let Some(twice) = self.placeholders.iter().find(|placeholder| !seen.insert(&placeholder.name)) {
            return Err(format!("has the placeholder {} twice", twice.name));
        }
        let unknown = self.listed().find(|item| item.fixed.is_none() && self.placeholder(&item.name).is_none());
        if let Some(item) = unknown {
            return Err(format!("lists the parameter {} without a placeholder of that name", item.name));
        }
        let names = self.signature.iter().flat_map(|signature| signature.signed_parameters());
        if let Some(name) = names.into_iter().find(|name| self.placeholder(name).is_none()) {
            return Err(format!("signs the parameter {name} without a placeholder of that name"));
        }
        Ok(())
    }
}

/// Whether a setting may be called so.
fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(allowed)
}

fn item(text: &str) -> Item {
    match text.split_once('=') {
        Some((name, fixed)) => Item { name: name.to_owned(), fixed: Some(fixed.to_owned()) },
        None => Item { name: text.to_owned(), fixed: None },
    }
}

fn lists(written: BTreeMap<String, Vec<String>>) -> Result<ParameterLists, String> {
    let mut by_event_type: BTreeMap<String, Vec<Item>> =
        written.into_iter().map(|(kind, list)| (kind, list.iter().map(|text| item(text)).collect())).collect();
    let other = by_event_type.remove("other").ok_or("has no parameter list for other event types")?;
    Ok(ParameterLists { by_event_type, other })
}

fn checked_rule(written: &ValueWritten) -> Result<ValueRule, String> {
    let rule = written.rule();
    rule.fault().map_or(Ok(rule), |fault| Err(format!("{} {fault}", written.name)))
}

fn text_rule(written: &ValueWritten) -> Result<ValueRule, String> {
    let rule = checked_rule(written)?;
    if rule.is_text() && written.fields.is_empty() { Ok(rule) } else { Err(format!("{} is not a text", written.name)) }
}

fn placeholder(written: ValueWritten) -> Result<Placeholder, String> {
    let rule = text_rule(&written)?;
    let meaning = written.meaning.ok_or_else(|| format!("the placeholder {} has no meaning", written.name))?;
    Ok(Placeholder { rule, meaning, reversal_only: written.reversal_only, name: written.name })
}

fn body(method: MethodWord, written: Vec<ValueWritten>) -> Result<Option<Vec<BodyField>>, String> {
    match method {
        MethodWord::Get if written.is_empty() => Ok(None),
        MethodWord::Post if !written.is_empty() => fields(written).map(Some),
        MethodWord::Get | MethodWord::Post => Err("must have a body exactly where it is a POST".to_owned()),
    }
}

fn fields(written: Vec<ValueWritten>) -> Result<Vec<BodyField>, String> {
    let mut seen = HashSet::new();
    if let Some(twice) = written.iter().find(|field| !seen.insert(&field.name)) {
        return Err(format!("has the body field {} twice", twice.name));
    }
    let field = |written: ValueWritten| {
        let content = if written.fields.is_empty() {
            Content::Value(checked_rule(&written)?)
        } else {
            Content::Object(fields(written.fields)?)
        };
        Ok(BodyField { name: written.name, content })
    };
    written.into_iter().map(field).collect()
}

fn signature(written: SignatureWritten) -> Result<Signature, String> {
    let mut signs = written.signs;
    if let SignedText::Parameters(names) = &mut signs {
        names.sort_unstable();
    }
    let headers = written.headers.iter();
    let headers = headers.map(|header| Ok(SignedHeader { rule: text_rule(header)?, name: header.name.clone() }));
    Ok(Signature {
        algorithm: written.algorithm,
        key: written.key,
        digest: written.digest,
        signs,
        travels: written.travels,
        headers: headers.collect::<Result<_, String>>()?,
    })
}
