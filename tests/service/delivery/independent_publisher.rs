//! A publisher whose server was written from a vendor's documentation: what he runs, what he entered, and what must come
//! of every awkward value that is reported for him.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::awkward::{Row, rows, with_controls};
use super::independent_receiver::{Independent, Program};
use crate::support::{Answer, App, Ringback, SECRET, Wall, has, text, with};

/// The tests' clock stands here, and so must those of receivers that refuse a stale timestamp.
pub(super) const NOW_MS: &str = "1719859200000";
pub(super) const NOW: &str = "2024-07-01T18:40:00.000Z";

/// One receiver and how it is called.
pub(super) struct Publisher {
    pub(super) dialect: &'static str,
    pub(super) program: Program,
    /// Of the receiver's environment, besides its secret and its clock.
    pub(super) environment: Vec<(&'static str, &'static str)>,
    /// Path and query of the callback URL, in the vendor's placeholders.
    pub(super) template: String,
    /// Where the dialect has a URL of its own for reversals.
    pub(super) reversal_template: Option<String>,
    /// What else is set of the app.
    pub(super) settings: Value,
    /// The one that the receiver knows.
    pub(super) secret: &'static str,
    /// What is reported in `extra`.
    pub(super) extra: fn(&Row) -> Value,
    /// The values that the receiver must decode of a completion, by its transaction id.
    pub(super) told: fn(&Row, &str, &App) -> Value,
    /// A value besides these that no two callbacks share.
    pub(super) unique: Option<&'static str>,
    /// The fields for which a report must be refused, because the dialect could not say or sign them.
    pub(super) refused: fn(&Row) -> Vec<&'static str>,
    /// Whether the receiver can verify a completion: some of the vendors' own samples cannot.
    pub(super) verifies: fn(&Row, &str) -> bool,
}

/// His server, listening, and the app that calls it.
pub(super) struct Stage {
    publisher: Publisher,
    pub(super) receiver: Independent,
    pub(super) wall: Wall,
}

impl Publisher {
    /// One who verifies everything, and for whom nothing is refused but what is refused for all.
    pub(super) fn of(dialect: &'static str, program: Program) -> Self {
        Self {
            dialect,
            program,
            environment: Vec::new(),
            template: String::new(),
            reversal_template: None,
            settings: json!({}),
            secret: SECRET,
            extra: |row| json!({"note": row.note}),
            told: |_, _, _| json!({}),
            unique: None,
            refused: |_| Vec::new(),
            verifies: |_, _| true,
        }
    }

    /// Starts his server and makes his app.
    pub(super) async fn on_stage(self, ringback: &Ringback) -> Stage {
        let environment = [vec![("SECRET", self.secret), ("NOW_MS", NOW_MS)], self.environment.clone()].concat();
        let receiver = Independent::start(self.program, &environment).await;
        let reversal = self.reversal_template.as_ref().map(|template| receiver.url(template));
        let urls = json!({"callbackUrl": receiver.url(&self.template), "reversalUrl": reversal});
        let wall = ringback.wall(self.dialect, with(urls, self.settings.clone())).await;
        Stage { publisher: self, receiver, wall }
    }

    /// For a message.
    pub(super) fn name(&self) -> String {
        let Self { dialect, program, environment, template, .. } = self;
        format!("{dialect} to {:?} {environment:?} at {template}", program.command)
    }
}

impl Stage {
    /// Reports every row. Each must be refused for the fields that it must be refused for, or arrive with exactly the
    /// values that were reported, and verify if the receiver can.
    pub(super) async fn show_all(&mut self) {
        let (mut accepted, mut seen) = (HashMap::new(), HashSet::new());
        for (number, row) in rows().into_iter().enumerate() {
            let (faults, answer) = (self.faults(&row, number), self.report(&row, number).await);
            if !faults.is_empty() {
                answer.refuses(422, &faults.iter().map(String::as_str).collect::<Vec<_>>());
                continue;
            }
            assert!(!row.is_refused_by(self.publisher.dialect), "awkward.json says that it is refused: {}", row.name);
            answer.delivery();
            accepted.insert(row.transaction_id(number), row);
        }
        while !accepted.is_empty() {
            let line = self.receiver.next().await;
            let id = line["transactionId"].as_str().unwrap_or_else(|| panic!("{line:#}"));
            let row = accepted.remove(id).unwrap_or_else(|| panic!("nobody reported {line:#}"));
            let verifies = (self.publisher.verifies)(&row, id);
            has(&line, json!({"verified": verifies, "status": if verifies { 200 } else { 401 }}));
            let (values, unique) = self.values(&line);
            let told = (self.publisher.told)(&row, id, &self.wall);
            assert_eq!(values, told, "{}, {}: {line:#}", self.publisher.name(), row.name);
            assert!(unique.is_none_or(|unique| seen.insert(unique)), "not unique: {line:#}");
        }
    }

    /// Reports a row; its number makes its transaction id.
    pub(super) async fn report(&self, row: &Row, number: usize) -> Answer {
        self.wall.source.report(&self.body(row, number)).await
    }

    /// What the receiver decoded, and the value of it that is another in each callback.
    pub(super) fn values(&self, line: &Value) -> (Value, Option<String>) {
        let mut values = line["values"].clone();
        let unique = self.publisher.unique.map(|name| {
            let unique = text(&values, name);
            values.as_object_mut().unwrap().remove(name);
            unique
        });
        (values, unique)
    }

    /// The values that must be decoded of this completion.
    pub(super) fn told(&self, row: &Row, number: usize) -> Value {
        (self.publisher.told)(row, &row.transaction_id(number), &self.wall)
    }

    fn body(&self, row: &Row, number: usize) -> Value {
        row.report(&self.wall, number, (self.publisher.extra)(row))
    }

    fn faults(&self, row: &Row, number: usize) -> Vec<String> {
        let controls = with_controls(&self.body(row, number));
        let of_the_dialect = || (self.publisher.refused)(row).into_iter().map(str::to_owned).collect();
        if controls.is_empty() { of_the_dialect() } else { controls }
    }
}

/// These pairs, without those that are absent.
pub(super) fn present<const N: usize>(pairs: [(&str, Option<&str>); N]) -> Value {
    let present = pairs.into_iter().filter_map(|(name, value)| Some((name.to_owned(), json!(value?))));
    Value::Object(present.collect::<Map<_, _>>())
}
