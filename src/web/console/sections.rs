//! The pages of one app: their order, their paths, and which of them are built; a page that is not is not linked.

use super::frame::{Frame, Section};
use super::page_request::PageRequest;
use super::parts::lines::Link;
use crate::domain::app::App;

/// Label, the end of the path, and whether the page is built.
const SECTIONS: [(&str, &str, bool); 7] = [
    ("Overview", "", true),
    ("Callback URL", "callback", true),
    ("Secrets", "secrets", true),
    ("Test", "test", true),
    ("Doctor", "doctor", true),
    ("Receiver code", "receiver", true),
    ("Settings", "settings", true),
];

/// Whether the page with this end of its path is built.
pub(super) fn is_built(end: &str) -> bool {
    SECTIONS.iter().any(|(_, other, built)| *other == end && *built)
}

/// The pages of an archived app: what can be read of it.
const OF_ARCHIVED: [&str; 2] = ["", "settings"];

/// The path of a page of an app; by its ref, where it has one that still means it.
pub(super) fn path(app: &App, end: &str) -> String {
    let named = app.called();
    if end.is_empty() { format!("/apps/{named}") } else { format!("/apps/{named}/{end}") }
}

/// The frame of the page with this label.
pub(super) fn frame(page: &PageRequest, app: &App, label: &str) -> Frame {
    // A page that leads to none of them yet, such as the one that shows a new app's secret, stands alone.
    let is_one = SECTIONS.iter().any(|(other, _, built)| *other == label && *built);
    let is_there = |end: &str| app.archived_at.is_none() || OF_ARCHIVED.contains(&end);
    let built = SECTIONS.into_iter().filter(|(_, end, built)| *built && is_one && is_there(end));
    let sections =
        built.map(|(other, end, _)| Section { link: Link::new(other, &path(app, end)), current: other == label });
    Frame { crumbs: vec![Link::new("Apps", "/apps")], sections: sections.collect(), ..page.frame(&app.settings.name) }
}
