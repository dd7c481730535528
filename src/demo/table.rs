//! The outcome table: per app what was reported, what became of it, and what the publisher's server says to it.

use std::collections::BTreeSet;

use super::board::Callback;
use super::cast::CAST;
use super::paint::Paint;
use super::reports::{Expected, REPORTS};
use super::story::{Course, Delivery};
use super::verdict::of;
use crate::command::say;

/// Shows what came of it.
pub(super) fn show(paint: Paint, course: &Course, callbacks: &[Callback]) {
    let head = ["app", "reported", "delivered", "attempts", "dead", "verified", "duplicates", "source IP"];
    say("");
    say(&paint.bold(&row(&head.map(str::to_owned))));
    let mut sums = [0; 6];
    for part in &CAST {
        let deliveries: Vec<&Delivery> = of(part, &course.deliveries).collect();
        let heard: Vec<&Callback> = callbacks.iter().filter(|callback| callback.part.app == part.app).collect();
        let with_status = |status: &str| deliveries.iter().filter(|delivery| delivery.status == status).count();
        let counts = [
            accepted(course, part.app),
            with_status("delivered"),
            deliveries.iter().map(|delivery| delivery.attempts).sum(),
            with_status("dead"),
            heard.iter().filter(|callback| callback.verified).count(),
            heard.iter().filter(|callback| callback.repeated).count(),
        ];
        let from: BTreeSet<String> =
            heard.iter().filter_map(|callback| callback.from).map(|from| from.to_string()).collect();
        let from: Vec<String> = from.into_iter().collect();
        say(&counted(part.app, counts, &from.join(" ")));
        for (sum, count) in sums.iter_mut().zip(counts) {
            *sum += count;
        }
    }
    say(&paint.bold(&counted("all", sums, "")));
    say("");
    say(&shown(course, callbacks));
}

/// One line on what was shown.
fn shown(course: &Course, callbacks: &[Callback]) -> String {
    let verified = callbacks.iter().filter(|callback| callback.verified).count();
    let refused = REPORTS.iter().zip(&course.answers).filter(|(_, answer)| answer.status != 200).count();
    let duplicates = REPORTS.iter().filter(|report| report.expected == Expected::Duplicate).count();
    format!(
        "Shown: {} reports in ({} accepted, {duplicates} duplicate, {refused} refused), {} callbacks out in 4 dialects \
         from 2 egress IPs, {verified} of them verified by the publishers' own checks.",
        course.answers.len(),
        CAST.iter().map(|part| accepted(course, part.app)).sum::<usize>(),
        callbacks.len(),
    )
}

/// Completions of an app that were accepted.
fn accepted(course: &Course, app: &str) -> usize {
    let answers = REPORTS.iter().zip(&course.answers).filter(|(report, _)| report.app == app);
    answers.filter(|(_, answer)| answer.body["status"] == "accepted").count()
}

fn counted(app: &str, counts: [usize; 6], from: &str) -> String {
    let [reported, delivered, attempts, dead, verified, duplicates] = counts.map(|count| count.to_string());
    row(&[app.to_owned(), reported, delivered, attempts, dead, verified, duplicates, from.to_owned()])
}

fn row([app, reported, delivered, attempts, dead, verified, duplicates, from]: &[String; 8]) -> String {
    let line = format!(
        "{app:<12}  {reported:>8}  {delivered:>9}  {attempts:>8}  {dead:>4}  {verified:>8}  {duplicates:>10}  {from}"
    );
    line.trim_end().to_owned()
}
