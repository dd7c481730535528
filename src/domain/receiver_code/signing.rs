//! The signing half of a plan: which text is signed, in steps that every language can write, and where the signature is.

use super::pattern::{self, Wrapped};
use super::shape::{Reading, Shape, fields};
use crate::domain::dialect::callback::CallbackConfig;
use crate::domain::dialect::digest::{Algorithm, Digest, KeyForm};
use crate::domain::dialect::endpoint_settings::TimestampSource;
use crate::domain::dialect::facts::Unit;
use crate::domain::dialect::format::Format;
use crate::domain::dialect::recipe::Recipe;
use crate::domain::dialect::signature::{Signature, Travels};
use crate::domain::dialect::signed_text::{QueryForm, SignedText, Sort};
use crate::domain::dialect::text_of::TextPiece;
use crate::domain::dialect::value::{Fact, ValueRule, ValueSource};

/// Why there is no receiver for an endpoint; a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoPlan(pub String);

/// How a receiver knows who calls.
#[derive(Clone, Debug)]
pub(super) enum Check {
    /// By a signature.
    Signed(Box<Signing>),
    /// By the secret itself, in this value.
    Secret(Reading),
    /// By the address that the callback comes from.
    Address,
}

/// How callbacks are signed.
#[derive(Clone, Debug)]
pub(super) struct Signing {
    pub(super) algorithm: Algorithm,
    pub(super) key: KeyForm,
    pub(super) digest: Digest,
    pub(super) carried: Carried,
    /// The signed text.
    pub(super) text: Vec<Step>,
    /// That of reversals, where they have another shape.
    pub(super) reversed_text: Option<Vec<Step>>,
    /// Where the time stands that is a part of the text.
    pub(super) time: Option<Time>,
}

/// Where the signature is.
#[derive(Clone, Debug)]
pub(super) enum Carried {
    /// In the last parameter of the URL.
    Last(String),
    /// In a parameter among others.
    Parameter(String),
    /// In a header.
    Header(String, Wrapped),
}

/// Where the time stands.
#[derive(Clone, Debug)]
pub(super) enum Time {
    /// Beside the signature, in its header.
    Wrapped,
    /// In a header of its own.
    Header(String),
}

/// A stretch of the signed text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Literal(String),
    Secret,
    /// The time, as it was sent.
    Time,
    /// A value, as a receiver decodes it.
    Value(Reading),
    /// The part of an amount before its point.
    Whole(Reading),
    /// The raw body.
    Body,
    /// The URL as it was sent, up to the signature.
    Url,
    /// The query as it was sent, up to the signature.
    RawQuery,
    /// Names and values, sorted by name and joined as in a query.
    Pairs {
        only: Vec<String>,
        encode: QueryForm,
    },
    /// Values and what stands between them; those that are marked are left out where they are empty.
    Joined {
        join: String,
        values: Vec<(Reading, bool)>,
    },
}

/// An instant that must not be stale.
#[derive(Clone, Debug)]
pub(super) struct Fresh {
    /// Where it stands; `None`: where the time stands that is signed.
    pub(super) reading: Option<Reading>,
    pub(super) unit: Unit,
}

/// How it is known who calls.
pub(super) fn check(recipe: &Recipe, config: &CallbackConfig, completion: &Shape) -> Result<Check, NoPlan> {
    let Some(signature) = recipe.signature() else {
        let secret = completion.of_fact(recipe, Fact::Secret);
        return Ok(secret.map_or(Check::Address, Check::Secret));
    };
    let carried = match &signature.travels {
        Travels::Query(name) => Carried::Last(name.clone()),
        Travels::Placeholder(_) => {
            match signature.placeholder().iter().find_map(|name| completion.carried(name)) {
                Some(Reading::Parameter(name)) => Carried::Parameter(name),
                // Without a place for it nothing is signed.
                _ => return Ok(Check::Address),
            }
        }
        Travels::Header(carrier) => {
            let name = carrier.name_at(&config.settings.dialect_settings);
            Carried::Header(name.to_owned(), pattern::wrapped(carrier))
        }
    };
    let text = steps(recipe, config, signature, completion, &carried)?;
    let elsewhere = config.settings.reversal_url.as_ref().filter(|_| recipe.takes_reversal_url());
    let reversed = elsewhere.and_then(|url| url.template(recipe).ok()).map(|template| Shape::of(recipe, &template));
    let reversed = reversed.map(|shape| steps(recipe, config, signature, &shape, &carried)).transpose()?;
    Ok(Check::Signed(Box::new(Signing {
        algorithm: signature.algorithm,
        key: signature.key.clone(),
        digest: signature.digest,
        time: time(recipe, signature, &carried),
        reversed_text: reversed.filter(|reversed| *reversed != text),
        text,
        carried,
    })))
}

fn time(recipe: &Recipe, signature: &Signature, carried: &Carried) -> Option<Time> {
    let wrapped = match carried {
        Carried::Header(_, wrapped) => wrapped.whole.as_ref().and_then(|whole| whole.time),
        Carried::Last(_) | Carried::Parameter(_) => None,
    };
    let mut headers = recipe.headers().iter().chain(&signature.headers);
    let beside =
        headers.find(|header| header.rule.uses(Fact::AttemptedAt)).map(|header| Time::Header(header.name.clone()));
    wrapped.map(|_| Time::Wrapped).or(beside)
}

fn steps(
    recipe: &Recipe,
    config: &CallbackConfig,
    signature: &Signature,
    shape: &Shape,
    carried: &Carried,
) -> Result<Vec<Step>, NoPlan> {
    let untold = |what: &str| NoPlan(format!("There is no receiver code for what {} signs: {what}.", recipe.title()));
    let is_inside = matches!(carried, Carried::Parameter(_));
    match &signature.signs {
        SignedText::Url if is_inside => Err(untold("a URL that holds its own signature")),
        SignedText::Url => Ok(vec![Step::Url]),
        SignedText::Query { sort: Sort::Sent, encode: QueryForm::Sent, only: None } if !is_inside => {
            Ok(vec![Step::RawQuery])
        }
        SignedText::Query { sort: Sort::Sent, .. } | SignedText::Query { encode: QueryForm::Sent, .. } => {
            Err(untold("parameters in the order and the encoding in which they came"))
        }
        SignedText::Query { sort: Sort::Name, encode, only } => {
            Ok(vec![Step::Pairs { only: only.clone().unwrap_or_default(), encode: *encode }])
        }
        SignedText::Values { join, leave_out_empty } => {
            let mut names: Vec<&String> = shape.used.iter().filter(|name| !signature.stands_for(name)).collect();
            names.sort_unstable();
            names.dedup();
            let value = |name: &String| {
                let reading = shape.carried(name).ok_or_else(|| untold(&format!("{name} is no whole value")))?;
                Ok((reading, leave_out_empty.contains(name)))
            };
            let values = names.into_iter().map(value).collect::<Result<Vec<_>, NoPlan>>()?;
            Ok(vec![Step::Joined { join: join.clone(), values }])
        }
        SignedText::Text { of, .. } => {
            let piece = |piece: &TextPiece| match piece {
                TextPiece::Literal(text) => Ok(Step::Literal(text.clone())),
                TextPiece::Secret => Ok(Step::Secret),
                TextPiece::Time => Ok(Step::Time),
                TextPiece::Body => Ok(Step::Body),
                TextPiece::EventId => {
                    let mut headers = recipe.headers().iter().chain(&signature.headers);
                    let header = headers.find(|header| header.rule.uses(Fact::EventId));
                    let header = header.map(|header| Step::Value(Reading::Header(header.name.clone())));
                    header.ok_or_else(|| untold("an event id that stands in no header"))
                }
                TextPiece::Placeholder(name) => {
                    placeholder(recipe, config, shape, name).ok_or_else(|| untold(&format!("the value of {name}")))
                }
            };
            of.pieces().iter().map(piece).collect()
        }
    }
}

/// The value of a signed placeholder: where it travels, else what this endpoint's settings say, else what can be made of
/// another one that has the same source.
fn placeholder(recipe: &Recipe, config: &CallbackConfig, shape: &Shape, name: &str) -> Option<Step> {
    if let Some(reading) = shape.reading(recipe, name) {
        return Some(Step::Value(reading));
    }
    // A further pair that the template does not name.
    let Some(own) = recipe.placeholder(name) else { return Some(Step::Literal(String::new())) };
    match &own.rule.source {
        Some(ValueSource::Setting(setting)) => {
            return Some(Step::Literal(config.settings.dialect_settings.get(setting).cloned().unwrap_or_default()));
        }
        Some(ValueSource::Fact(Fact::AppLabel)) => return Some(Step::Literal(config.app_label.clone())),
        _ => {}
    }
    let same = recipe
        .placeholders()
        .iter()
        .filter(|other| !other.hidden() && other.rule.source.is_some() && other.rule.source == own.rule.source);
    let reading = same.into_iter().find_map(|other| shape.carried(other.name()))?;
    match own.rule.format {
        Format::Plain => Some(Step::Value(reading)),
        Format::Cut(0) | Format::Integer => Some(Step::Whole(reading)),
        _ => None,
    }
}

/// The instant of the attempt, where the signature covers one.
pub(super) fn fresh(recipe: &Recipe, config: &CallbackConfig, shape: &Shape, check: &Check) -> Option<Fresh> {
    let (Check::Signed(signing), signature) = (check, recipe.signature()?) else { return None };
    if signing.text.contains(&Step::Time) && signing.time.is_some() {
        return Some(Fresh { reading: None, unit: signature.signs.unit() });
    }
    let unit = |rule: &ValueRule| match rule.format {
        Format::Plain => Some(Unit::Milliseconds),
        Format::Seconds => Some(Unit::Seconds),
        _ => None,
    };
    let is_attempt = |rule: &ValueRule| {
        let chosen = config.settings.timestamp_source == TimestampSource::Attempt && rule.uses(Fact::Timestamp);
        rule.uses(Fact::AttemptedAt) || chosen
    };
    if signature.signs.holds_body() {
        let field = fields(recipe).into_iter().find(|(_, rule)| is_attempt(rule) && unit(rule).is_some());
        return field.and_then(|(path, rule)| Some(Fresh { reading: Some(Reading::Field(path)), unit: unit(rule)? }));
    }
    let covers = |reading: &Reading| {
        signature.signs.needs_whole_query()
            || signing.text.iter().any(|step| match step {
                Step::Value(own) => own == reading,
                Step::Pairs { only, .. } => only.iter().any(|name| Reading::Parameter(name.clone()) == *reading),
                Step::Joined { values, .. } => values.iter().any(|(own, _)| own == reading),
                _ => false,
            })
    };
    let attempts = recipe.placeholders().iter().filter(|known| !known.hidden() && is_attempt(&known.rule));
    attempts.into_iter().find_map(|known| {
        let reading = shape.carried(known.name()).filter(covers)?;
        Some(Fresh { reading: Some(reading), unit: unit(&known.rule)? })
    })
}
