//! What becomes of an answer, in words: which one is success, and when a callback goes out again after any other.

use super::durations;
use crate::domain::dialect::success::SuccessRule;
use crate::domain::retry::RetrySchedule;

/// Waits that are written out; what follows is counted.
const WRITTEN: usize = 4;

/// `200 exactly`, `any 2xx, if the body holds "ok"`.
pub fn success(rule: &SuccessRule) -> String {
    let class = |status: &String| if status.ends_with("xx") { format!("any {status}") } else { status.clone() };
    let statuses = match rule.statuses() {
        [only] if !only.ends_with("xx") => format!("{only} exactly"),
        several => several.iter().map(class).collect::<Vec<_>>().join(" or "),
    };
    match (rule.body_contains(), rule.body_is()) {
        (Some(text), _) => format!("{statuses}, if the body holds \"{text}\""),
        (None, []) => statuses,
        (None, bodies) => format!("{statuses}, if the whole body is {}", bodies.join(" or ")),
    }
}

/// `1 min, 5 min, 15 min, 1 h, …, 5 times at most`; `none` where nothing is tried again.
pub fn schedule(retry: &RetrySchedule) -> String {
    let runs = retry.runs();
    let written = |(seconds, times): &(u64, usize)| {
        let wait = durations::written(std::time::Duration::from_secs(*seconds));
        if *times > 2 { format!("{wait} ({times} times)") } else { vec![wait; *times].join(", ") }
    };
    let first: Vec<String> = runs.iter().take(WRITTEN).map(written).collect();
    let more = if runs.len() > WRITTEN { ", …" } else { "" };
    match retry.as_seconds().len() {
        0 => "none".to_owned(),
        1 => format!("{}, once", first.join(", ")),
        times => format!("{}{more}, {times} times at most", first.join(", ")),
    }
}

/// What happens after the callback: `Done with 200 exactly; else again after 1 min, 5 min, …`.
pub fn then(rule: &SuccessRule, retry: &RetrySchedule) -> String {
    let done = success(rule);
    match retry.as_seconds() {
        [] => format!("Done with {done}; else it is given up."),
        _ => format!("Done with {done}; else again after {}.", schedule(retry)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(statuses: &[&str], body_is: &[&str], holds: Option<&str>) -> SuccessRule {
        let texts = |all: &[&str]| all.iter().map(|&text| text.to_owned()).collect();
        SuccessRule::new(texts(statuses), texts(body_is), holds.map(str::to_owned))
    }

    #[test]
    fn success_is_said_as_exactly_as_it_is_compared() {
        assert_eq!(success(&rule(&["200"], &[], None)), "200 exactly");
        assert_eq!(success(&rule(&["2xx"], &[], Some("ok"))), "any 2xx, if the body holds \"ok\"");
        assert_eq!(success(&rule(&["200", "409"], &["1", "DUP"], None)), "200 or 409, if the whole body is 1 or DUP");
    }

    #[test]
    fn a_schedule_names_the_first_waits_and_counts_all() {
        let of = |seconds: &[u64]| RetrySchedule::from_seconds(seconds.to_vec());
        assert_eq!(schedule(&of(&[60, 300, 900, 3_600, 14_400])), "1 min, 5 min, 15 min, 1 h, …, 5 times at most");
        assert_eq!(schedule(&of(&[300; 20])), "5 min (20 times), 20 times at most");
        assert_eq!(schedule(&of(&[60])), "1 min, once");
        let given_up = then(&rule(&["200"], &[], None), &of(&[]));
        assert_eq!(given_up, "Done with 200 exactly; else it is given up.");
    }
}
