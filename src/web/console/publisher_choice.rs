//! The field that names a publisher: a choice where there are few, else a text that is its ref, its id or its name.

use super::page_request::PageRequest;
use super::parts::field::Field;
use crate::actions::refusal::Refusal;
use crate::store::page::Page;
use crate::web::error::Problem;

/// The name that it is sent under.
pub(super) const NAME: &str = "publisherId";
/// Publishers that a choice holds; more are not looked through by anybody.
const FEW: usize = 50;
/// How one is named where they are many.
const BY_TEXT: &str = "Its ref or id, or its name where no other one has it.";

/// The field, with the publishers to choose from where they are few. `none` is the choice of none, where there may be none.
pub(super) async fn field(page: &PageRequest, none: Option<&str>) -> Result<Field, Problem> {
    let first = Page { limit: FEW, before: None };
    let mut listed = page.web.actions.publishers(page.caller(), first).await?;
    let field = Field::new(NAME, "Publisher");
    if listed.next.is_some() {
        let field = match none {
            Some(none) => field.help(&format!("{BY_TEXT} Left empty: {none}.")).may_be_empty(),
            None => field.help(BY_TEXT),
        };
        return Ok(field);
    }
    listed.items.sort_by_cached_key(|publisher| publisher.name.to_lowercase());
    let field = match none {
        Some(none) => field.choice("", &sentence(none)).may_be_empty(),
        None => field.choice("", "Choose one"),
    };
    Ok(listed.items.iter().fold(field, |field, publisher| field.choice(&publisher.id, &publisher.name)))
}

/// The same without looking any up, where nobody sees it.
pub(super) fn unread() -> Field {
    Field::new(NAME, "Publisher").may_be_empty()
}

/// Has the field hold the publisher with this id, which is called so.
pub(super) fn hold(field: &mut Field, id: &str, name: &str) {
    id.clone_into(&mut field.value);
    if !field.choices.is_empty() && !field.choices.iter().any(|choice| choice.value == id) {
        *field = field.clone().choice(id, name);
    }
}

/// The id of the publisher that was named.
pub(super) async fn meant(page: &PageRequest, named: &str) -> Result<String, Refusal> {
    Ok(page.web.actions.publisher_meant(page.caller(), named).await?.id)
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
