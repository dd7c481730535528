//! `/dialects/drafts/new`: a draft out of a recipe that is there, or out of one that says what every recipe has to.

use actix_web::web::ServiceConfig;
use askama::Template;
use serde_json::Value;

use super::draft_path;
use super::form::{self, Fields, LARGEST, SHAPE};
use super::known;
use crate::domain::dialect::recipe::Recipe;
use crate::web::Answer;
use crate::web::console::flash::Kind;
use crate::web::console::frame::Frame;
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::lines::Link;
use crate::web::console::{faults, pages, render};
use crate::web::json::Body;

const PATH: &str = "/dialects/drafts/new";
const MAKES: &str = "POST /v1/dialects";
/// The recipe that is copied.
const FROM: &str = "from";
/// What every recipe has to say, for whoever copies none.
const BLANK: (&str, &str) = (include_str!("../blank/recipe.toml"), include_str!("../blank/vectors.json"));

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(pages::resource(PATH).get(show).post(send));
}

#[derive(Template)]
#[template(path = "dialect_draft.html")]
pub(super) struct DraftPage {
    pub(super) frame: Frame,
    /// Where the form goes.
    pub(super) path: String,
    pub(super) fields: Fields,
    pub(super) others: Vec<String>,
    /// Which one was seen, of a draft that is there.
    pub(super) revision: Option<i64>,
    /// When it was saved and by whom.
    pub(super) saved: Option<String>,
    /// Where it is given up.
    pub(super) delete: Option<String>,
}

fn page_of(page: &PageRequest, fields: Fields) -> DraftPage {
    DraftPage {
        frame: Frame { crumbs: vec![Link::new("Dialects", "/dialects")], ..page.frame("New draft") },
        path: PATH.to_owned(),
        fields,
        others: Vec::new(),
        revision: None,
        saved: None,
        delete: None,
    }
}

async fn show(page: PageRequest) -> Answer {
    page.may_perform(MAKES)?;
    let query = page.query(&[FROM])?;
    let fields = match query.text(FROM) {
        Some(name) => {
            let listed = known::named(&page, name).await?.listed;
            copied(&listed.recipe, listed.limited_to())
        }
        None => Fields::new(BLANK.0, BLANK.1.trim_end(), ""),
    };
    page.page(&page_of(&page, fields))
}

async fn send(page: PageRequest, body: Body<LARGEST>) -> Answer {
    page.may_perform(MAKES)?;
    let form = page.form(body.bytes(), SHAPE)?;
    let made = match form::given(&form) {
        Ok(given) => page.perform(MAKES, &[], page.web.actions.create_recipe_draft(page.caller(), &given)).await,
        Err(wrong) => Err(wrong.into()),
    };
    match made {
        Ok(draft) => {
            let end = if form::asks_for_check(&form) { "check" } else { "" };
            Ok(page.go_on(&draft_path(&draft.0.name, end), Kind::Done, "Saved."))
        }
        Err(refusal) => {
            let (wrong, problem) = faults::with_problem(refusal)?;
            let mut shown = page_of(&page, Fields::typed(&form));
            shown.others = shown.fields.wrong(&wrong);
            shown.frame.mark = "Error: ".to_owned();
            render::refused(&shown, &problem)
        }
    }
}

/// A recipe as the text of a draft. One that ships gets a name of the kind that only an operator's own have; its version is counted
/// where it is published. Whom it is limited to stays as it is.
fn copied(recipe: &Recipe, publishers: Option<&[String]>) -> Fields {
    let name = recipe.name();
    let new = if recipe.is_custom() { name.to_owned() } else { format!("x-{name}") };
    let is_version = |line: &str| line.split_once('=').is_some_and(|(key, _)| key.trim() == "version");
    let mut text = String::with_capacity(recipe.source().len());
    let mut is_head = true;
    for line in recipe.source().lines() {
        is_head &= !line.starts_with('[');
        if is_head && is_version(line) {
            continue;
        }
        let is_name = is_head && line.split_once('=').is_some_and(|(key, _)| key.trim() == "name");
        text.push_str(&if is_name { format!("name = \"{new}\"") } else { line.to_owned() });
        text.push('\n');
    }
    let mut vectors = recipe.vectors();
    // What shows a signature alone is compared with no callback.
    vectors.retain(|vector| vector.get("completion").is_some());
    for vector in vectors.iter_mut().filter_map(Value::as_object_mut) {
        if let Some(of) = vector.get_mut("recipe") {
            *of = format!("{new}@{}", recipe.version()).into();
        }
        // Whoever changes the recipe answers for what the vectors say of it.
        vector.entry("from").or_insert_with(|| "self".into());
    }
    Fields::new(&text, &form::written(&vectors), &publishers.unwrap_or_default().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dialect::catalog::Catalog;
    use crate::domain::dialect::custom::{self, Written};

    fn checked(fields: &Fields) -> custom::Checked {
        let vectors: Vec<Value> = serde_json::from_str(&fields.vectors.value).unwrap();
        custom::check(&Written { recipe: &fields.recipe.value, vectors: &vectors }, 1)
    }

    #[test]
    fn a_copy_of_a_recipe_that_ships_is_a_draft_as_it_stands() {
        let catalog = Catalog::builtin();
        for name in ["ayet", "besitos", "standard-webhooks"] {
            let fields = copied(catalog.get(name).unwrap(), None);
            assert_eq!(fields.publishers.value, "", "{name}");
            assert!(fields.recipe.value.contains(&format!("name = \"x-{name}\"")), "{name}");
            assert!(!fields.recipe.value.contains("version ="), "{name}");
            assert_eq!(checked(&fields).findings, [], "{name}");
        }
    }

    #[test]
    fn a_copy_of_what_is_limited_to_some_publishers_is_limited_to_them() {
        let (catalog, publishers) = (Catalog::builtin(), ["pub_1".to_owned(), "pub_2".to_owned()]);
        let fields = copied(catalog.get("ayet").unwrap(), Some(&publishers));
        assert_eq!(fields.publishers.value, "pub_1, pub_2");
    }

    #[test]
    fn the_blank_recipe_can_be_published_as_it_stands() {
        let checked = checked(&Fields::new(BLANK.0, BLANK.1, ""));
        assert!(checked.publishable, "{:?}", checked.findings);
        assert!(checked.vectors.iter().all(|vector| vector.matches), "{:?}", checked.vectors);
    }
}
