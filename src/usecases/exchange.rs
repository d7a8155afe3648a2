//! Something that is exchanged as a whole while the site runs.

use std::sync::{Arc, PoisonError, RwLock};

/// Every clone sees an exchange. Whoever was given the thing keeps it: work ends by the rules that it began with.
#[derive(Debug)]
pub struct Exchange<T>(Arc<RwLock<Arc<T>>>);

impl<T> Exchange<T> {
    /// Begins with this.
    pub fn new(first: T) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(first))))
    }

    /// What counts now.
    pub fn get(&self) -> Arc<T> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on this counts.
    pub fn put(&self, next: T) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
    }
}

impl<T> Clone for Exchange<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_clone_sees_an_exchange_and_whoever_was_given_the_thing_keeps_it() {
        let exchange = Exchange::new("before");
        let (elsewhere, held) = (exchange.clone(), exchange.get());
        exchange.put("after");
        assert_eq!((*elsewhere.get(), *held), ("after", "before"));
    }
}
