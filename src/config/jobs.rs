//! `[jobs]`: the background worker.

use std::time::Duration;

use super::merge::Layers;

/// The background worker.
#[derive(Clone, Debug)]
pub struct Jobs {
    /// Jobs worked on at the same time by one process.
    pub workers: usize,
    /// Time between two looks for due jobs.
    pub poll: Duration,
    /// After how long a job is taken from a process that seems to have died.
    pub lease: Duration,
    /// For how many days finished jobs stay visible.
    pub keep_done_days: u32,
}

impl Jobs {
    pub(super) fn read(layers: &mut Layers) -> Option<Self> {
        let workers = layers.number("jobs.workers", 1..=64);
        let poll = layers.milliseconds("jobs.poll_ms");
        let lease = layers.seconds("jobs.lease_s");
        let keep_done_days = layers.number("jobs.keep_done_days", 0..=3650);
        let mail_timeout_s = layers.integer("mail.timeout_s").and_then(|seconds| u64::try_from(seconds).ok());
        if let (Some(lease), Some(mail_timeout_s)) = (lease, mail_timeout_s)
            && lease.as_secs() <= mail_timeout_s
        {
            // A second process would take the job, and send its mail, while the first still waits for the server.
            let what = format!(
                "{} is not longer than mail.timeout_s, so that mails would be sent twice",
                lease.as_secs()
            );
            layers.reject("jobs.lease_s", what, "300");
        }
        Some(Self { workers: workers?, poll: poll?, lease: lease?, keep_done_days: keep_done_days? })
    }
}
