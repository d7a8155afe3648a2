//! What a trial reports.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Instant;

use crate::support::app::Engine;

/// Counts what happened, and fails in [`finish`](Self::finish) if something was lost or doubled, or if nothing happened.
pub(super) struct Summary {
    trial: &'static str,
    engine: Engine,
    began: Instant,
    runs: u64,
    faults: BTreeMap<&'static str, u64>,
    figures: Vec<(&'static str, String)>,
    lost: Vec<String>,
    doubled: Vec<String>,
}

impl Summary {
    /// `faults` are those that must happen at least once.
    pub(super) fn of(trial: &'static str, engine: Engine, faults: &[&'static str]) -> Self {
        Self {
            trial,
            engine,
            began: Instant::now(),
            runs: 0,
            faults: faults.iter().map(|fault| (*fault, 0)).collect(),
            figures: Vec::new(),
            lost: Vec::new(),
            doubled: Vec::new(),
        }
    }

    pub(super) fn ran(&mut self, runs: u64) {
        self.runs += runs;
    }

    /// A fault that really happened.
    pub(super) fn fault(&mut self, name: &'static str, times: u64) {
        *self.faults.entry(name).or_default() += times;
    }

    /// Something else worth knowing.
    pub(super) fn figure(&mut self, name: &'static str, value: impl std::fmt::Display) {
        self.figures.push((name, value.to_string()));
    }

    pub(super) fn lost(&mut self, what: impl IntoIterator<Item = String>) {
        self.lost.extend(what);
    }

    pub(super) fn doubled(&mut self, what: impl IntoIterator<Item = String>) {
        self.doubled.extend(what);
    }

    /// Adds what came of a share of the trial that ran beside others; its figures are the caller's.
    pub(super) fn add(&mut self, share: Self) {
        self.runs += share.runs;
        for (name, times) in share.faults {
            self.fault(name, times);
        }
        self.lost.extend(share.lost);
        self.doubled.extend(share.doubled);
    }

    /// Prints the line, and fails if the trial did.
    pub(super) fn finish(self) {
        let fired: u64 = self.faults.values().sum();
        let mut line = format!(
            "trial {} {:?}: seed {}, {} runs, {fired} faults fired (",
            self.trial,
            self.engine,
            super::seed(),
            self.runs
        );
        let kinds: Vec<String> = self.faults.iter().map(|(name, times)| format!("{name} {times}")).collect();
        let (lost, doubled) = (self.lost.len(), self.doubled.len());
        write!(line, "{}), {lost} lost, {doubled} doubled", kinds.join(", ")).unwrap();
        for (name, value) in &self.figures {
            write!(line, ", {name} {value}").unwrap();
        }
        println!("{line}, in {} s", self.began.elapsed().as_secs());
        assert!(lost + doubled == 0, "{line}\nlost: {:#?}\ndoubled: {:#?}", self.lost, self.doubled);
        assert!(self.runs > 0, "nothing was tried: {line}");
        assert!(self.faults.values().all(|times| *times > 0), "some faults never happened: {line}");
    }
}
