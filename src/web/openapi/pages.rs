//! Pages of lists in the description: each names what it lists, so that an item is described as it is where it stands alone.
//!
//! Deriving writes the item out within its page, where the other parts of the description, which go by names, would not find it.

use utoipa::Modify;
use utoipa::openapi::schema::{ArrayItems, Schema};
use utoipa::openapi::{Components, OpenApi as Document, Ref, RefOr};

/// How the name of a page begins; its item's name follows.
const PAGE_OF: &str = "PageOf_";

pub(super) struct Pages;

impl Modify for Pages {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_default();
        let names: Vec<String> = components.schemas.keys().cloned().collect();
        for item in names.iter().filter_map(|name| name.strip_prefix(PAGE_OF)) {
            name_item(components, item);
        }
    }
}

fn name_item(components: &mut Components, item: &str) {
    let Some(RefOr::T(Schema::Object(page))) = components.schemas.get_mut(&format!("{PAGE_OF}{item}")) else { return };
    let Some(RefOr::T(Schema::Array(items))) = page.properties.get_mut("items") else { return };
    let ArrayItems::RefOrSchema(listed) = &mut items.items else { return };
    // Of some lists an item is any object.
    if item == "Object" {
        return;
    }
    let written_out = std::mem::replace(listed.as_mut(), RefOr::Ref(Ref::from_schema_name(item)));
    components.schemas.entry(item.to_owned()).or_insert(written_out);
}
