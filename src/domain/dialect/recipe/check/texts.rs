//! Texts of a recipe, which people read or receivers compare: none may hold what is not seen, so that what a page shows is what
//! the file says.

use super::super::Recipe;
use super::super::finding::Findings;
use super::super::parts::{BodyField, Content};
use crate::domain::characters::misleads;

/// What of a text nobody would see, or would see otherwise than it is.
fn fault(text: &str) -> Option<String> {
    let is_unseen = |c: &char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') || misleads(*c);
    let unseen = text.chars().find(is_unseen)?;
    Some(format!("holds U+{:04X}, which nobody sees: no control or format characters", u32::from(unseen)))
}

impl Recipe {
    pub(super) fn check_texts(&self, findings: &mut Findings) {
        let mut look_at = |place: String, text: &str| {
            if let Some(fault) = fault(text) {
                findings.push(place, fault);
            }
        };
        look_at("title".to_owned(), &self.title);
        // A paragraph may be written in several lines.
        look_at("about".to_owned(), &self.about.replace("\r\n", " ").replace('\n', " "));
        for (at, setting) in self.settings.iter().enumerate() {
            look_at(format!("settings[{at}].meaning"), &setting.meaning);
        }
        for (at, placeholder) in self.placeholders.iter().enumerate() {
            look_at(format!("placeholders[{at}].meaning"), &placeholder.meaning);
        }
        for (place, rule) in self.placed_rules() {
            rule.fixed().for_each(|word| look_at(place.clone(), word));
        }
        for (place, item) in self.listed() {
            item.fixed.iter().for_each(|word| look_at(place.clone(), word));
        }
        let bodies = self.success.body_is().iter().enumerate();
        bodies.for_each(|(at, body)| look_at(format!("success.body_is[{at}]"), body));
        look_at("success.body_contains".to_owned(), self.success.token().unwrap_or_default());
        check_fields("body", self.body.as_deref().unwrap_or_default(), findings);
    }
}

/// The names of a body's fields, which receivers read it by.
fn check_fields(list: &str, fields: &[BodyField], findings: &mut Findings) {
    for (at, BodyField { name, content }) in fields.iter().enumerate() {
        let place = format!("{list}[{at}]");
        if name.is_empty() {
            findings.push(format!("{place}.name"), "is empty");
        } else if let Some(fault) = fault(name) {
            findings.push(format!("{place}.name"), fault);
        }
        if let Content::Object(inside) = content {
            check_fields(&format!("{place}.fields"), inside, findings);
        }
    }
}
