//! Charts, figures and the next step of the sample page.

use crate::web::console::parts::chart::{Bucket, Columns, Quantiles, Times};
use crate::web::console::parts::lines::{Figure, Link};
use crate::web::console::parts::state::Tone;
use crate::web::console::parts::steps::{Step, Steps};

const DELIVERED: [u64; 24] =
    [12, 18, 25, 31, 44, 52, 61, 70, 74, 79, 83, 80, 76, 71, 64, 58, 49, 41, 35, 28, 22, 17, 12, 9];
const FAILED: [u64; 24] = [0, 0, 0, 1, 0, 0, 0, 2, 14, 21, 9, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];

pub(super) fn columns() -> Columns {
    let buckets = DELIVERED.into_iter().zip(FAILED).enumerate();
    let bucket = |(hour, (delivered, failed))| Bucket { name: format!("28 Nov {hour:02}:00"), delivered, failed };
    Columns { title: "Callbacks of the last 24 h, by hour".to_owned(), buckets: buckets.map(bucket).collect() }
}

pub(super) fn times() -> Times {
    let period = |(hour, count): (usize, u64)| Quantiles {
        name: format!("28 Nov {hour:02}:00"),
        p50: 70 + count / 5,
        p95: 300 + count * 2,
        p99: 900 + count * 12,
    };
    Times {
        title: "Answer time of the last 24 h, by hour".to_owned(),
        periods: DELIVERED.into_iter().enumerate().map(period).collect(),
    }
}

pub(super) fn steps() -> Steps {
    let step = |name: &str, done| Step { name: name.to_owned(), done };
    Steps {
        all: vec![
            step("Callback URL", true),
            step("Secret", true),
            step("Egress IP", true),
            step("Test answered", false),
            step("Verified", false),
        ],
        next: "Next: send a test callback.".to_owned(),
        act: Link::new("Send test callback", "/ui"),
    }
}

pub(super) fn figures() -> Vec<Figure> {
    vec![
        Figure::new("Due now", "12"),
        Figure::new("In flight", "3"),
        Figure { note: Some("goal 60 s".to_owned()), tone: Tone::Warn, ..Figure::new("Oldest due", "1 min") },
        Figure {
            note: Some("no node holds their IP".to_owned()),
            tone: Tone::Bad,
            ..Figure::new("Without an address", "1,042")
        },
        Figure { note: Some("held, 0 no IP".to_owned()), ..Figure::new("Waits for others", "42") },
        Figure::new("Nodes", "3"),
    ]
}
