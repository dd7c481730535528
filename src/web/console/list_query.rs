//! What a list is asked for by its address: filters are a GET form, read as strictly as any other, and every link of the page
//! keeps them. What is wrong with one stands at its field, and the rest is kept.

use url::form_urlencoded;

use super::address::{Address, LIVE, OFF};
use super::forms::Form;
use super::frame::Live;
use super::kinds::Shape;
use super::page_request::PageRequest;
use super::parts::field::Field;
use super::words::cuts;
use crate::domain::invalid::Invalid;
use crate::web::error::Problem;
use crate::web::query::Query;

/// What is of one answer, and in no link that does not say so.
const PASSING: [&str; 5] = ["cursor", "after", "since", "newest", "part"];
/// Apps that a list can be narrowed to by choosing; of more, one is named by its id or ref.
pub(super) const FEW_APPS: usize = 40;
/// Characters of an app's name among them.
const OF_A_NAME: usize = 40;

/// The parameters of a list.
#[derive(Debug)]
pub(super) struct ListQuery {
    path: String,
    form: Form,
    query: Query,
    given: Address,
    pub(super) faults: Invalid,
}

impl ListQuery {
    /// Of the list at this path.
    pub(super) fn of(page: &PageRequest, path: &str, shape: &Shape<'_>) -> Result<Self, Problem> {
        let form = page.filters(shape);
        let (given, faults) = form.clone().into_parts(&[]);
        let texts = given.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)));
        let read = form_urlencoded::Serializer::new(String::new()).extend_pairs(texts).finish();
        let names: Vec<&str> = shape.iter().map(|(name, _)| *name).collect();
        let query = Query::read(&read, &names)?;
        let given = Address::of(&form, names);
        let mut this = Self { path: path.to_owned(), form, query, given, faults };
        this.take(|query| query.word(LIVE, &[OFF], |word| word));
        Ok(this)
    }

    /// What a parameter says, once it was read: times are those of UTC.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.query.text(name)
    }

    /// The same as a text of its own.
    pub(super) fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    /// What was typed, which is what an address holds.
    pub(super) fn typed(&self, name: &str) -> &str {
        self.form.typed(name)
    }

    /// What is read of the parameters as the API reads them; what is wrong is kept.
    pub(super) fn take<T>(&mut self, read: impl FnOnce(&Query) -> Result<T, Problem>) -> Option<T> {
        read(&self.query)
            .map_err(|problem| {
                let faults =
                    problem.faults().iter().filter(|new| self.faults.0.iter().all(|old| old.field != new.field));
                let faults = Invalid(faults.cloned().collect());
                self.faults.extend(faults);
            })
            .ok()
    }

    /// Whether nothing is wrong.
    pub(super) fn is_good(&self) -> bool {
        self.faults.0.is_empty()
    }

    /// Whether anything narrows the list, beside these.
    pub(super) fn narrows_beside(&self, names: &[&str]) -> bool {
        !self.given.without(&PASSING).without(&[LIVE]).has_only(names)
    }

    /// The list with the same filters, and these parameters besides; an empty one is taken out.
    pub(super) fn address(&self, more: &[(&str, &str)]) -> String {
        self.address_at(&self.path, more)
    }

    /// The same filters at another path.
    pub(super) fn address_at(&self, path: &str, more: &[(&str, &str)]) -> String {
        let with = |address: Address, (name, text): &(&str, &str)| {
            address.with(name, Some(*text).filter(|text| !text.is_empty()))
        };
        more.iter().fold(self.given.without(&PASSING), with).at(path)
    }

    /// Whether the page renews itself.
    pub(super) fn is_live(&self) -> bool {
        self.text(LIVE).is_none()
    }

    /// The switch that stops it, and starts it again.
    pub(super) fn live(&self) -> Live {
        let on = self.is_live();
        let cursor = self.text("cursor").unwrap_or_default();
        Live { on, turned: self.address(&[(LIVE, if on { OFF } else { "" }), ("cursor", cursor)]) }
    }

    /// A field of the filters with what was typed.
    pub(super) fn field(&self, name: &str, label: &str) -> Field {
        Field::new(name, label).may_be_empty().value(self.form.typed(name))
    }
}

/// What a list is filtered by, in a few words.
pub(super) fn said<'a>(fields: impl IntoIterator<Item = &'a Field>) -> String {
    let label = |field: &Field| {
        let chosen = field.choices.iter().find(|choice| field.holds(choice));
        chosen.map_or_else(|| cuts::text(&field.value, OF_A_NAME).shown, |choice| choice.label.clone())
    };
    let given: Vec<String> = fields.into_iter().filter(|field| !field.value.is_empty()).map(label).collect();
    if given.is_empty() { "none".to_owned() } else { given.join(", ") }
}

/// The same field with the apps that somebody may choose from; without any where they are too many, so that one is typed.
pub(super) fn among_apps(page: &PageRequest, mut field: Field, nothing: Option<&str>) -> Field {
    let apps = page.web.actions.named_apps(page.caller());
    if apps.len() > FEW_APPS {
        return field.help("By its id or ref.");
    }
    if let Some(nothing) = nothing {
        field = field.choice("", nothing);
    }
    for app in &apps {
        if field.value == app.id {
            field.value = app.called().to_owned();
        }
        field = field.choice(app.called(), &cuts::name(&app.name, app.beside(), OF_A_NAME).shown);
    }
    let is_among = field.choices.iter().any(|choice| choice.value == field.value);
    // An archived one, which nobody chooses any more, stays where it is asked for.
    if is_among || field.value.is_empty() {
        return field;
    }
    let value = field.value.clone();
    field.choice(&value, &value)
}
