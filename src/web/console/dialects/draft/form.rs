//! The form of a draft: the recipe's text, its vectors, and who may choose it. What is wrong stands at its field, with the line of the
//! text that it is about.

use serde_json::{Map, Value};

use crate::domain::dialect::listed::RecipeDraft;
use crate::domain::invalid::Invalid;
use crate::web::console::forms::Form;
use crate::web::console::kinds::{Kind, Shape};
use crate::web::console::parts::field::Field;
use crate::web::console::words::{places, sentences};

/// Largest form: what a recipe and its vectors may have, escaped threefold.
pub(super) const LARGEST: usize = 1024 * 1024;
pub(super) const SHAPE: &Shape<'_> = &[
    (RECIPE, Kind::Text),
    (VECTORS, Kind::Text),
    (PUBLISHERS, Kind::Words),
    (REVISION, Kind::Whole),
    (ACT, Kind::Text),
];
const RECIPE: &str = "recipe";
const VECTORS: &str = "vectors";
const PUBLISHERS: &str = "publishers";
pub(super) const REVISION: &str = "revision";
const ACT: &str = "act";

/// The controls.
#[derive(Clone, Debug)]
pub(super) struct Fields {
    pub(super) recipe: Field,
    pub(super) vectors: Field,
    pub(super) publishers: Field,
}

impl Fields {
    /// With this text, and these vectors as text.
    pub(super) fn new(recipe: &str, vectors: &str, publishers: &str) -> Self {
        let help = "A name that begins with x-, and all that the vendor's page says. What is built in is written in the same words: \
                    copy the nearest. At most 32 KiB.";
        Self {
            recipe: Field::new(RECIPE, "Recipe (TOML)").help(help).value(recipe),
            vectors: Field::new(VECTORS, "Vectors (JSON)")
                .help("A list of completions with the exact requests that they must become; each says where its signature comes from: \
                       vendor, receiver or self.")
                .value(vectors)
                .may_be_empty(),
            publishers: Field::new(PUBLISHERS, "Publishers who may choose it")
                .help("Refs or ids between commas. Left empty: everybody.")
                .value(publishers)
                .may_be_empty(),
        }
    }

    /// As the draft is kept.
    pub(super) fn of(draft: &RecipeDraft) -> Self {
        let publishers = draft.publishers.clone().unwrap_or_default();
        Self::new(&draft.text, &written(&draft.vectors), &publishers.join(", "))
    }

    /// As it was typed.
    pub(super) fn typed(form: &Form) -> Self {
        Self::new(form.typed(RECIPE), form.typed(VECTORS), form.typed(PUBLISHERS))
    }

    /// The controls, in the order of the page.
    pub(super) fn all(&self) -> [&Field; 3] {
        [&self.recipe, &self.vectors, &self.publishers]
    }

    /// Puts what is wrong at its field. A place that is in neither of the others is one of the recipe's.
    pub(super) fn wrong(&mut self, wrong: &Invalid) -> Vec<String> {
        let mut others = Vec::new();
        for fault in &wrong.0 {
            let said = sentences::of(&fault.message);
            let (field, at) = match fault.field.as_str() {
                "" | REVISION => {
                    others.push(said);
                    continue;
                }
                place if is_below(place, VECTORS) => (&mut self.vectors, place.to_owned()),
                place if is_below(place, PUBLISHERS) => (&mut self.publishers, String::new()),
                place => {
                    let line = places::line(&self.recipe.value, place);
                    let line = line.map(|line| format!("line {}, {}", line.number, line.text));
                    (
                        &mut self.recipe,
                        line.unwrap_or_else(|| if place == RECIPE { String::new() } else { place.to_owned() }),
                    )
                }
            };
            let label = field.label.clone();
            let told = if at.is_empty() { format!("{label}: {said}") } else { format!("{label}, {at}: {said}") };
            *field = field.clone().fault(&told);
        }
        others
    }
}

fn is_below(place: &str, field: &str) -> bool {
    place.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.']))
}

/// Vectors as people read them.
pub(super) fn written(vectors: &[Value]) -> String {
    // A list of JSON values can always be written.
    serde_json::to_string_pretty(vectors).unwrap_or_default()
}

/// What the form gives, as the API's object.
pub(super) fn given(form: &Form) -> Result<Map<String, Value>, Invalid> {
    let (mut given, mut faults) = form.clone().into_parts(&[ACT]);
    if let Some(Value::String(text)) = given.get(VECTORS) {
        match serde_json::from_str::<Vec<Value>>(text) {
            Ok(vectors) => drop(given.insert(VECTORS.to_owned(), vectors.into())),
            Err(error) => faults.push(VECTORS, format!("must be a JSON list of objects: {error}")),
        }
    }
    // Publishers that are left empty are everybody.
    given.retain(|name, value| name == PUBLISHERS || !value.is_null());
    faults.into_result().map(|()| given)
}

/// Whether the form asks for a check as well.
pub(super) fn asks_for_check(form: &Form) -> bool {
    form.typed(ACT) == "check"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_stands_at_its_field_with_its_line() {
        let mut fields = Fields::new("name = \"x-a\"\n[signature]\nsigns = \"ulr\"\n", "[]", "");
        let mut wrong = Invalid::field("signature.signs", "is no text that can be signed");
        wrong.push("vectors[0].from", "is missing");
        wrong.push("publishers[1]", "names no publisher");
        wrong.push("", "The draft was changed since.");
        let others = fields.wrong(&wrong);
        assert_eq!(
            fields.recipe.faults[0].message,
            "Recipe (TOML), line 3, signs = \"ulr\": Is no text that can be signed."
        );
        assert_eq!(fields.vectors.faults[0].message, "Vectors (JSON), vectors[0].from: Is missing.");
        assert_eq!(fields.publishers.faults[0].message, "Publishers who may choose it: Names no publisher.");
        assert_eq!(others, ["The draft was changed since."]);
    }

    #[test]
    fn vectors_are_read_as_json_and_what_is_none_is_told() {
        let read = |body: &str| given(&Form::read(body.as_bytes(), SHAPE));
        let object = Value::Object(read("recipe=a&vectors=%5B%7B%7D%5D&publishers=&revision=3&act=check").unwrap());
        assert_eq!(object, serde_json::json!({"recipe": "a", "vectors": [{}], "publishers": null, "revision": 3}));
        assert_eq!(read("recipe=a&vectors=%7B").unwrap_err().0[0].field, "vectors");
    }
}
