//! Time and randomness as things that are handed in, so that a test can hold both still.

use super::ids::Id;
use chrono::{DateTime, SubsecRound as _, Utc};
use std::sync::{Arc, Mutex, PoisonError};
use ulid::Ulid;

/// Tells the time, in whole microseconds: the finest that both databases keep.
pub trait Clock: Send + Sync {
    /// Now, in UTC.
    fn now(&self) -> DateTime<Utc>;
}

/// The computer's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the computer's clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}

/// A clock that stands still until it is moved: for tests and virtual years.
#[derive(Debug, Clone)]
pub struct FixedClock(Arc<Mutex<DateTime<Utc>>>);

impl FixedClock {
    /// Starts at `now`.
    pub fn at(now: DateTime<Utc>) -> Self {
        Self(Arc::new(Mutex::new(now.trunc_subsecs(6))))
    }

    /// Moves forward (or back, with a negative duration).
    pub fn advance(&self, by: chrono::TimeDelta) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now += by;
    }
}

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives unpredictable bytes.
pub trait Entropy: Send + Sync {
    /// Sixteen fresh bytes.
    fn bytes16(&self) -> [u8; 16];
}

/// Bytes for tests: the same sequence for the same seed, and no two alike.
#[derive(Debug)]
pub struct SeededEntropy(std::sync::atomic::AtomicU64);

impl SeededEntropy {
    /// Starts the sequence of `seed`.
    pub fn new(seed: u64) -> Self {
        Self(std::sync::atomic::AtomicU64::new(seed))
    }
}

impl Entropy for SeededEntropy {
    fn bytes16(&self) -> [u8; 16] {
        let n = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let high = splitmix(n);
        let low = splitmix(high ^ n.rotate_left(32));
        (u128::from(high) << 64 | u128::from(low)).to_be_bytes()
    }
}

/// One step of the public-domain `SplitMix64` generator: spreads a counter over all 64 bits.
pub fn splitmix(counter: u64) -> u64 {
    let mut z = counter.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Makes new ids from a clock and a source of randomness.
#[derive(Clone)]
pub struct IdSource {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl IdSource {
    /// Ids that carry the time of `clock` and the randomness of `entropy`.
    pub fn new(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { clock, entropy }
    }

    /// A new id.
    pub fn next<T: Id>(&self) -> T {
        let millis = u64::try_from(self.clock.now().timestamp_millis()).unwrap_or_default();
        T::from_ulid(Ulid::from_parts(millis, u128::from_be_bytes(self.entropy.bytes16())))
    }

    /// Sixteen random bytes, for references that are no ids.
    pub fn random(&self) -> [u8; 16] {
        self.entropy.bytes16()
    }
}
