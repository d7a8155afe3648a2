//! What tries to break it: programs killed at random and at every step, gateways, mail servers, disks and clocks that
//! fail, everything at once. Small here; `MAINSTAY_TRIALS=full` (see `scripts/trials`) runs the numbers that count.
//!
//! Every trial prints one line: its seed (`MAINSTAY_SEED` replays it), how many faults really happened, what was lost
//! and what was doubled. A trial in which nothing happened fails.

mod any_order;
mod at_once;
mod bank_lines;
mod bots;
mod clocks;
mod cluster;
mod crowd;
mod database_killed;
mod dump;
mod full_disk;
mod gateway;
mod gateway_faults;
mod kill_everywhere;
mod kill_nine;
mod mail_faults;
mod moving_in;
mod numbers;
mod patreon_faults;
mod patrons;
mod paypal_faults;
mod power_cut;
mod recording;
mod several;
mod silence;
mod site;
mod summary;

use summary::Summary;

/// How much of a trial is run: `small` with each change, `full` for the record.
fn size(small: u64, full: u64) -> u64 {
    if is_full() { full } else { small }
}

/// Also asked by the few tests elsewhere that have a full size.
pub(crate) fn is_full() -> bool {
    std::env::var_os("MAINSTAY_TRIALS").is_some_and(|size| size == "full")
}

/// What random trials begin with.
fn seed() -> u64 {
    std::env::var_os("MAINSTAY_SEED").map_or(2026, |text| {
        let text = text.into_string().unwrap();
        text.parse().unwrap_or_else(|error| panic!("MAINSTAY_SEED={text}: {error}"))
    })
}
