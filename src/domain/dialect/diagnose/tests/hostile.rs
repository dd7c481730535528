//! What somebody gives who wants to keep a processor busy: the work is counted, and bounded whatever is given.

use super::stage::{BARE, OFFERMARU, Told, diagnosed, swap, told};
use super::*;
use crate::domain::dialect::diagnose::members::counted::NAMES;
use crate::domain::pasted;

/// As many names are decoded at the most: each parameter of the longest URL, a few hundred times.
const MOST_NAMES: usize = 4_000_000;

/// How many names are decoded during this.
fn names(work: impl FnOnce()) -> usize {
    let before = NAMES.get();
    work();
    NAMES.get() - before
}

#[test]
fn a_query_of_thousands_of_parameters_costs_no_more_than_others() {
    for (dialect, url) in [("besitos", BARE), ("offermaru", OFFERMARU)] {
        for more in ["&a".repeat(7_000), "&a=1.5".repeat(2_400), "&=".repeat(7_000)] {
            let mut told: Told = told(dialect, url, "goal");
            swap(&mut told.received, "17.50", "99.00");
            let at = told.received.url.find('&').unwrap();
            told.received.url.insert_str(at, &more);
            let decoded = names(|| {
                let found = diagnosed(dialect, &told, Some(&told.sent));
                assert!(!found.verifies && found.finding.len() < 64 * 1024, "{}", found.finding);
            });
            assert!(decoded < MOST_NAMES, "{dialect}: {decoded}");
        }
    }
}

#[test]
fn a_paste_of_many_long_readings_costs_no_more_than_others() {
    let told = told("besitos", BARE, "goal");
    let recipe = Catalog::builtin().get("besitos").unwrap().clone();
    let pairs = "&a".repeat(7_500);
    for text in [
        format!("GET /pb?{pairs}"),
        format!("https://pub.example/pb?{}", "&a".repeat(30_000)),
        format!("GET /pb?{pairs} HTTP/1.1\n").repeat(4),
        format!("[{}]", format!("{{\"url\":\"/pb?{pairs}\"}},").repeat(4)),
        format!("{}a{}\"", "[".repeat(12), " ".repeat(65_000)),
        "\n".repeat(65_000),
        "https://a?".repeat(6_500),
    ] {
        let decoded = names(|| {
            if let Some(paste) = pasted::read(&text) {
                paste.chosen(&recipe, &told.config, &[]).unwrap();
            }
        });
        assert!(decoded < MOST_NAMES, "{}: {decoded}", &text[..20]);
    }
}
