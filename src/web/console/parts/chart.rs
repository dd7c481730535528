//! Charts, drawn by the server as SVG: attributes instead of styles, integers instead of floating point.
//!
//! Shapes are stretched to the width that there is; words stand beside them as HTML, because stretched text is not readable
//! on a phone. The same figures follow as a table.

use crate::web::console::words::{amounts, durations};
use std::time::Duration;

/// The drawing's own width.
pub const WIDTH: u64 = 720;
/// The drawing's own height.
pub const HEIGHT: u64 = 160;
/// Between two columns.
const GAP: u64 = 2;

/// What was delivered and what failed in one period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// The period, for people.
    pub name: String,
    /// Upwards.
    pub delivered: u64,
    /// Downwards.
    pub failed: u64,
}

/// Delivered upwards and failed downwards from one axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    /// What a screen reader is told of it.
    pub title: String,
    /// In order of time.
    pub buckets: Vec<Bucket>,
}

/// A rectangle of the drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// From the left.
    pub x: u64,
    /// From the top.
    pub y: u64,
    /// To the right.
    pub width: u64,
    /// Downwards.
    pub height: u64,
    /// Whether it is what failed.
    pub failed: bool,
}

impl Columns {
    /// Whether nothing happened at all.
    pub fn is_empty(&self) -> bool {
        self.buckets.iter().all(|bucket| bucket.delivered == 0 && bucket.failed == 0)
    }

    /// The largest number upwards.
    pub fn most_delivered(&self) -> String {
        amounts::count(self.top())
    }

    /// The largest number downwards.
    pub fn most_failed(&self) -> String {
        amounts::count(self.bottom())
    }

    /// Whether anything failed.
    pub fn has_failures(&self) -> bool {
        self.bottom() > 0
    }

    /// The first period.
    pub fn first(&self) -> &str {
        self.buckets.first().map_or("", |bucket| &bucket.name)
    }

    /// The last period.
    pub fn last(&self) -> &str {
        self.buckets.last().map_or("", |bucket| &bucket.name)
    }

    /// Where the axis lies: both directions have one scale, and what failed at least an eighth of the height.
    pub fn axis(&self) -> u64 {
        if !self.has_failures() {
            return HEIGHT - 1;
        }
        let all = self.top() + self.bottom();
        (HEIGHT * self.top() / all.max(1)).clamp(HEIGHT / 8, HEIGHT - HEIGHT / 8)
    }

    /// The columns. What is not nothing is at least two high.
    pub fn bars(&self) -> Vec<Bar> {
        let count = u64::try_from(self.buckets.len()).unwrap_or(u64::MAX).max(1);
        let axis = self.axis();
        let mut bars = Vec::new();
        for (index, bucket) in (0..).zip(&self.buckets) {
            let x = WIDTH * index / count;
            let width = (WIDTH * (index + 1) / count - x).saturating_sub(GAP).max(1);
            let up = scaled(bucket.delivered, self.top(), axis);
            let down = scaled(bucket.failed, self.bottom(), HEIGHT - axis - 1);
            if up > 0 {
                bars.push(Bar { x, y: axis - up, width, height: up, failed: false });
            }
            if down > 0 {
                bars.push(Bar { x, y: axis + 1, width, height: down, failed: true });
            }
        }
        bars
    }

    fn top(&self) -> u64 {
        self.buckets.iter().map(|bucket| bucket.delivered).max().unwrap_or_default()
    }

    fn bottom(&self) -> u64 {
        self.buckets.iter().map(|bucket| bucket.failed).max().unwrap_or_default()
    }
}

/// The time that answers took in one period, in milliseconds: of half of them, of 95 and of 99 in a hundred.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantiles {
    /// The period, for people.
    pub name: String,
    /// Half took no longer.
    pub p50: u64,
    /// 95 in a hundred took no longer.
    pub p95: u64,
    /// 99 in a hundred took no longer.
    pub p99: u64,
}

/// Answer times as three lines: solid, dashed, dotted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Times {
    /// What a screen reader is told of it.
    pub title: String,
    /// In order of time.
    pub periods: Vec<Quantiles>,
}

impl Times {
    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.periods.is_empty()
    }

    /// The three lines, from the top: class, name with its last value, and points.
    pub fn lines(&self) -> Vec<(&'static str, String, String)> {
        let line = |name, value: fn(&Quantiles) -> u64| (name, self.named(name, value), self.points(value));
        vec![line("p99", |of| of.p99), line("p95", |of| of.p95), line("p50", |of| of.p50)]
    }

    /// The largest value.
    pub fn most(&self) -> String {
        durations::written(Duration::from_millis(self.top()))
    }

    fn named(&self, name: &str, value: fn(&Quantiles) -> u64) -> String {
        let last = self.periods.last().map(value).unwrap_or_default();
        format!("{name} {}", durations::written(Duration::from_millis(last)))
    }

    fn points(&self, value: fn(&Quantiles) -> u64) -> String {
        let steps = u64::try_from(self.periods.len()).unwrap_or(u64::MAX).saturating_sub(1).max(1);
        let point = |(index, period)| {
            let y = HEIGHT - 1 - scaled(value(period), self.top(), HEIGHT - 2);
            format!("{},{y}", WIDTH * index / steps)
        };
        (0..).zip(&self.periods).map(point).collect::<Vec<_>>().join(" ")
    }

    fn top(&self) -> u64 {
        self.periods.iter().map(|period| period.p99).max().unwrap_or_default()
    }
}

/// A part of `whole` at this height; never invisible.
fn scaled(part: u64, whole: u64, height: u64) -> u64 {
    if part == 0 || whole == 0 { 0 } else { (part.saturating_mul(height) / whole).max(2).min(height) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(delivered: u64, failed: u64) -> Bucket {
        Bucket { name: String::new(), delivered, failed }
    }

    #[test]
    fn delivered_stands_on_the_axis_and_failed_hangs_from_it_within_the_drawing() {
        let columns = Columns { title: String::new(), buckets: vec![bucket(1_000, 0), bucket(1, 3), bucket(0, 0)] };
        let axis = columns.axis();
        let bars = columns.bars();
        assert_eq!(bars.len(), 3);
        for bar in bars {
            assert!(bar.height >= 2 && bar.x + bar.width <= WIDTH && bar.y + bar.height <= HEIGHT);
            assert!(if bar.failed { bar.y > axis } else { bar.y + bar.height == axis });
        }
    }

    #[test]
    fn no_figures_make_no_bars_and_no_fault() {
        let none = Columns { title: String::new(), buckets: vec![] };
        assert!(none.is_empty() && none.bars().is_empty());
        let times = Times { title: String::new(), periods: vec![] };
        assert!(times.is_empty() && times.lines().iter().all(|(_, _, points)| points.is_empty()));
    }

    #[test]
    fn a_line_runs_over_the_whole_width_and_names_its_last_value() {
        let of = |p50| Quantiles { name: String::new(), p50, p95: 400, p99: 1_900 };
        let times = Times { title: String::new(), periods: vec![of(80), of(84)] };
        let lines = times.lines();
        assert_eq!(lines[0], ("p99", "p99 1.9 s".to_owned(), "0,1 720,1".to_owned()));
        assert_eq!(lines[2].1, "p50 84 ms");
    }
}
