//! Runs by turns, medians, and the table.

use crate::large::Large;
use std::time::Duration;

/// How much is measured.
pub(crate) struct Plan {
    /// Runs of each side.
    pub(crate) rounds: usize,
    /// Length of one run.
    pub(crate) time: Duration,
    /// `log.level` of the measured server.
    pub(crate) log: String,
    /// The site with very many donations.
    pub(crate) large: Large,
}

impl Plan {
    /// The head of the table, with what else the machine was doing.
    pub(crate) fn announce(&self) {
        let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
        let Self { rounds, time, log, .. } = self;
        println!(
            "{cores} cores, load {}; {rounds} runs of {time:?} each side; log level {log}",
            machine_load()
        );
        println!("median (lowest to highest)\n");
    }
}

/// Tasks that run or wait for the processor, over the last minute.
pub(crate) fn machine_load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("unknown").to_owned()
}

/// One run of one side.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    /// Things done in a second.
    pub(crate) rate: f64,
    /// Microseconds of processor time that the measured process spent on one thing, where it can be told.
    pub(crate) cpu_us: Option<f64>,
    /// Milliseconds within which 99 of 100 were answered, where it can be told.
    pub(crate) p99_ms: Option<f64>,
}

impl Run {
    /// A run of which only the rate is known.
    pub(crate) fn of_rate(rate: f64) -> Self {
        Self { rate, cpu_us: None, p99_ms: None }
    }

    /// The same run of length `time`, when it is known what it cost.
    pub(crate) fn with_cpu(self, spent: Duration, time: Duration) -> Self {
        let things = self.rate * time.as_secs_f64();
        Self { cpu_us: Some(spent.as_secs_f64() * 1e6 / things), ..self }
    }
}

/// A figure that was taken several times.
pub(crate) struct Series(Vec<f64>);

impl Series {
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        assert!(!values.is_empty(), "nothing was measured");
        Self(values)
    }

    pub(crate) fn median(&self) -> f64 {
        let upper = self.0[self.0.len() / 2];
        let lower = self.0[(self.0.len() - 1) / 2];
        f64::midpoint(lower, upper)
    }

    /// `median (lowest to highest)`
    pub(crate) fn text(&self, decimals: usize) -> String {
        let (lowest, highest) = (self.0[0], self.0[self.0.len() - 1]);
        format!("{:.decimals$} ({lowest:.decimals$} to {highest:.decimals$})", self.median())
    }
}

/// Two sides of one comparison.
pub(crate) struct Comparison<'a> {
    /// What is compared.
    pub(crate) name: &'a str,
    /// What the limit is.
    pub(crate) limit: &'a str,
    /// The share of the limit that ours is to reach.
    pub(crate) goal: f64,
}

impl Comparison<'_> {
    /// Runs both sides by turns, once unmeasured, and prints what came of it.
    pub(crate) fn run(&self, plan: &Plan, mut ours: impl FnMut() -> Run, mut limit: impl FnMut() -> Run) {
        limit();
        ours();
        let (limits, own): (Vec<Run>, Vec<Run>) = (0..plan.rounds).map(|_| (limit(), ours())).unzip();
        let pairs = || own.iter().zip(&limits);
        let ratio = Series::of(pairs().map(|(ours, limit)| ours.rate / limit.rate));
        let by_cpu: Vec<f64> =
            pairs().filter_map(|(ours, limit)| Some(limit.cpu_us? / ours.cpu_us?)).collect();
        let by_cpu = match by_cpu.as_slice() {
            [] => String::new(),
            some => format!("   by processor time {:.2}", Series::of(some.iter().copied()).median()),
        };
        let verdict = if ratio.median() >= self.goal { "reached" } else { "BELOW" };
        println!("{}", self.name);
        println!("  ours     {}", side(&own));
        println!("  limit    {}   {}", side(&limits), self.limit);
        println!("  ratio    {:>32}   goal {:.2}: {verdict}{by_cpu}", ratio.text(2), self.goal);
        println!("  load     {:>32}\n", machine_load());
    }
}

/// The rate of one side, and what else is known of its runs.
fn side(runs: &[Run]) -> String {
    let median = |pick: fn(&Run) -> Option<f64>| {
        let known: Vec<f64> = runs.iter().filter_map(pick).collect();
        (!known.is_empty()).then(|| Series::of(known).median())
    };
    let rate = Series::of(runs.iter().map(|run| run.rate)).text(0);
    let cpu = median(|run| run.cpu_us).map(|cpu| format!("   {cpu:5.1} µs cpu"));
    let p99 = median(|run| run.p99_ms).map(|p99| format!("   p99 {p99:.1} ms"));
    format!("{rate:>32} /s{}{}", cpu.unwrap_or_default(), p99.unwrap_or_default())
}

/// A figure without a limit beside it.
pub(crate) fn print_figure(name: &str, series: &Series, unit: &str, decimals: usize) {
    println!("{name}\n  ours     {:>32} {unit}   load {}\n", series.text(decimals), machine_load());
}

/// A figure that is to stay under its goal.
pub(crate) fn print_ceiling(name: &str, series: &Series, unit: &str, goal: f64) {
    let verdict = if series.median() <= goal { "reached" } else { "ABOVE" };
    let load = machine_load();
    println!("{name}\n  ours     {:>32} {unit}   goal {goal:.0}: {verdict}   load {load}\n", series.text(1));
}
