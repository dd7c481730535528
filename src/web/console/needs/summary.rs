//! What stands beside the rows: figures, how the publishers are doing, open reviews, scheduled switches.

use std::time::Duration;

use crate::actions::app_names::Namesakes;
use crate::actions::standing::{Standing, Switch};
use crate::domain::health::recipes::{Jump, RecipeRollup};
use crate::domain::health::{Capped, Condition};
use crate::domain::time::Timestamp;
use crate::web::console::navigation;
use crate::web::console::parts::lines::{Figure, Link};
use crate::web::console::parts::state::Tone;
use crate::web::console::sections;
use crate::web::console::words::amounts::capped;
use crate::web::console::words::cuts::{self, Long, OF_A_NAME};
use crate::web::console::words::instants::{self, Moment};
use crate::web::console::words::{amounts, durations};

/// What is due longer than this is late, and five times that is trouble.
const GOAL: Duration = Duration::from_secs(60);
const REVIEWS: &str = "/reviews";

/// Open reviews.
#[derive(Debug)]
pub(super) struct Reviews {
    pub(super) text: String,
    /// Where they are decided, once that page is there.
    pub(super) href: Option<&'static str>,
}

impl Reviews {
    pub(super) fn of(open: Capped, first_end: Option<Timestamp>, now: Timestamp) -> Option<Self> {
        let first_end = first_end?;
        let end = instants::to_come(first_end, now).shown;
        let text = match open {
            Capped { count: 1, more: false } => format!("1 review ends {end}."),
            many => format!("{} reviews; the first ends {end}.", capped(many)),
        };
        Some(Self { text, href: navigation::is_built(REVIEWS).then_some(REVIEWS) })
    }
}

/// A scheduled switch.
#[derive(Debug)]
pub(super) struct SwitchLine {
    pub(super) app: Long,
    pub(super) href: String,
    pub(super) address: String,
    pub(super) at: Moment,
}

impl SwitchLine {
    pub(super) fn of(switch: &Switch, namesakes: &Namesakes, now: Timestamp) -> Self {
        Self {
            app: cuts::name(&switch.app.settings.name, namesakes.beside(&switch.app.id), OF_A_NAME),
            href: sections::path(&switch.app, ""),
            address: switch.address.to_string(),
            at: instants::listed(switch.at, now),
        }
    }
}

/// `14 fine · 2 failing · 1 not set up`.
pub(super) fn publishers(standing: &Standing) -> String {
    let counts = standing.publishers();
    let words = [
        (Condition::Failing, "failing"),
        (Condition::Waiting, "waiting"),
        (Condition::NotSetUp, "not set up"),
        (Condition::Quiet, "quiet"),
        (Condition::Fine, "fine"),
    ];
    let some = words.into_iter().filter_map(|(condition, word)| Some((*counts.get(&condition)?, word)));
    some.map(|(count, word)| format!("{} {word}", amounts::count(count))).collect::<Vec<_>>().join(" · ")
}

/// `besitos@1: 8 of 20 first attempts refused within the last hour, 1 of 100 in the 24 h before.`
pub(super) fn jump(jump: &Jump) -> Link {
    let of = |rollup: &RecipeRollup| {
        format!("{} of {}", amounts::count(rollup.refused.all()), amounts::count(rollup.first_attempts))
    };
    let before = match jump.before.first_attempts {
        0 => "none were made in the 24 h before".to_owned(),
        _ => format!("{} in the 24 h before", of(&jump.before)),
    };
    let text = format!("{}: {} first attempts refused within the last hour, {before}.", jump.recipe, of(&jump.hour));
    Link::new(&text, &format!("/dialects/{}#health", jump.recipe))
}

pub(super) fn figures(standing: &Standing, now: Timestamp) -> Vec<Figure> {
    let waiting = &standing.waiting;
    let age = waiting.oldest_due_at.map(|at| now.since(at)).unwrap_or_default();
    let tone = match age {
        age if age >= 5 * GOAL => Tone::Bad,
        age if age >= GOAL => Tone::Warn,
        _ => Tone::Idle,
    };
    let oldest = waiting.oldest_due_at.map_or_else(|| "–".to_owned(), |_| durations::written(age));
    let goal = format!("goal {}", durations::written(GOAL));
    vec![
        Figure::new("Due now", &capped(waiting.due)),
        Figure::new("In flight", &capped(waiting.in_flight)),
        Figure { note: Some(goal), tone, ..Figure::new("Oldest due", &oldest) },
        Figure::new("Held", &capped(waiting.held)),
        Figure::new("Nodes", &standing.nodes.to_string()),
    ]
}
