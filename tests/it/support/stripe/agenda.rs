//! What happens by itself when its time has come, each thing at its very second, however far the clock jumps.

use super::world::World;
use std::collections::BTreeSet;

/// Something that is to happen. What happens first when several are due at once stands first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Task {
    /// A session closes.
    Close(String),
    /// A subscription collects money again.
    Resume(String),
    /// A subscription whose first payment never came ends.
    GiveUp(String),
    /// The period of a subscription is over.
    Renew(String),
    /// A draft of an invoice becomes final and is charged.
    Finalize(String),
    /// An open invoice is tried again.
    Retry(String),
    /// A bank answers the debit of a payment intent.
    Debit(String),
}

/// Everything that is to come.
#[derive(Debug, Default)]
pub(super) struct Agenda(BTreeSet<(i64, Task)>);

impl Agenda {
    pub(super) fn at(&mut self, second: i64, task: Task) {
        self.0.insert((second, task));
    }

    /// When the next thing is due.
    pub(super) fn next(&self) -> Option<i64> {
        self.0.first().map(|(second, _)| *second)
    }

    fn pop_due(&mut self, now: i64) -> Option<(i64, Task)> {
        if self.next()? > now { None } else { self.0.pop_first() }
    }
}

impl World {
    /// Lets everything happen that is due. A task that the course of things has overtaken does nothing.
    pub(super) fn tick(&mut self) {
        let now = self.now();
        while let Some((second, task)) = self.agenda.pop_due(now) {
            self.moment = Some(second);
            match task {
                Task::Close(session) if self.is_open(&session) => self.expire(&session),
                Task::Close(_) => {}
                Task::Resume(subscription) => self.resume(&subscription),
                Task::GiveUp(subscription) => self.give_up(&subscription),
                Task::Renew(subscription) => self.renew(&subscription),
                Task::Finalize(invoice) => self.finalize(&invoice),
                Task::Retry(invoice) => self.retry(&invoice),
                Task::Debit(intent) => self.debit_arrives(&intent),
            }
        }
        self.moment = None;
    }
}
