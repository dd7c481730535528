//! Whom an address is for, since when, and until when.

use std::collections::HashMap;

use crate::actions::app_names::Namesakes;
use crate::actions::egress::KnownEgressIp;
use crate::domain::egress::Assignment;
use crate::web::console::page_request::PageRequest;
use crate::web::console::sections;
use crate::web::console::words::cuts::{self, Long, OF_A_NAME};
use crate::web::console::words::instants::{self, Moment};

/// What apps and publishers are called: looked up once for all that a page lists.
#[derive(Debug)]
pub(super) struct Names {
    /// Of publishers, by their ids.
    pub(super) publishers: HashMap<String, String>,
    /// The apps whose names do not tell them apart.
    pub(super) namesakes: Namesakes,
}

/// An app or a publisher that has an address, or will have.
#[derive(Debug)]
pub(super) struct Use {
    pub(super) whose: Long,
    /// `app`, or what a publisher's own apps are called where no other address is theirs.
    pub(super) kind: &'static str,
    pub(super) href: Option<String>,
    pub(super) from: Moment,
    pub(super) is_scheduled: bool,
    /// When another address takes over.
    pub(super) until: Option<Moment>,
}

impl Use {
    /// All of an address, those in force before those that are scheduled.
    pub(super) fn all(page: &PageRequest, known: &KnownEgressIp, names: &Names) -> Vec<Self> {
        let mut sorted: Vec<&Assignment> = known.assignments.iter().collect();
        sorted.sort_by_key(|one| one.active_at);
        sorted.into_iter().map(|one| Self::of(page, one, names)).collect()
    }

    /// The next change of an address: whoever begins to have it.
    pub(super) fn next(page: &PageRequest, known: &KnownEgressIp, names: &Names) -> Option<Self> {
        let now = page.web.node.clock.now();
        let to_come = known.assignments.iter().filter(|one| one.active_at > now);
        to_come.min_by_key(|one| one.active_at).map(|one| Self::of(page, one, names))
    }

    fn of(page: &PageRequest, one: &Assignment, names: &Names) -> Self {
        let (now, directory) = (page.web.node.clock.now(), &page.web.node.directory);
        let app = one.app_id.as_deref().and_then(|id| directory.app(id));
        let (name, kind) = match (&app, &one.app_id, &one.publisher_id) {
            (Some(app), ..) => (app.settings.name.as_str(), "app"),
            (None, Some(id), _) => (id.as_str(), "archived app"),
            (None, None, Some(id)) => (names.publishers.get(id).map_or(id.as_str(), String::as_str), "publisher"),
            (None, None, None) => ("", ""),
        };
        let beside = app.as_ref().and_then(|app| names.namesakes.beside(&app.id));
        Self {
            whose: cuts::name(name, beside, OF_A_NAME),
            kind,
            href: app.as_ref().map(|app| sections::path(app, "")),
            from: instants::listed(one.active_at, now),
            is_scheduled: one.active_at > now,
            until: one.removed_at.map(|at| instants::listed(at, now)),
        }
    }
}
