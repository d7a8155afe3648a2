//! What goes wrong between the program and a gateway: scripted by the test, or at random from a seed. Each is counted
//! when it has really happened.

use mainstay::domain::clock::splitmix;
use std::collections::BTreeMap;

/// A way in which a call goes wrong. "Before" means that the gateway did nothing, "after" that it did all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// The connection ends, nothing was done.
    DropBefore,
    /// The connection ends although everything was done.
    DropAfter,
    /// 500, nothing was done, and the key forgets it.
    ServerErrorBefore,
    /// 500, nothing was done, and the key answers it from now on.
    ServerErrorKept,
    /// 500 although everything was done; the key answers the 500 from now on.
    ServerErrorAfter,
    /// Everything was done, and the connection ends in the middle of the answer.
    CutAnswer,
    /// Never answers, does nothing.
    StallBefore,
    /// Does everything and never answers.
    StallAfter,
    /// 429 with `Retry-After`.
    TooMany,
    /// Everything was done, and the answer is no JSON.
    MalformedAnswer,
    /// 409: somebody else holds the object; nothing was done.
    Conflict,
}

impl Fault {
    pub(crate) const ALL: [Self; 11] = [
        Self::DropBefore,
        Self::DropAfter,
        Self::ServerErrorBefore,
        Self::ServerErrorKept,
        Self::ServerErrorAfter,
        Self::CutAnswer,
        Self::StallBefore,
        Self::StallAfter,
        Self::TooMany,
        Self::MalformedAnswer,
        Self::Conflict,
    ];
}

/// Faults that are to come, and those that came.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    scripted: Vec<Scripted>,
    random: Option<Random>,
    fired: BTreeMap<Fault, u64>,
}

#[derive(Debug)]
struct Scripted {
    pattern: String,
    fault: Fault,
    times: u32,
}

#[derive(Debug)]
struct Random {
    state: u64,
    per_mille: u64,
    faults: Vec<Fault>,
}

impl Faults {
    pub(crate) fn script(&mut self, pattern: &str, fault: Fault, times: u32) {
        self.scripted.push(Scripted { pattern: pattern.to_owned(), fault, times });
    }

    pub(crate) fn at_random(&mut self, seed: u64, per_mille: u64, faults: &[Fault]) {
        self.random = Some(Random { state: splitmix(seed), per_mille, faults: faults.to_vec() });
    }

    /// Everything works from now on.
    pub(crate) fn end(&mut self) {
        self.scripted.clear();
        self.random = None;
    }

    /// What goes wrong with this call.
    pub(crate) fn next(&mut self, method: &str, path: &str) -> Option<Fault> {
        let meant = |script: &Scripted| script.times > 0 && matches(&script.pattern, method, path);
        if let Some(script) = self.scripted.iter_mut().find(|script| meant(script)) {
            script.times -= 1;
            return Some(script.fault);
        }
        let random = self.random.as_mut()?;
        random.state = random.state.wrapping_add(1);
        let drawn = splitmix(random.state);
        let which = usize::try_from(drawn >> 32).unwrap() % random.faults.len().max(1);
        if drawn % 1000 < random.per_mille { random.faults.get(which).copied() } else { None }
    }

    pub(crate) fn count(&mut self, fault: Fault) {
        *self.fired.entry(fault).or_insert(0) += 1;
    }

    pub(crate) fn fired(&self) -> BTreeMap<Fault, u64> {
        self.fired.clone()
    }
}

/// `POST /v1/refunds`, `GET /v1/charges/*`, or `*` for every call.
fn matches(pattern: &str, method: &str, path: &str) -> bool {
    let Some((wanted_method, wanted_path)) = pattern.split_once(' ') else {
        return pattern == "*";
    };
    let (wanted, given): (Vec<_>, Vec<_>) = (wanted_path.split('/').collect(), path.split('/').collect());
    let same = |(wanted, given): (&&str, &&str)| *wanted == "*" || wanted == given;
    wanted_method == method && wanted.len() == given.len() && wanted.iter().zip(&given).all(same)
}
