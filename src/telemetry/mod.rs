//! Owns: the log, the metrics, and making personal data harmless for both.
//! May import: `config`. Must not: know what is logged or counted beyond the names of the metrics.
//!
//! Logs go to standard error, so that `export` and `config show` own standard output.

pub mod redact;

use std::fmt;
use std::io::{self, IsTerminal};

use tracing::field::Field;
use tracing_subscriber::field::MakeExt;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::{FormatFields, Writer, debug_fn};
use tracing_subscriber::fmt::layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Log, LogFormat};

/// Starts logging to standard error. Calling it again changes nothing, so that every test may call it.
pub fn init(log: &Log) {
    // The level was checked with the configuration; should the two ever differ, logging more beats logging nothing.
    let filter = log.level.parse().unwrap_or_else(|_| Targets::new().with_default(tracing::Level::INFO));
    let registry = tracing_subscriber::registry().with(filter);
    let started = match log.format {
        LogFormat::Json => {
            registry.with(layer().json().flatten_event(true).with_writer(io::stderr)).try_init()
        }
        LogFormat::Text => {
            let layer = layer().fmt_fields(one_line_fields()).with_ansi(io::stderr().is_terminal());
            registry.with(layer.with_writer(io::stderr)).try_init()
        }
    };
    if started.is_err() {
        tracing::debug!("logging was started before; it stays as it is");
    }
}

/// Fields as `name=value`, control characters escaped: a line break in a value cannot invent a line of its own.
fn one_line_fields() -> impl for<'w> FormatFields<'w> + 'static {
    debug_fn(|writer: &mut Writer<'_>, field: &Field, value: &dyn fmt::Debug| {
        // What the `log` facade adds about itself repeats the line's own head.
        if field.name().starts_with("log.") {
            return Ok(());
        }
        if field.name() != "message" {
            write!(writer, "{}=", field.name())?;
        }
        for character in format!("{value:?}").chars() {
            if character.is_control() {
                write!(writer, "{}", character.escape_default())?;
            } else {
                writer.write_char(character)?;
            }
        }
        Ok(())
    })
    .delimited(" ")
}

/// What is counted and timed, for Prometheus.
///
/// Elsewhere: `metrics::counter!(PLEDGES_TOTAL).increment(1)`, with the `metrics` crate and the names from here.
/// Labels must have few values: never an id, an address or a path with an id in it.
pub mod metrics {
    use std::sync::OnceLock;
    use std::thread;
    use std::time::Duration;

    use ::metrics::{Unit, describe_counter, describe_histogram, set_global_recorder};
    use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

    /// Requests answered, by `route` (its pattern) and `status`.
    pub const HTTP_REQUESTS_TOTAL: &str = "http_requests_total";
    /// Seconds from a request to its answer, by `route`.
    pub const HTTP_REQUEST_SECONDS: &str = "http_request_seconds";
    /// Forms and API calls that asked for a pledge, by `outcome` (`started`, `repeated`, `trapped`, `too_fast`,
    /// `proof_asked`, `link_asked`).
    pub const PLEDGES_TOTAL: &str = "pledges_total";
    /// Webhooks received, by `gateway` and `outcome` (stored, repeat, rejected, off, failed).
    pub const WEBHOOKS_TOTAL: &str = "webhooks_total";
    /// Jobs run, by `kind` and `outcome` (done, retry, failed).
    pub const JOBS_TOTAL: &str = "jobs_total";
    /// Seconds a job took, by `kind`.
    pub const JOB_SECONDS: &str = "job_seconds";
    /// Mails tried, by `outcome` (sent, failed).
    pub const MAILS_TOTAL: &str = "mails_total";
    /// Donations, pledges and others that were newly found to break a rule of the books.
    pub const BROKEN_INVARIANTS_TOTAL: &str = "broken_invariants_total";
    /// Requests turned away by a rate limit.
    pub const RATE_LIMITED_TOTAL: &str = "rate_limited_total";

    const HTTP_BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
    const JOB_BUCKETS: [f64; 9] = [0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0];
    const UPKEEP: Duration = Duration::from_secs(5);

    /// The numbers of this process. Cheap to clone.
    #[derive(Clone)]
    pub struct Metrics {
        handle: PrometheusHandle,
    }

    impl std::fmt::Debug for Metrics {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("Metrics")
        }
    }

    /// The metrics cannot be set up.
    #[derive(Debug, thiserror::Error)]
    pub enum MetricsError {
        /// A bucket list of this module is wrong.
        #[error("the buckets of a metric are not valid: {0}")]
        Buckets(#[from] BuildError),
        /// Another library of this process already collects them.
        #[error("another recorder of metrics is already installed in this process")]
        AlreadyInstalled,
        /// The system gives no thread.
        #[error("the thread that tidies the metrics cannot be started: {0}")]
        Thread(#[from] std::io::Error),
    }

    impl Metrics {
        /// Starts collecting for this process; every later call gives the same numbers.
        #[expect(clippy::disallowed_methods, reason = "sleeps on a thread of its own, outside every runtime")]
        pub fn install() -> Result<Self, MetricsError> {
            static INSTALLED: OnceLock<Metrics> = OnceLock::new();
            static INSTALLING: std::sync::Mutex<()> = std::sync::Mutex::new(());

            let _one_at_a_time = INSTALLING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            if let Some(metrics) = INSTALLED.get() {
                return Ok(metrics.clone());
            }
            let recorder = builder()?.build_recorder();
            let metrics = Self { handle: recorder.handle() };
            set_global_recorder(recorder).map_err(|_occupied| MetricsError::AlreadyInstalled)?;
            describe();
            let handle = metrics.handle.clone();
            // Unless somebody folds them, the single measurements of the histograms pile up in memory, above all
            // when nobody reads /metrics. The thread lives as long as the process.
            thread::Builder::new().name("metrics-upkeep".to_owned()).spawn(move || {
                loop {
                    thread::sleep(UPKEEP);
                    handle.run_upkeep();
                }
            })?;
            Ok(INSTALLED.get_or_init(|| metrics).clone())
        }

        /// All numbers in Prometheus' text format (`text/plain; version=0.0.4`).
        pub fn render(&self) -> String {
            self.handle.render()
        }
    }

    fn builder() -> Result<PrometheusBuilder, BuildError> {
        let exactly = |name: &str| Matcher::Full(name.to_owned());
        PrometheusBuilder::new()
            .set_buckets_for_metric(exactly(HTTP_REQUEST_SECONDS), &HTTP_BUCKETS)?
            .set_buckets_for_metric(exactly(JOB_SECONDS), &JOB_BUCKETS)
    }

    fn describe() {
        describe_counter!(HTTP_REQUESTS_TOTAL, Unit::Count, "Requests answered");
        describe_histogram!(HTTP_REQUEST_SECONDS, Unit::Seconds, "Time from a request to its answer");
        describe_counter!(PLEDGES_TOTAL, Unit::Count, "Pledges asked for");
        describe_counter!(WEBHOOKS_TOTAL, Unit::Count, "Webhooks received");
        describe_counter!(JOBS_TOTAL, Unit::Count, "Jobs run");
        describe_histogram!(JOB_SECONDS, Unit::Seconds, "Time a job took");
        describe_counter!(MAILS_TOTAL, Unit::Count, "Mails tried");
        describe_counter!(
            BROKEN_INVARIANTS_TOTAL,
            Unit::Count,
            "Rows newly found to break a rule of the books"
        );
        describe_counter!(RATE_LIMITED_TOTAL, Unit::Count, "Requests turned away by a rate limit");
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn one_registry_for_the_process_with_names_and_buckets() {
            let first = Metrics::install().unwrap();
            let second = Metrics::install().unwrap();

            ::metrics::counter!(WEBHOOKS_TOTAL, "gateway" => "stripe", "outcome" => "stored").increment(2);
            ::metrics::histogram!(JOB_SECONDS, "kind" => "mail").record(0.2);

            let text = second.render();
            assert!(text.contains("webhooks_total{gateway=\"stripe\",outcome=\"stored\"} 2"), "{text}");
            assert!(text.contains("# HELP webhooks_total Webhooks received"), "{text}");
            assert!(text.contains("job_seconds_bucket{kind=\"mail\",le=\"0.5\"} 1"), "{text}");
            assert!(first.render().contains("webhooks_total"));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Memory(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(filter: &str, work: impl FnOnce()) -> String {
        let memory = Memory::default();
        let writer = memory.clone();
        let layer =
            layer().fmt_fields(one_line_fields()).with_ansi(false).with_writer(move || writer.clone());
        let filter: Targets = filter.parse().unwrap();
        let subscriber = tracing_subscriber::registry().with(filter).with(layer);
        tracing::subscriber::with_default(subscriber, work);
        let bytes = memory.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_value_cannot_forge_a_line() {
        let text = logged("info", || {
            let name = "Ann\r\n2026-01-01 ERROR forged\u{1b}[31m";
            tracing::info!(donor.name = %name, count = 3, "stored {name}");
        });

        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.contains("stored Ann\\r\\n2026") && text.contains("count=3"), "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
    }

    #[test]
    fn the_level_can_differ_by_module() {
        let text = logged("warn,shop=debug", || {
            tracing::info!(target: "web", "hidden");
            tracing::debug!(target: "shop", "shown");
        });

        assert!(text.contains("shown") && !text.contains("hidden"), "{text}");
    }

    #[test]
    fn starting_twice_is_harmless() {
        let log = Log { level: "error".to_owned(), format: LogFormat::Json };

        init(&log);
        init(&log);
    }
}
