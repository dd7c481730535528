//! The shape of a callback: where in it each value stands, as a receiver reads it back.

use super::pattern::{self, PathPattern};
use crate::domain::dialect::recipe::{BodyField, Content, Placeholder, Recipe};
use crate::domain::dialect::value::{Fact, ValueRule, ValueSource};
use crate::domain::template::{Piece, Template};

/// Where a receiver finds a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// Among the decoded parameters of the query, and of the path, by name.
    Parameter(String),
    /// In the JSON body.
    Field(Vec<String>),
    /// In a header.
    Header(String),
}

/// Where the values of a callback stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// The parameters in order, with the one placeholder that each is filled by, where one is.
    parameters: Vec<(String, Option<String>)>,
    /// Fixed parameters with their texts.
    pub(super) fixed: Vec<(String, String)>,
    /// The path, where values stand in it.
    pub(super) path: Option<PathPattern>,
    /// The path, where none does.
    pub(super) fixed_path: Option<String>,
    /// The placeholders that the template uses, in order.
    pub(super) used: Vec<String>,
    /// What is deduplicated on.
    pub(super) transaction_id: Option<Reading>,
    /// The user.
    pub(super) user_id: Option<Reading>,
    /// What the user is given: its reward, else what the completion is worth.
    pub(super) amount: Option<Reading>,
}

/// Amounts, the one that a user is given first.
const AMOUNTS: [Fact; 4] = [Fact::UserReward, Fact::RewardMinor, Fact::PayoutMinor, Fact::GrossMinor];

impl Shape {
    /// The shape of callbacks to this template.
    pub(super) fn of(recipe: &Recipe, template: &Template) -> Self {
        let mut parameters = Vec::new();
        let mut fixed = Vec::new();
        let mut holding = None;
        for parameter in template.parameters() {
            let pieces = parameter.value.as_deref().unwrap_or_default();
            let tells_id =
                pieces.iter().filter_map(Piece::placeholder).any(|name| uses(recipe, name, Fact::TransactionId));
            if tells_id {
                holding.get_or_insert_with(|| Reading::Parameter(parameter.decoded_name()));
            }
            match pieces {
                [] => fixed.push((parameter.decoded_name(), String::new())),
                [Piece::Literal(text)] => {
                    fixed.push((parameter.decoded_name(), crate::domain::encoding::decode(text)));
                }
                _ => {}
            }
            parameters.push((parameter.decoded_name(), parameter.sole_placeholder().map(str::to_owned)));
        }
        if recipe.has_parameter_list() && template.is_bare() {
            for item in recipe.parameter_lists().flat_map(|(_, items)| items) {
                let filled_by = item.fixed.is_none().then(|| item.name.clone());
                if !parameters.iter().any(|(name, _)| *name == item.name) {
                    parameters.push((item.name.clone(), filled_by));
                }
            }
        }
        let beside = recipe.signature().into_iter().flat_map(|signature| &signature.appended);
        for item in recipe.appended().iter().chain(beside) {
            parameters.push((item.name.clone(), item.fixed.is_none().then(|| item.name.clone())));
        }
        let in_path = template.path().iter().any(|piece| piece.placeholder().is_some());
        let path =
            in_path.then(|| pattern::path(template.path(), |name| parameters.iter().any(|(own, _)| own == name)));
        let literal = |piece: &Piece| match piece {
            Piece::Literal(text) => text.clone(),
            Piece::Placeholder(_) => String::new(),
        };
        let fixed_path = (!in_path).then(|| template.path().iter().map(literal).collect());
        let used = template.placeholders().map(str::to_owned).collect();
        let mut shape =
            Self { parameters, fixed, path, fixed_path, used, transaction_id: None, user_id: None, amount: None };
        let fact = |fact: Fact| shape.of_fact(recipe, fact);
        let found = (fact(Fact::TransactionId).or(holding), fact(Fact::UserId), AMOUNTS.into_iter().find_map(fact));
        (shape.transaction_id, shape.user_id, shape.amount) = found;
        shape
    }

    /// Where a value of this fact stands.
    pub(super) fn of_fact(&self, recipe: &Recipe, fact: Fact) -> Option<Reading> {
        let is_it = |source: &ValueSource| *source == ValueSource::Fact(fact);
        if recipe.body().is_some() {
            return Self::field(recipe, is_it);
        }
        let placeholders = recipe.placeholders().iter().filter(|known| !known.hidden() && known.rule.uses(fact));
        placeholders.into_iter().find_map(|known| self.carried(known.name()))
    }

    /// Where the value of a placeholder stands, under its own name or that of its twin.
    pub(super) fn reading(&self, recipe: &Recipe, name: &str) -> Option<Reading> {
        let own = || {
            let placeholder = recipe.placeholder(name)?;
            recipe.carriers(placeholder).find_map(|twin| self.carried(twin.name()))
        };
        self.carried(name).or_else(own)
    }

    /// Where this placeholder is the whole value.
    pub(super) fn carried(&self, name: &str) -> Option<Reading> {
        let parameter = self.parameters.iter().find(|(_, own)| own.as_deref() == Some(name)).map(|(name, _)| name);
        let in_path = || self.path.as_ref()?.named.iter().find(|(own, _)| own == name).map(|(_, key)| key);
        parameter.or_else(in_path).cloned().map(Reading::Parameter)
    }

    /// The first field of the body whose value may come from there.
    pub(super) fn field(recipe: &Recipe, is_it: impl Fn(&ValueSource) -> bool) -> Option<Reading> {
        let found = fields(recipe).into_iter().find(|(_, rule)| rule.sources().any(&is_it));
        found.map(|(path, _)| Reading::Field(path))
    }

    /// What the values mean, by the names that a receiver reads them by.
    pub(super) fn meanings(&self, recipe: &Recipe) -> Vec<(String, String)> {
        if recipe.body().is_some() {
            let meaning =
                |rule: &ValueRule| rule.source.as_ref().map_or_else(|| "a fixed word".to_owned(), ValueSource::field);
            return fields(recipe).into_iter().map(|(path, rule)| (path.join("."), meaning(rule))).collect();
        }
        let own = |name: &str| match recipe.placeholder(name) {
            Some(known) => Some(known.meaning().to_owned()),
            None => name.strip_prefix("extra.").map(|pair| format!("as reported in extra.{pair}")),
        };
        let in_path = self.path.iter().flat_map(|path| &path.named);
        let in_path = in_path.filter_map(|(name, key)| Some((key.clone(), own(name)?)));
        let of_query = self.parameters.iter().filter_map(|(key, name)| Some((key.clone(), own(name.as_deref()?)?)));
        in_path.chain(of_query).collect()
    }
}

fn uses(recipe: &Recipe, name: &str, fact: Fact) -> bool {
    recipe.placeholder(name).is_some_and(|known: &Placeholder| known.rule.uses(fact))
}

/// The fields of the body that hold a value, in order.
pub(super) fn fields(recipe: &Recipe) -> Vec<(Vec<String>, &ValueRule)> {
    fn of<'a>(fields: &'a [BodyField], path: &[String], found: &mut Vec<(Vec<String>, &'a ValueRule)>) {
        for field in fields {
            let path = [path, std::slice::from_ref(&field.name)].concat();
            match &field.content {
                Content::Value(rule) => found.push((path, rule)),
                Content::Object(fields) => of(fields, &path, found),
            }
        }
    }
    let mut found = Vec::new();
    of(recipe.body().unwrap_or_default(), &[], &mut found);
    found
}
