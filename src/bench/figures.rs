//! All that was measured, and how it is shown: one table for people, one object for machines, of the same figures.

use serde_json::{Map, Value, json};

use super::closed::Closed;
use super::measured::{self, Measured};
use super::open::{self, Opened};
use super::place::Place;
use super::row::{Row, cells, medians, table};
use super::sustained::Sustained;
use super::workload::DIALECT;
use crate::command::Failure;
use crate::store::inspect::engine;

/// The same measurement, round by round.
pub(super) struct Series<S, T> {
    /// What is measured.
    pub(super) of: S,
    /// What came of it.
    pub(super) rounds: Vec<T>,
}

/// The figures of one store.
pub(super) struct OfStore {
    engine: &'static str,
    /// How its engine is set.
    settings: Vec<(&'static str, String)>,
    /// Commits that one connection makes in a second; `None` on a file.
    commits_per_second: Option<u64>,
    pub(super) closed: Vec<Series<Closed, Measured>>,
    /// By reports a second.
    pub(super) open: Vec<Series<u64, Opened>>,
    pub(super) sustained: Option<Sustained>,
}

impl OfStore {
    /// Nothing was measured yet.
    pub(super) fn new(place: &Place, closed: Vec<Closed>, rates: Vec<u64>) -> Result<Self, Failure> {
        let own = place.new_store()?;
        let settings = engine::settings(&own.location()?)?;
        own.remove()?;
        Ok(Self {
            engine: place.engine(),
            settings,
            commits_per_second: place.commits_per_second()?,
            closed: closed.into_iter().map(Series::new).collect(),
            open: rates.into_iter().map(Series::new).collect(),
            sustained: None,
        })
    }

    fn json(&self) -> Value {
        let closed = self.closed.iter().map(|Series { of, rounds }| {
            json!({
                "workload": of.workload.name(), "endpoints": of.endpoints, "nodes": of.nodes, "stored": of.stored,
                "median": medians(&measured::ROWS, rounds), "rounds": each(&measured::ROWS, rounds),
            })
        });
        let open = self.open.iter().map(|Series { of, rounds }| {
            json!({
                "perSecond": of, "median": medians(&open::ROWS, rounds), "rounds": each(&open::ROWS, rounds),
            })
        });
        let settings = self.settings.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into()));
        json!({
            "store": self.engine, "settings": settings.collect::<Map<_, _>>(), "commitsPerSecond": self.commits_per_second,
            "closed": closed.collect::<Vec<_>>(), "open": open.collect::<Vec<_>>(),
            "sustained": self.sustained.as_ref().map(Sustained::json),
        })
    }

    fn settings_line(&self) -> String {
        let settings = self.settings.iter().map(|(name, value)| format!("{name} {value}"));
        let commits = self.commits_per_second.map(|commits| format!("one connection commits {commits} rows/s"));
        format!("{}: {}", self.engine, settings.chain(commits).collect::<Vec<_>>().join(", "))
    }
}

impl<S, T> Series<S, T> {
    pub(super) fn new(of: S) -> Self {
        Self { of, rounds: Vec::new() }
    }
}

/// For machines.
pub(super) fn json(deliveries: usize, rounds: u64, stores: &[OfStore]) -> Value {
    let stores: Vec<Value> = stores.iter().map(OfStore::json).collect();
    json!({ "deliveries": deliveries, "rounds": rounds, "stores": stores })
}

/// For people.
pub(super) fn text(stores: &[OfStore]) -> String {
    let mut parts = Vec::new();
    if stores.iter().any(|store| !store.closed.is_empty()) {
        parts.push(closed(stores));
    }
    if stores.iter().any(|store| !store.open.is_empty()) {
        parts.push(open(stores));
    }
    let sustained = stores.iter().filter_map(|store| Some((store.engine, store.sustained.as_ref()?)));
    parts.extend(sustained.map(|(engine, sustained)| format!("{engine}, {}", sustained.line())));
    parts.extend(stores.iter().map(OfStore::settings_line));
    parts.join("\n\n")
}

/// A column for each closed loop of each store.
fn closed(stores: &[OfStore]) -> String {
    let columns: Vec<(&str, &Series<Closed, Measured>)> =
        stores.iter().flat_map(|store| store.closed.iter().map(|series| (store.engine, series))).collect();
    let header = |title: &str, of: &dyn Fn(&str, &Closed) -> String| {
        std::iter::once(title.to_owned()).chain(columns.iter().map(|(engine, series)| of(engine, &series.of))).collect()
    };
    let mut lines: Vec<Vec<String>> = vec![
        header("closed loop", &|engine, _| engine.to_owned()),
        header("reports", &|_, of| of.workload.name().to_owned()),
        header("endpoints", &|_, of| of.endpoints.to_string()),
    ];
    if columns.iter().any(|(_, series)| *series.of.dialect != *DIALECT) {
        lines.push(header("dialect", &|_, of| of.dialect.to_string()));
    }
    if columns.iter().any(|(_, series)| series.of.nodes > 1) {
        lines.push(header("nodes", &|_, of| of.nodes.to_string()));
    }
    if columns.iter().any(|(_, series)| series.of.stored > 0) {
        lines.push(header("stored before", &|_, of| of.stored.to_string()));
    }
    lines.extend(measured::ROWS.iter().map(|row| {
        let cells = columns.iter().map(|(_, series)| row.cell(&series.rounds));
        std::iter::once(row.title.to_owned()).chain(cells).collect()
    }));
    table(&lines)
}

/// A line for each rate that any store was measured at.
fn open(stores: &[OfStore]) -> String {
    let mut rates: Vec<u64> = stores.iter().flat_map(|store| store.open.iter().map(|series| series.of)).collect();
    rates.sort_unstable();
    rates.dedup();
    let shown = &open::ROWS[..open::SHOWN];
    let titles: Vec<String> =
        stores.iter().flat_map(|store| shown.iter().map(|row| format!("{} {}", store.engine, row.title))).collect();
    let mut lines = vec![cells("report due → callback arrived, ms", titles.iter().map(String::as_str))];
    for rate in rates {
        let mut line = vec![format!("{rate}/s")];
        for store in stores {
            let series = store.open.iter().find(|series| series.of == rate);
            line.extend(shown.iter().map(|row| series.map_or("–".to_owned(), |series| row.cell(&series.rounds))));
        }
        lines.push(line);
    }
    table(&lines)
}

/// Every round for machines.
fn each<T: Copy>(rows: &[Row<T>], rounds: &[T]) -> Vec<Value> {
    rounds.iter().map(|round| medians(rows, &[*round])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::measured::tests::measured;
    use crate::bench::workload::Workload;

    fn store(engine: &'static str, endpoints: &[usize]) -> OfStore {
        let closed = endpoints.iter().map(|endpoints| {
            let of = Closed {
                dialect: DIALECT.into(),
                nodes: 1,
                workload: Workload::Single,
                endpoints: *endpoints,
                stored: 0,
            };
            Series { of, rounds: vec![measured(1_000)] }
        });
        OfStore {
            engine,
            settings: vec![("synchronous", "FULL".to_owned())],
            commits_per_second: None,
            closed: closed.collect(),
            open: vec![Series::new(endpoints.len() as u64)],
            sustained: None,
        }
    }

    #[test]
    fn two_stores_stand_side_by_side_in_one_table() {
        let text = text(&[store("SQLite", &[1, 20]), store("PostgreSQL", &[1])]);
        let line = |title: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(title)).unwrap_or_default();
            line.split_whitespace().collect::<Vec<_>>()
        };
        assert_eq!(line("closed loop"), ["SQLite", "SQLite", "PostgreSQL"], "{text}");
        assert_eq!(line("endpoints"), ["1", "20", "1"], "{text}");
        assert_eq!(line("deliveries / raw"), ["0.125", "0.125", "0.125"], "{text}");
        assert_eq!(line("1/s"), ["–", "–", "unknown", "unknown"], "{text}");
        assert!(text.ends_with("PostgreSQL: synchronous FULL"), "{text}");
    }

    #[test]
    fn machines_are_told_what_each_figure_is_of() {
        let json = json(9, 1, &[store("SQLite", &[1, 20])]);
        let series = &json["stores"][0]["closed"][1];
        assert_eq!((&series["workload"], &series["endpoints"]), (&"single".into(), &20.into()), "{json}");
        assert_eq!(series["median"]["ratioThousandths"], 125, "{json}");
        assert_eq!(series["rounds"][0]["deliveriesPerSecond"], 1_000, "{json}");
    }
}
