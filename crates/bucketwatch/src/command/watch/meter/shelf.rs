//! Where counters are made and kept.

use prometheus::core::Collector;
use prometheus::{
    Gauge, GaugeVec, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGaugeVec, Opts,
    Registry, Result,
};

/// The bounds of what is waited for, in seconds: from what is told at once to what is a day late.
const SECONDS: [f64; 12] =
    [1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3_600.0, 14_400.0, 43_200.0, 86_400.0];

/// Makes counters, and keeps them.
pub(super) struct Shelf {
    /// What is kept.
    pub(super) registry: Registry,
}

impl Shelf {
    pub(super) fn new() -> Result<Self> {
        Ok(Self { registry: Registry::new_custom(Some("bucketwatch".to_owned()), None)? })
    }

    pub(super) fn count(&self, name: &str, help: &str) -> Result<IntCounter> {
        self.keep(IntCounter::new(name, help)?)
    }

    pub(super) fn counts(&self, name: &str, help: &str, labels: &[&str]) -> Result<IntCounterVec> {
        self.keep(IntCounterVec::new(Opts::new(name, help), labels)?)
    }

    pub(super) fn gauge(&self, name: &str, help: &str) -> Result<Gauge> {
        self.keep(Gauge::new(name, help)?)
    }

    pub(super) fn gauges(&self, name: &str, help: &str, labels: &[&str]) -> Result<GaugeVec> {
        self.keep(GaugeVec::new(Opts::new(name, help), labels)?)
    }

    pub(super) fn wholes(&self, name: &str, help: &str, labels: &[&str]) -> Result<IntGaugeVec> {
        self.keep(IntGaugeVec::new(Opts::new(name, help), labels)?)
    }

    pub(super) fn age(&self, name: &str, help: &str) -> Result<Histogram> {
        self.keep(Histogram::with_opts(bounded(name, help))?)
    }

    pub(super) fn ages(&self, name: &str, help: &str, labels: &[&str]) -> Result<HistogramVec> {
        self.keep(HistogramVec::new(bounded(name, help), labels)?)
    }

    fn keep<T: Collector + Clone + 'static>(&self, counter: T) -> Result<T> {
        self.registry.register(Box::new(counter.clone()))?;
        Ok(counter)
    }
}

fn bounded(name: &str, help: &str) -> HistogramOpts {
    HistogramOpts::new(name, help).buckets(SECONDS.to_vec())
}
