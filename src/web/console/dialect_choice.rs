//! Choosing a dialect: one line each, in the order of their names, and what a dialect wants to know of an endpoint besides.
//!
//! Each dialect's own fields stand in its line under a name of their own (`settings.notik.pub_id`), so that two dialects may
//! ask for the same; of what was typed, only those of the chosen dialect are given to the API.

use serde_json::{Map, Value};

use super::faults::{self, SETTINGS};
use super::forms::Form;
use super::kinds::Kind;
use super::parts::field::Field;
use super::words::dialects;
use crate::domain::dialect::catalog::Catalog;
use crate::domain::dialect::listed::Listed;
use crate::domain::dialect::recipe::{Recipe, Setting};
use crate::domain::invalid::Invalid;

/// The field of the API.
const DIALECT: &str = "dialect";

/// The choice.
#[derive(Clone, Debug)]
pub(super) struct DialectChoice {
    /// Name, label, help, what is chosen, and what is wrong with that.
    pub(super) field: Field,
    /// What can be chosen.
    pub(super) rows: Vec<DialectRow>,
}

/// A dialect.
#[derive(Clone, Debug)]
pub(super) struct DialectRow {
    pub(super) name: String,
    pub(super) title: String,
    /// How it is sent and signed, in one line.
    pub(super) how: String,
    /// What it wants to know.
    pub(super) own: Vec<Field>,
}

impl DialectChoice {
    /// Every dialect in its newest version.
    pub(super) fn of(catalog: &Catalog) -> Self {
        let row = |listed: &Listed| {
            let recipe = &listed.recipe;
            DialectRow {
                name: recipe.name().to_owned(),
                title: recipe.title().to_owned(),
                how: dialects::how_listed(listed),
                own: recipe.settings().iter().map(|setting| own(recipe, setting)).collect(),
            }
        };
        // What was withdrawn is chosen no more.
        let mut rows: Vec<DialectRow> =
            catalog.newest_listed().filter(|listed| !listed.is_withdrawn()).map(row).collect();
        rows.sort_by_cached_key(|row| row.title.to_lowercase());
        let field =
            Field::new(DIALECT, "Dialect").help("How callbacks look and are signed. Choose what the server expects.");
        Self { field, rows }
    }

    /// The names of the dialects' own fields.
    pub(super) fn own_names(&self) -> Vec<String> {
        self.rows.iter().flat_map(|row| &row.own).map(|own| own.name.clone()).collect()
    }

    /// The same with what was typed.
    pub(super) fn typed(mut self, form: &Form) -> Self {
        self.field.value = form.typed(DIALECT).to_owned();
        for own in self.rows.iter_mut().flat_map(|row| &mut row.own) {
            own.value = form.typed(&own.name).to_owned();
        }
        self
    }

    /// The choice, and what the chosen dialect wants to know.
    pub(super) fn fields(&self) -> Vec<&Field> {
        let chosen = self.rows.iter().find(|row| row.name == self.field.value);
        [&self.field].into_iter().chain(chosen.map(|row| row.own.as_slice()).unwrap_or_default()).collect()
    }

    /// The same, to be changed.
    pub(super) fn fields_mut(&mut self) -> Vec<&mut Field> {
        let chosen = self.rows.iter_mut().find(|row| row.name == self.field.value);
        let own = chosen.map(|row| row.own.as_mut_slice()).unwrap_or_default();
        [&mut self.field].into_iter().chain(own).collect()
    }

    /// What the API says is wrong, by the names of these fields.
    pub(super) fn named(&self, wrong: Invalid) -> Invalid {
        faults::of_own_settings(wrong, &below(&self.field.value))
    }
}

/// What is sent under these names.
pub(super) fn shape<'a>(common: &[(&'a str, Kind)], own: &'a [String]) -> Vec<(&'a str, Kind)> {
    common.iter().copied().chain(own.iter().map(|name| (name.as_str(), Kind::Text))).collect()
}

/// Leaves, of what was typed into the dialects' own fields, what belongs to the one that is chosen.
pub(super) fn keep_chosen(given: &mut Map<String, Value>) {
    let Some(Value::Object(mut typed)) = given.shift_remove("settings") else { return };
    let chosen = given.get(DIALECT).and_then(Value::as_str).unwrap_or_default();
    if let Some(own) = typed.shift_remove(chosen) {
        given.insert("settings".to_owned(), own);
    }
}

/// What a dialect wants to know. Even what it cannot do without may be written later, with the callback URL.
fn own(recipe: &Recipe, setting: &Setting) -> Field {
    let field = Field::new(&format!("{}{}", below(recipe.name()), setting.name), dialects::setting(setting));
    let field = field.means(&setting.meaning);
    if setting.required { field.may_be_empty() } else { field.optional() }
}

fn below(dialect: &str) -> String {
    format!("{SETTINGS}{dialect}.")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn dialects_stand_in_the_order_of_their_names() {
        let titles: Vec<String> =
            DialectChoice::of(&Catalog::builtin()).rows.into_iter().map(|row| row.title.to_lowercase()).collect();
        assert!(titles.len() > 10 && titles.is_sorted(), "{titles:?}");
    }

    #[test]
    fn what_was_typed_for_another_dialect_is_not_given() {
        let choice = DialectChoice::of(&Catalog::builtin());
        let own = choice.own_names();
        let body = b"dialect=notik&settings.notik.pub_id=p&settings.ayet.adslot_id=a&settings.attribloom.surfaceId=";
        let form = Form::read(body, &shape(&[(DIALECT, Kind::Text)], &own));
        let choice = choice.typed(&form);
        let mut given = form.into_object(&[]).unwrap();
        keep_chosen(&mut given);
        assert_eq!(Value::Object(given), json!({"dialect": "notik", "settings": {"pub_id": "p"}}));
        let wrong = choice.named(Invalid::field("settings.app_id", "is required"));
        let mut choice = choice;
        assert_eq!(faults::show(&mut choice.fields_mut(), &wrong), [""; 0]);
    }
}
