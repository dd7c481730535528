//! A histogram that somebody else counts, shown as one of ours.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use prometheus_client::encoding::{EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;

use crate::store::Spread;

/// The histogram, as it was last taken over.
#[derive(Clone, Debug, Default)]
pub(super) struct SpreadMetric(Arc<Mutex<Shown>>);

#[derive(Debug, Default)]
struct Shown {
    buckets: Vec<(f64, u64)>,
    count: u64,
    sum: f64,
}

impl SpreadMetric {
    /// Takes it over, in the unit that `as_shown` makes of its values.
    pub(super) fn set(&self, spread: &Spread, as_shown: impl Fn(u64) -> f64) {
        let within = spread.within.iter().map(|(bound, count)| (as_shown(*bound), *count));
        let buckets: Vec<(f64, u64)> = within.chain([(f64::INFINITY, spread.above)]).collect();
        let count = buckets.iter().map(|(_, count)| count).sum();
        let shown = Shown { buckets, count, sum: as_shown(spread.sum) };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = shown;
    }
}

impl EncodeMetric for SpreadMetric {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> Result<(), fmt::Error> {
        let shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        encoder.encode_histogram::<NoLabelSet>(shown.sum, shown.count, &shown.buckets, None)
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Histogram
    }
}
