//! Reading a recipe: from words to parts, and whether the parts make sense together.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use super::file::{MethodWord, RecipeFile, SignatureWritten, ValueWritten};
use super::finding::Findings;
use super::parts::{BodyField, Content, ParameterLists, Placeholder};
use super::{Finding, Recipe, RecipeError, provenance, swallowed};
use crate::domain::dialect::named::{HeaderRule, Item};
use crate::domain::dialect::signature::Signature;
use crate::domain::dialect::signed_text::SignedText;
use crate::domain::dialect::value::ValueRule;
use crate::domain::retry::RetrySchedule;
use crate::domain::template::{Brackets, QueryText, TemplateForm};

/// What a file is called.
pub(in crate::domain::dialect) struct Outline {
    pub(in crate::domain::dialect) name: String,
    pub(in crate::domain::dialect) title: String,
    /// Where it says so.
    pub(in crate::domain::dialect) version: Option<u32>,
}

impl Recipe {
    /// Reads and checks a recipe with its vectors. Without vectors it is refused: nobody could prove that it is right.
    pub fn parse(toml: &str, vectors: &[&str]) -> Result<Self, RecipeError> {
        let file: RecipeFile = toml::from_str(toml)?;
        let version = file.version.ok_or_else(|| RecipeError::Senseless {
            recipe: file.name.clone(),
            findings: vec![Finding::new("version", "is lacking")],
        })?;
        let vectors = vectors.iter().map(|json| serde_json::from_str(json)).collect::<Result<Vec<_>, _>>()?;
        Self::from_file(file, version, toml, vectors)
    }

    /// The same of a file whose version is not its own to say.
    pub fn numbered(toml: &str, version: u32, vectors: Vec<serde_json::Value>) -> Result<Self, RecipeError> {
        Self::from_file(toml::from_str(toml)?, version, toml, vectors)
    }

    /// The same of a file that was checked when it was taken in. The rules of today are not asked of it: what was accepted under it
    /// is still to be told, however much stricter they have become. Only what the engine itself relies on must hold.
    pub fn kept(toml: &str, version: u32, vectors: Vec<serde_json::Value>) -> Result<Self, RecipeError> {
        let file: RecipeFile = toml::from_str(toml)?;
        let recipe = format!("{}@{version}", file.name);
        Self::made(file, version, toml, vectors).map_err(|findings| RecipeError::Senseless { recipe, findings })
    }

    /// What a file that is written in the recipe language is called, whether it makes sense or not.
    pub(in crate::domain::dialect) fn head(toml: &str) -> Result<Outline, toml::de::Error> {
        toml::from_str(toml).map(|RecipeFile { name, title, version, .. }| Outline { name, title, version })
    }

    fn from_file(
        file: RecipeFile,
        version: u32,
        source: &str,
        vectors: Vec<serde_json::Value>,
    ) -> Result<Self, RecipeError> {
        let id = format!("{}@{version}", file.name);
        let mut findings = swallowed::found(&file, source);
        let made = Self::made(file, version, source, vectors);
        let checked = made.and_then(|recipe| recipe.check().map(|()| recipe));
        match checked {
            Ok(recipe) if findings.is_empty() => Ok(recipe),
            checked => {
                findings.extend(checked.err().unwrap_or_default());
                Err(RecipeError::Senseless { recipe: id, findings })
            }
        }
    }

    fn made(
        file: RecipeFile,
        version: u32,
        source: &str,
        vectors: Vec<serde_json::Value>,
    ) -> Result<Self, Vec<Finding>> {
        let mut reading = Reading::default();
        let placeholders: Vec<Placeholder> =
            reading
                .all("placeholders", file.placeholders, |reading, written, place| reading.placeholder(written, place));
        let headers = reading.headers("headers", file.headers);
        let signature = file.signature.map(|written| reading.signature(written, &placeholders));
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
            parameters: file.parameters.and_then(|written| reading.lists(written)),
            appended: items(&file.appended),
            appended_on_test: items(&file.appended_on_test),
            headers,
            settings: file.settings,
            placeholders,
            body: reading.body(file.method, file.body),
            signature,
            reversal: file.reversal,
            zero_payout_told_by: file.zero_payout_told_by,
            name: file.name,
            version,
            title: file.title,
            self_proven: provenance::are_own(&vectors),
            vectors: vectors.iter().map(|vector| vector.to_string().into()).collect(),
            source: source.to_owned(),
        };
        reading.0.into_result().map(|()| recipe)
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

/// What was found wrong while the words became parts.
#[derive(Default)]
struct Reading(Findings);

impl Reading {
    /// Reads the values of a list, each with its place.
    fn all<T>(
        &mut self,
        list: &str,
        written: Vec<ValueWritten>,
        read: impl Fn(&mut Self, ValueWritten, &str) -> T,
    ) -> Vec<T> {
        let placed = written.into_iter().enumerate();
        placed.map(|(index, written)| read(self, written, &format!("{list}[{index}]"))).collect()
    }

    fn lists(&mut self, written: BTreeMap<String, Vec<String>>) -> Option<ParameterLists> {
        let mut by_event_type: BTreeMap<String, Vec<Item>> =
            written.into_iter().map(|(kind, list)| (kind, items(&list))).collect();
        let other = by_event_type.remove("other");
        if other.is_none() {
            self.0.push("parameters.other", "is lacking: a list for all other event types");
        }
        Some(ParameterLists { by_event_type, other: other? })
    }

    fn rule(&mut self, written: &ValueWritten, place: &str) -> ValueRule {
        let rule = written.rule();
        if let Some(fault) = rule.fault() {
            self.0.push(place, format!("{:?} {fault}", written.name));
        }
        rule
    }

    fn text_rule(&mut self, written: &ValueWritten, place: &str) -> ValueRule {
        let rule = self.rule(written, place);
        if !rule.is_text() || !written.fields.is_empty() {
            self.0.push(place, format!("{:?} is not a text", written.name));
        }
        rule
    }

    fn placeholder(&mut self, written: ValueWritten, place: &str) -> Placeholder {
        let rule = self.text_rule(&written, place);
        let ValueWritten { name, meaning, hidden, reversal_only, .. } = written;
        if meaning.is_none() {
            self.0.push(format!("{place}.meaning"), format!("is lacking: people read what {name:?} means"));
        }
        Placeholder { name, meaning: meaning.unwrap_or_default(), hidden, reversal_only, rule }
    }

    fn body(&mut self, method: MethodWord, written: Vec<ValueWritten>) -> Option<Vec<BodyField>> {
        match (method, written.is_empty()) {
            (MethodWord::Get, true) => return None,
            (MethodWord::Post, false) => {}
            (MethodWord::Get, false) | (MethodWord::Post, true) => {
                self.0.push("body", "must be there exactly where the method is POST");
            }
        }
        Some(self.fields("body", written))
    }

    fn fields(&mut self, list: &str, written: Vec<ValueWritten>) -> Vec<BodyField> {
        let mut seen = HashSet::new();
        for (index, field) in written.iter().enumerate() {
            if !seen.insert(&field.name) {
                self.0.push(format!("{list}[{index}].name"), format!("the body field {:?} stands twice", field.name));
            }
        }
        self.all(list, written, |reading, mut written, place| {
            let inside = std::mem::take(&mut written.fields);
            let content = match inside.is_empty() {
                true => Content::Value(reading.rule(&written, place)),
                false => Content::Object(reading.fields(&format!("{place}.fields"), inside)),
            };
            BodyField { name: written.name, content }
        })
    }

    fn headers(&mut self, list: &str, written: Vec<ValueWritten>) -> Vec<HeaderRule> {
        self.all(list, written, |reading, written, place| {
            let rule = reading.text_rule(&written, place);
            HeaderRule { name: written.name, rule }
        })
    }

    fn signature(&mut self, written: SignatureWritten, placeholders: &[Placeholder]) -> Signature {
        let signs = match written.signs {
            SignedText::Text { of, t } => {
                let is_placeholder = |name: &str| placeholders.iter().any(|placeholder| placeholder.name == name);
                SignedText::Text { of: of.for_placeholders(is_placeholder), t }
            }
            signs => signs,
        };
        Signature {
            algorithm: written.algorithm,
            key: written.key,
            digest: written.digest,
            signs,
            travels: written.travels,
            appended: items(&written.appended),
            headers: self.headers("signature.headers", written.headers),
            accepts_ambiguity: written.ambiguity.is_some(),
            legacy: written.legacy,
            not_covered: written.not_covered,
        }
    }
}
