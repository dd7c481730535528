//! An app that needs somebody: one row, with why in a few words.

use std::collections::HashMap;

use crate::actions::Actions;
use crate::actions::app_names::Namesakes;
use crate::actions::standing::AppStanding;
use crate::domain::time::Timestamp;
use crate::web::console::parts::state::State;
use crate::web::console::words::cuts::{self, Long, OF_A_NAME};
use crate::web::console::{app_line, app_why, sections};

/// Such a row.
#[derive(Debug)]
pub(super) struct Line {
    /// Of the app: what the row is told apart by.
    pub(super) id: String,
    pub(super) state: State,
    pub(super) app: Long,
    pub(super) publisher: Long,
    pub(super) why: String,
    pub(super) href: String,
}

impl Line {
    pub(super) fn of(
        actions: &Actions,
        one: &AppStanding,
        names: &HashMap<String, String>,
        namesakes: &Namesakes,
        now: Timestamp,
    ) -> Self {
        let app = &one.app;
        let why = app_why::sentence(actions, app, &one.health, one.condition, now);
        Self {
            id: app.id.clone(),
            state: app_line::state(app, one.condition),
            app: cuts::name(&app.settings.name, namesakes.beside(&app.id), OF_A_NAME),
            publisher: cuts::text(names.get(&app.publisher_id).map_or("", String::as_str), OF_A_NAME),
            why: why.unwrap_or_else(|| "Needs nobody now.".to_owned()),
            href: sections::path(app, ""),
        }
    }
}
