//! What somebody has changed of what a form showed: that alone is saved, so that whoever saves from a page that was opened a while ago
//! undoes nothing that others have set meanwhile.

use actix_web::HttpResponse;
use serde_json::{Map, Value};
use url::form_urlencoded::Serializer;

use crate::domain::app::App;
use crate::domain::invalid::Invalid;
use crate::web::console::flash;
use crate::web::console::forms::Form;
use crate::web::console::kinds::Shape;
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::field::Field;
use crate::web::console::sections;

/// The hidden field with all that the form showed.
pub(super) const SHOWN: &str = "shown";

/// What a form with these fields shows.
pub(super) fn shown(fields: &[&Field]) -> String {
    Serializer::new(String::new()).extend_pairs(fields.iter().map(|field| (&field.name, &field.value))).finish()
}

/// What is given of a form, without what it showed so. Of a form that does not tell, all is.
pub(super) fn since_shown(
    form: &Form,
    shape: &Shape<'_>,
    given: impl Fn(&Form) -> Result<Map<String, Value>, Invalid>,
) -> Result<Map<String, Value>, Invalid> {
    let mut changed = given(form)?;
    let before = form.typed(SHOWN);
    if !before.is_empty()
        && let Ok(before) = given(&Form::read(before.as_bytes(), shape))
    {
        changed.retain(|name, value| before.get(name) != Some(value));
    }
    Ok(changed)
}

/// The answer to a form that changes nothing.
pub(super) fn nothing(page: &PageRequest, app: &App) -> HttpResponse {
    let text = "Nothing was changed: it was set like this already.";
    page.go_on(&sections::path(app, "settings"), flash::Kind::Done, text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::web::console::kinds::Kind;

    const SHAPE: &Shape<'_> = &[("name", Kind::Text), ("days", Kind::ResettableWhole), (SHOWN, Kind::Text)];

    fn changed(body: &str) -> Value {
        let given = |form: &Form| form.clone().into_object(&[SHOWN]);
        Value::Object(since_shown(&Form::read(body.as_bytes(), SHAPE), SHAPE, given).unwrap())
    }

    #[test]
    fn only_what_differs_from_what_was_shown_is_given() {
        let fields = [Field::new("name", "Name").value("A & b"), Field::new("days", "Days").value("7")];
        let shown: String = form_urlencoded_of(&shown(&fields.iter().collect::<Vec<_>>()));
        assert_eq!(changed(&format!("name=New&days=7&shown={shown}")), json!({"name": "New"}));
        assert_eq!(changed(&format!("name=A+%26+b&days=&shown={shown}")), json!({"days": null}));
        assert_eq!(changed(&format!("name=A+%26+b&days=7&shown={shown}")), json!({}));
        assert_eq!(changed("name=New&days=7"), json!({"name": "New", "days": 7}));
    }

    fn form_urlencoded_of(text: &str) -> String {
        url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
    }
}
