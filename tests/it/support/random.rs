//! Numbers that look random and are the same for the same seed.

use mainstay::domain::clock::splitmix;

/// Numbers that look random and are the same for the same seed.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(splitmix(seed ^ 0x5eed))
    }

    /// Another sequence for each number, such as one for each client.
    pub(crate) fn fork(&self, number: u64) -> Self {
        Self(splitmix(self.0 ^ splitmix(number)))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(1);
        splitmix(self.0)
    }

    /// From 0 to `bound`, `bound` left out.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// From 1 to `most`.
    pub(crate) fn amount(&mut self, most: i64) -> i64 {
        1 + i64::try_from(self.below(u64::try_from(most.max(1)).unwrap())).unwrap()
    }

    pub(crate) fn pick<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.index(list.len())].clone()
    }

    pub(crate) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(u64::try_from(length).unwrap())).unwrap()
    }

    pub(crate) fn in_a_hundred(&mut self, chances: u64) -> bool {
        self.below(100) < chances
    }

    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        for end in (1..list.len()).rev() {
            list.swap(end, self.index(end + 1));
        }
    }
}
