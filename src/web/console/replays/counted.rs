//! What was counted, before it is sent again: how many, what is left out and why, and the form that begins exactly that.

use askama::Template;

use super::line::{self, Window};
use crate::actions::replays::ReplayPlan;
use crate::domain::delivery::Status;
use crate::domain::replay::selection::{Range, Selection};
use crate::web::console::frame::Frame;
use crate::web::console::page_request::PageRequest;
use crate::web::console::words::amounts;
use crate::web::error::Problem;

#[derive(Template)]
#[template(path = "replay_counted.html")]
pub(super) struct CountedPage {
    frame: Frame,
    counted: String,
    /// What was counted before, where it is something else by now.
    changed: Option<String>,
    app: String,
    window: Window,
    states: String,
    hidden: Vec<(&'static str, String)>,
    form_key: String,
    facts: Vec<&'static str>,
    /// The list of the deliveries of this time.
    deliveries: Option<String>,
    warning: Option<String>,
    /// The words of the button; nothing where nothing would be sent.
    act: Option<String>,
    back: String,
}

impl CountedPage {
    /// `before` was counted before this, and is so no more.
    pub(super) async fn of(
        page: &PageRequest,
        plan: ReplayPlan,
        before: Option<u64>,
        frame: Frame,
        back: String,
    ) -> Result<Self, Problem> {
        let app = page.web.actions.app(page.caller(), &plan.app_id).await?;
        let sent = sent(&plan);
        let is_told_twice = plan.selection.statuses.contains(&Status::Delivered);
        let yours = page.caller().reader().server_first();
        let warning = format!(
            "{yours} acknowledged some of these already. It is told again with the same transaction ids; a receiver that keeps ids ignores them."
        );
        Ok(Self {
            frame,
            counted: line::counted(plan.total, &plan.skipped),
            app: app.settings.name.clone(),
            window: Window::of(&plan.selection.range, page.web.node.clock.now()),
            states: line::states(&plan.selection),
            changed: before.map(|before| {
                let (sent, before) = (amounts::count(sent), amounts::count(before));
                format!("It is {sent} by now; {before} when it was counted before. Nothing has begun.")
            }),
            hidden: hidden(&plan.app_id, &plan.selection, sent),
            form_key: page.web.actions.new_form_key(),
            facts: facts(&plan),
            deliveries: line::listed(&plan.selection, &app),
            warning: is_told_twice.then_some(warning),
            act: (sent > 0).then(|| format!("Replay {}", line::deliveries(sent))),
            back,
        })
    }
}

/// How they are sent; what is left out is spoken of where something is.
fn facts(plan: &ReplayPlan) -> Vec<&'static str> {
    let sent = "They are sent a few at a time, behind what is new, each with its own transaction id as before.";
    let left_out = (plan.skipped.sum() > 0).then_some("What is left out stays as it is.");
    [sent].into_iter().chain(left_out).chain(["The replay can be canceled while it runs."]).collect()
}

/// How many would be sent.
pub(super) fn sent(plan: &ReplayPlan) -> u64 {
    plan.total.saturating_sub(plan.skipped.sum())
}

/// Exactly what was counted: a window that ends now ends then. No other number than this is begun unseen.
fn hidden(app_id: &str, selection: &Selection, sent: u64) -> Vec<(&'static str, String)> {
    let mut hidden = vec![("app", app_id.to_owned()), ("counted", sent.to_string())];
    match &selection.range {
        Range::Window { from, to } => hidden.extend([("from", from.to_string()), ("to", to.to_string())]),
        Range::Since { delivery_id } => hidden.push(("since", delivery_id.clone())),
    }
    hidden.extend(selection.statuses.iter().map(|status| ("state", status.as_str().to_owned())));
    hidden
}
