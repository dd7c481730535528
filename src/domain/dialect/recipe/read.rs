//! Reading a recipe: from words to parts, and whether the parts make sense together.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use super::file::{MethodWord, RecipeFile, SignatureWritten, ValueWritten};
use super::parts::{BodyField, Content, ParameterLists, Placeholder};
use super::{Recipe, RecipeError};
use crate::domain::dialect::named::{HeaderRule, Item};
use crate::domain::dialect::signature::Signature;
use crate::domain::dialect::signed_text::SignedText;
use crate::domain::dialect::value::ValueRule;
use crate::domain::retry::RetrySchedule;
use crate::domain::template::{Brackets, QueryText, TemplateForm};

impl Recipe {
    /// Reads and checks a recipe with its vectors. Without vectors it is refused: nobody could prove that it is right.
    pub fn parse(toml: &str, vectors: &[&str]) -> Result<Self, RecipeError> {
        let file: RecipeFile = toml::from_str(toml)?;
        let version = file.version.ok_or_else(|| RecipeError::Senseless {
            recipe: file.name.clone(),
            fault: "does not say its version".to_owned(),
        })?;
        let vectors = vectors.iter().map(|json| serde_json::from_str(json)).collect::<Result<Vec<_>, _>>()?;
        Self::from_file(file, version, toml, vectors)
    }

    /// The same of a file whose version is not its own to say.
    pub fn numbered(toml: &str, version: u32, vectors: Vec<serde_json::Value>) -> Result<Self, RecipeError> {
        Self::from_file(toml::from_str(toml)?, version, toml, vectors)
    }

    fn from_file(
        file: RecipeFile,
        version: u32,
        source: &str,
        vectors: Vec<serde_json::Value>,
    ) -> Result<Self, RecipeError> {
        let id = format!("{}@{version}", file.name);
        Self::made(file, version, source, vectors).map_err(|fault| RecipeError::Senseless { recipe: id, fault })
    }

    fn made(file: RecipeFile, version: u32, source: &str, vectors: Vec<serde_json::Value>) -> Result<Self, String> {
        let placeholders: Vec<Placeholder> =
            file.placeholders.into_iter().map(placeholder).collect::<Result<_, String>>()?;
        let signature = file.signature.map(|written| signature(written, &placeholders)).transpose()?;
        let needs_encoding = signature.as_ref().is_some_and(|signature| signature.signs.needs_encoding());
        let query_text = if needs_encoding { QueryText::Recoded(file.encoding) } else { QueryText::Kept };
        let recipe = Self {
            about: file.about,
            solid: file.solid,
            sources: file.sources,
            encoding: file.encoding,
            template_form: TemplateForm { brackets: file.brackets.map_or(Brackets::Common, Brackets::Own), query_text },
            https_only: file.https_only,
            secret: file.secret,
            secret_prefix: file.secret_prefix,
            secret_in_clear: file.secret_in_clear,
            payout_currency: file.payout_currency,
            required: file.required,
            success: file.success,
            final_statuses: file.final_statuses,
            disabling_statuses: file.disabling_statuses,
            retry: file.retry_seconds.map_or_else(RetrySchedule::default, |schedule| schedule.0),
            timeout: Duration::from_secs(file.timeout_seconds),
            parameters: file.parameters.map(lists).transpose()?,
            appended: items(&file.appended),
            appended_on_test: items(&file.appended_on_test),
            headers: file.headers.iter().map(header).collect::<Result<_, _>>()?,
            settings: file.settings,
            placeholders,
            body: body(file.method, file.body)?,
            signature,
            reversal: file.reversal,
            name: file.name,
            version,
            title: file.title,
            vectors,
            source: source.to_owned(),
        };
        recipe.check()?;
        Ok(recipe)
    }
}

fn items(written: &[String]) -> Vec<Item> {
    written.iter().map(|text| item(text)).collect()
}

fn item(text: &str) -> Item {
    match text.split_once('=') {
        Some((name, fixed)) => Item { name: name.to_owned(), fixed: Some(fixed.to_owned()) },
        None => Item { name: text.to_owned(), fixed: None },
    }
}

fn lists(written: BTreeMap<String, Vec<String>>) -> Result<ParameterLists, String> {
    let mut by_event_type: BTreeMap<String, Vec<Item>> =
        written.into_iter().map(|(kind, list)| (kind, items(&list))).collect();
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
    let ValueWritten { name, hidden, reversal_only, .. } = written;
    Ok(Placeholder { name, meaning, hidden, reversal_only, rule })
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

fn header(written: &ValueWritten) -> Result<HeaderRule, String> {
    Ok(HeaderRule { rule: text_rule(written)?, name: written.name.clone() })
}

fn signature(written: SignatureWritten, placeholders: &[Placeholder]) -> Result<Signature, String> {
    let signs = match written.signs {
        SignedText::Text { of, t } => {
            let is_placeholder = |name: &str| placeholders.iter().any(|placeholder| placeholder.name == name);
            SignedText::Text { of: of.for_placeholders(is_placeholder), t }
        }
        signs => signs,
    };
    Ok(Signature {
        algorithm: written.algorithm,
        key: written.key,
        digest: written.digest,
        signs,
        travels: written.travels,
        appended: items(&written.appended),
        headers: written.headers.iter().map(header).collect::<Result<_, _>>()?,
        accepts_ambiguity: written.ambiguity.is_some(),
    })
}
