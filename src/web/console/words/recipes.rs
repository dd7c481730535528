//! What becomes of a dialect's callbacks, in sentences: which answer ends one, when it comes again, how one is taken back.

use std::time::Duration;

use super::durations;
use crate::domain::dialect::recipe::{Recipe, Reversal, ReversalUrl, ReversedId, Tells};
use crate::domain::dialect::statuses::StatusSet;
use crate::domain::dialect::success::SuccessRule;
use crate::domain::retry::RetrySchedule;

/// Runs of waits that are written out; some vendors try for days.
const WRITTEN: usize = 12;

/// `Status 200 exactly, and the body OK or DUP, nothing else.` with the bodies as code.
pub fn answer(rule: &SuccessRule) -> String {
    let class = |status: &String| if status.ends_with("xx") { format!("any {status}") } else { status.clone() };
    let status = match rule.statuses() {
        [only] if !only.ends_with("xx") => format!("Status {only}, no other"),
        several => format!("Status {}", several.iter().map(class).collect::<Vec<_>>().join(" or ")),
    };
    let bodies: Vec<String> = rule.body_is().iter().map(|body| format!("`{body}`")).collect();
    match (rule.body_contains(), bodies.as_slice()) {
        (Some(text), _) => format!("{status}, with a body that holds `{text}`."),
        (None, []) => format!("{status}. The body is not looked at."),
        (None, bodies) => format!("{status}, with the body {}, nothing else.", bodies.join(" or ")),
    }
}

/// `1 min, 5 min, 15 min, 1 h, 4 h: 5 further attempts.`
pub fn waits(retry: &RetrySchedule) -> String {
    let runs = retry.runs();
    let written = |(seconds, times): &(u64, usize)| {
        let wait = durations::written(Duration::from_secs(*seconds));
        if *times > 1 { format!("{times} × {wait}") } else { wait }
    };
    let shown: Vec<String> = runs.iter().take(WRITTEN).map(written).collect();
    let more = if runs.len() > WRITTEN { ", …" } else { "" };
    match retry.as_seconds().len() {
        0 => "There is one attempt alone.".to_owned(),
        1 => format!("{}: one further attempt.", shown.join(", ")),
        times => format!("{}{more}: {times} further attempts.", shown.join(", ")),
    }
}

/// What more statuses mean than one failure.
pub fn refusals(recipe: &Recipe) -> Vec<String> {
    let listed = |set: &StatusSet| Vec::<String>::from(set.clone()).join(", ");
    let mut told = Vec::new();
    if *recipe.final_statuses() != StatusSet::NONE {
        told.push(format!("Statuses after which there is no further attempt: {}.", listed(recipe.final_statuses())));
    }
    if *recipe.disabling_statuses() != StatusSet::NONE {
        told.push(format!("Statuses that switch the endpoint off: {}.", listed(recipe.disabling_statuses())));
    }
    told
}

/// What asks for completions that are worth nothing, where they are not told otherwise.
pub fn zero_payout(recipe: &Recipe) -> Option<String> {
    let marks: Vec<String> =
        recipe.zero_payout_told_by().iter().map(|name| format!("`{}`", recipe.written(name))).collect();
    let asked = marks.join(" or ");
    let without = "without that in your URL it is recorded and not sent";
    (!marks.is_empty()).then(|| format!("A completion without any payout or reward is told by {asked}: {without}."))
}

/// How a completion that is taken back is told, a sentence each.
pub fn reversal(recipe: &Recipe) -> Vec<String> {
    let Some(reversal) = recipe.reversal() else {
        return vec![
            "Not told: this dialect has no reversals. What is taken back, your server does not learn.".to_owned(),
        ];
    };
    let Reversal { url, tells, transaction_id, part, .. } = reversal;
    let place = match url {
        ReversalUrl::Callback => "It goes to the callback URL, like the completion.",
        ReversalUrl::Separate => "It goes to a reversal URL of its own; without one it is not told.",
    };
    let amounts = match tells {
        Tells::Completion => "It says the completion's own amounts and time once more.",
        Tells::TakenBack => "It says the amounts taken back, as positive numbers, and when.",
        Tells::TakenBackNegative => "It says the amounts taken back, as negative numbers, and when.",
        Tells::Zero => "It says zero in place of every amount, and when it was taken back.",
    };
    let id = match transaction_id {
        ReversedId::Same => "It has the completion's transaction id.",
        ReversedId::Prefixed => {
            "Its transaction id is the completion's behind `r-`, that of a second part behind `r2-`."
        }
    };
    let mut told = vec![place.to_owned(), amounts.to_owned(), id.to_owned()];
    let marks = recipe.reversal_marks();
    if *url == ReversalUrl::Callback && !marks.is_empty() {
        let marks: Vec<String> = marks.iter().map(|name| format!("`{}`", recipe.written(name))).collect();
        told.push(format!("It is told by {}: without that in your URL it is not sent.", marks.join(" or ")));
    }
    told.push(if *part { "A part can be taken back." } else { "Only the whole can be taken back." }.to_owned());
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dialect::catalog::Catalog;

    #[test]
    fn the_answer_is_said_as_exactly_as_it_is_compared() {
        let catalog = Catalog::builtin();
        let of = |name: &str| answer(catalog.get(name).unwrap().success());
        assert_eq!(of("wannads"), "Status any 2xx, with the body `OK` or `DUP`, nothing else.");
        assert_eq!(of("besitos"), "Status 200, no other. The body is not looked at.");
    }

    #[test]
    fn waits_are_written_out_and_counted() {
        let catalog = Catalog::builtin();
        let of = |name: &str| waits(catalog.get(name).unwrap().retry());
        assert_eq!(of("besitos"), "1 min, 5 min, 15 min, 1 h, 4 h: 5 further attempts.");
        assert_eq!(of("ayet"), "12 × 5 min: 12 further attempts.");
        assert_eq!(waits(&RetrySchedule::from_seconds(Vec::new())), "There is one attempt alone.");
    }

    #[test]
    fn a_reversal_is_told_with_what_marks_it() {
        let catalog = Catalog::builtin();
        let ayet = reversal(catalog.get("ayet").unwrap()).join(" ");
        assert!(ayet.contains("told by `{is_chargeback}`") && ayet.contains("`r-`"), "{ayet}");
        assert!(reversal(catalog.get("tapjoy").unwrap())[0].starts_with("Not told"));
    }
}
