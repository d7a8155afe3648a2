//! Webhooks that deliver themselves, for programs in a process of their own: with retries, and astray as told.

use super::Stripe;
use super::outbox::Delivery;
use super::server::Shared;
use mainstay::domain::clock::splitmix;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;

/// How many deliveries are under way at once.
const AT_ONCE: usize = 16;

/// How deliveries go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Auto {
    pub(crate) seed: u64,
    /// How long after a failed attempt the next one is made.
    pub(crate) retry_after: Duration,
    /// So many of a thousand are sent twice.
    pub(crate) twice_per_mille: u64,
    /// So many of a thousand wait, for up to `late_by`, and so are overtaken.
    pub(crate) late_per_mille: u64,
    pub(crate) late_by: Duration,
    /// So many of a thousand are never made.
    pub(crate) never_per_mille: u64,
}

impl Auto {
    /// Every event once, in order as far as the network keeps it, tried again every 100 ms.
    pub(crate) fn faithful() -> Self {
        Self {
            seed: 0,
            retry_after: Duration::from_millis(100),
            twice_per_mille: 0,
            late_per_mille: 0,
            late_by: Duration::ZERO,
            never_per_mille: 0,
        }
    }

    fn chance(&self, delivery: u64, about: u64, per_mille: u64) -> bool {
        splitmix(self.seed ^ splitmix(delivery).rotate_left(17) ^ about) % 1000 < per_mille
    }

    fn delay(&self, delivery: u64) -> Duration {
        let longest = u64::try_from(self.late_by.as_millis()).unwrap();
        Duration::from_millis(splitmix(self.seed ^ splitmix(delivery)) % longest.max(1))
    }
}

/// How many deliveries really went astray.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Strayed {
    pub(crate) twice: u64,
    pub(crate) late: u64,
    pub(crate) never: u64,
    pub(crate) retried: u64,
}

impl Stripe {
    /// Delivers on its own from now on, for as long as the emulator runs; tells how much went astray.
    pub(crate) fn deliver_on_its_own(&self, auto: Auto) -> Arc<Mutex<Strayed>> {
        let strayed = Arc::new(Mutex::new(Strayed::default()));
        let (shared, counted) = (Arc::clone(&self.shared), Arc::clone(&strayed));
        self.runtime.spawn(async move { run(shared, auto, counted).await });
        strayed
    }
}

async fn run(shared: Arc<Shared>, auto: Auto, strayed: Arc<Mutex<Strayed>>) {
    let news = Arc::clone(&shared.lock().news);
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    let mut taken = BTreeSet::new();
    loop {
        let fresh: Vec<_> = {
            let world = shared.lock();
            world.outbox.due(world.now()).filter(|delivery| taken.insert(delivery.id)).cloned().collect()
        };
        for delivery in fresh {
            let (shared, strayed, permits) =
                (Arc::clone(&shared), Arc::clone(&strayed), Arc::clone(&permits));
            tokio::spawn(async move { carry(&shared, auto, &strayed, &permits, delivery).await });
        }
        // A delivery that waits for its time is found when it has come.
        let _either = tokio::time::timeout(auto.retry_after, news.notified()).await;
    }
}

async fn carry(
    shared: &Shared,
    auto: Auto,
    strayed: &Mutex<Strayed>,
    permits: &Semaphore,
    delivery: Delivery,
) {
    let count = |count: fn(&mut Strayed)| count(&mut strayed.lock().unwrap_or_else(PoisonError::into_inner));
    if auto.chance(delivery.id, 1, auto.never_per_mille) {
        count(|strayed| strayed.never += 1);
        shared.lock().outbox.give_up(delivery.id);
        return;
    }
    if auto.chance(delivery.id, 2, auto.late_per_mille) {
        count(|strayed| strayed.late += 1);
        tokio::time::sleep(auto.delay(delivery.id)).await;
    }
    loop {
        let permit = permits.acquire().await;
        let status = shared.attempt(&delivery).await;
        drop(permit);
        if status.is_some_and(|status| (200..300).contains(&status)) {
            break;
        }
        count(|strayed| strayed.retried += 1);
        tokio::time::sleep(auto.retry_after).await;
    }
    if auto.chance(delivery.id, 3, auto.twice_per_mille) {
        count(|strayed| strayed.twice += 1);
        shared.attempt(&delivery).await;
    }
}
