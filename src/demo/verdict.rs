//! The verdict: what was wrong with the course of the demo, in words; nothing, if all went as promised.
//!
//! It trusts neither side alone: what Ringback says of a delivery must agree with what the publisher's server saw.

use std::net::IpAddr;

use super::board::Callback;
use super::cast::{CAST, Part, Temper};
use super::platform::Answer;
use super::reports::{Expected, REPORTS, Report};
use super::story::{Course, Delivery};

/// Everything that was not as it should be.
pub(super) fn faults(course: &Course, callbacks: &[Callback]) -> Vec<String> {
    let mut faults = Vec::new();
    if course.answers.len() != REPORTS.len() {
        faults.push(format!("{} of {} reports were answered", course.answers.len(), REPORTS.len()));
    }
    for (report, answer) in REPORTS.iter().zip(&course.answers) {
        if !is_as_expected(report, answer) {
            let Answer { status, body } = answer;
            faults.push(format!("{} was answered {status} {body}, not {:?}", report.external_id, report.expected));
        }
    }
    for part in &CAST {
        for report in accepted_of(part) {
            judge_delivery(part, report, course, &mut faults);
            judge_callbacks(part, report, callbacks, &mut faults);
        }
        let (made, expected) = (of(part, &course.deliveries).count(), accepted_of(part).count());
        if made != expected {
            faults.push(format!("{}: {expected} completions made {made} deliveries", part.app));
        }
    }
    for callback in callbacks {
        let Callback { part, told, .. } = callback;
        let known = accepted_of(part).any(|report| report.external_id == told.transaction_id);
        let told = &told.transaction_id;
        if !known {
            faults.push(format!("{}: was called back for {told:?}, which nobody reported", part.app));
        }
        if !callback.verified {
            faults.push(format!("{}: {told} did not verify: {}", part.app, callback.words));
        }
        if callback.from != Some(IpAddr::V4(part.egress)) {
            faults.push(format!("{}: {told} came from {:?}, not {}", part.app, callback.from, part.egress));
        }
        if callback.repeated {
            faults.push(format!("{}: {told} was told again after it had been credited", part.app));
        }
    }
    faults
}

/// The reports of a part that are to be recorded.
pub(super) fn accepted_of(part: &Part) -> impl Iterator<Item = &'static Report> {
    let app = part.app;
    REPORTS.iter().filter(move |report| report.app == app && matches!(report.expected, Expected::Accepted(_)))
}

/// The deliveries of a part.
pub(super) fn of<'a>(part: &Part, deliveries: &'a [Delivery]) -> impl Iterator<Item = &'a Delivery> {
    let app = part.app;
    deliveries.iter().filter(move |delivery| delivery.app == app)
}

fn is_as_expected(report: &Report, answer: &Answer) -> bool {
    let word = answer.body["status"].as_str();
    let fields: Vec<_> = answer.body["errors"].as_array().into_iter().flatten().map(|error| &error["field"]).collect();
    match report.expected {
        Expected::Accepted(_) => answer.status == 200 && word == Some("accepted"),
        Expected::Duplicate => answer.status == 200 && word == Some("duplicate"),
        Expected::Conflict(field) => answer.status == 409 && fields == [field],
        Expected::Invalid(field) => answer.status == 422 && fields == [field],
        Expected::Forged => answer.status == 401,
    }
}

fn judge_delivery(part: &Part, report: &Report, course: &Course, faults: &mut Vec<String>) {
    let id = report.external_id;
    let Some(delivery) = of(part, &course.deliveries).find(|delivery| delivery.transaction_id == id) else {
        return faults.push(format!("{}: {id} has no delivery", part.app));
    };
    let status = if part.temper == Temper::Dead { "dead" } else { "delivered" };
    if (delivery.status.as_str(), delivery.attempts) != (status, part.attempts()) {
        let Delivery { status: is, attempts, .. } = delivery;
        let expected = part.attempts();
        faults.push(format!("{}: {id} is {is} after {attempts} attempts, not {status} after {expected}", part.app));
    }
}

fn judge_callbacks(part: &Part, report: &Report, callbacks: &[Callback], faults: &mut Vec<String>) {
    let id = report.external_id;
    let heard: Vec<&Callback> = callbacks
        .iter()
        .filter(|callback| callback.part.app == part.app && callback.told.transaction_id == id)
        .collect();
    if heard.len() != part.attempts() {
        faults.push(format!("{}: {id} was called back {} times, not {}", part.app, heard.len(), part.attempts()));
    }
    let credited = heard.iter().filter(|callback| callback.status == 200).count();
    let expected = usize::from(part.temper != Temper::Dead);
    if credited != expected {
        faults.push(format!("{}: {id} was credited {credited} times, not {expected}", part.app));
    }
    let Expected::Accepted(says) = report.expected else {
        return;
    };
    for (callback, (name, value)) in heard.iter().flat_map(|heard| says.iter().map(move |pair| (heard, pair))) {
        if !callback.told.says(name, value) {
            faults.push(format!("{}: {id} did not say {name} = {value:?}", part.app));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::demo::told::Told;

    /// A demo that went well.
    fn success() -> (Course, Vec<Callback>) {
        let answers = REPORTS.iter().map(|report| match report.expected {
            Expected::Accepted(_) => Answer { status: 200, body: json!({ "status": "accepted" }) },
            Expected::Duplicate => Answer { status: 200, body: json!({ "status": "duplicate" }) },
            Expected::Conflict(field) => Answer { status: 409, body: json!({ "errors": [{ "field": field }] }) },
            Expected::Invalid(field) => Answer { status: 422, body: json!({ "errors": [{ "field": field }] }) },
            Expected::Forged => Answer { status: 401, body: json!({}) },
        });
        let mut course = Course { answers: answers.collect(), deliveries: Vec::new() };
        let mut callbacks = Vec::new();
        for part in &CAST {
            for report in accepted_of(part) {
                let Expected::Accepted(says) = report.expected else { continue };
                let status = if part.temper == Temper::Dead { "dead" } else { "delivered" };
                course.deliveries.push(Delivery {
                    app: part.app,
                    transaction_id: report.external_id.to_owned(),
                    status: status.to_owned(),
                    attempts: part.attempts(),
                });
                for attempt in 1..=part.attempts() {
                    let credited = attempt == part.attempts() && part.temper != Temper::Dead;
                    callbacks.push(Callback {
                        at_ms: 0,
                        part,
                        from: Some(part.egress.into()),
                        status: if credited { 200 } else { 500 },
                        verified: true,
                        told: Told {
                            transaction_id: report.external_id.to_owned(),
                            key: String::new(),
                            fields: says.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
                        },
                        repeated: false,
                        words: "",
                    });
                }
            }
        }
        (course, callbacks)
    }

    #[test]
    fn a_demo_that_went_well_has_no_fault() {
        let (course, callbacks) = success();
        assert_eq!(faults(&course, &callbacks), [""; 0]);
    }

    #[test]
    fn whatever_went_wrong_is_named() {
        type Spoil = fn(&mut Course, &mut Vec<Callback>);
        let wrongs: [(&str, Spoil); 11] = [
            ("was called back 2 times", |_, callbacks| callbacks.push(callbacks[0].clone())),
            ("was called back 0 times", |_, callbacks| drop(callbacks.remove(0))),
            ("which nobody reported", |_, callbacks| callbacks[0].told.transaction_id.push('x')),
            ("did not verify", |_, callbacks| callbacks[0].verified = false),
            ("came from", |_, callbacks| callbacks[0].from = Some([127, 0, 0, 1].into())),
            ("told again", |_, callbacks| callbacks[0].repeated = true),
            ("did not say", |_, callbacks| callbacks[0].told.fields.clear()),
            ("is retrying after", |course, _| course.deliveries[0].status = "retrying".to_owned()),
            ("has no delivery", |course, _| drop(course.deliveries.remove(0))),
            ("was answered 200", |course, _| course.answers.reverse()),
            ("of 20 reports were answered", |course, _| drop(course.answers.pop())),
        ];
        for (words, spoil) in wrongs {
            let (mut course, mut callbacks) = success();
            spoil(&mut course, &mut callbacks);
            let faults = faults(&course, &callbacks).join("\n");
            assert!(faults.contains(words), "{words}: {faults}");
        }
    }
}
