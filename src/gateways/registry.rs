//! The gateways that are on, exchanged as a whole while the site runs.

use super::{ByHand, Gateway};
use crate::domain::pledge::GatewayKind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

type Offer = Arc<Vec<Arc<dyn Gateway>>>;

/// The gateways that this site offers, in the order of display. Every clone sees an exchange.
///
/// Whoever was given a gateway keeps it: a call that runs ends with the keys that it began with.
#[derive(Clone, Default)]
pub struct Registry(Arc<Kept>);

#[derive(Default)]
struct Kept {
    offer: RwLock<Offer>,
    edition: AtomicU64,
}

impl Registry {
    /// Offers these.
    pub fn new(gateways: Vec<Arc<dyn Gateway>>) -> Self {
        let mut list = gateways;
        list.sort_by_key(|gateway| place(gateway.kind()));
        Self(Arc::new(Kept { offer: RwLock::new(Arc::new(list)), edition: AtomicU64::new(0) }))
    }

    /// From now on this one is the gateway of its kind; with none, that kind is off.
    pub fn put(&self, kind: GatewayKind, gateway: Option<Arc<dyn Gateway>>) {
        let mut offer = self.0.offer.write().unwrap_or_else(PoisonError::into_inner);
        let others = offer.iter().filter(|other| other.kind() != kind).cloned();
        let mut list: Vec<_> = others.chain(gateway).collect();
        list.sort_by_key(|gateway| place(gateway.kind()));
        *offer = Arc::new(list);
        self.0.edition.fetch_add(1, Ordering::Release);
    }

    /// Another number after each exchange, for whoever keeps something made from the gateways.
    pub fn edition(&self) -> u64 {
        self.0.edition.load(Ordering::Acquire)
    }

    /// The gateway of this kind, if it is on.
    pub fn get(&self, kind: GatewayKind) -> Option<Arc<dyn Gateway>> {
        self.offer().iter().find(|gateway| gateway.kind() == kind).cloned()
    }

    /// Who gives money back that came by this way. What came by hand can always go back by hand, even where no donor is
    /// told of the bank account: the hands of the house are no stranger's to choose, and cannot be turned off.
    pub fn giving_back(&self, kind: GatewayKind) -> Option<Arc<dyn Gateway>> {
        let by_hand = || -> Option<Arc<dyn Gateway>> {
            let house = [ByHand::CASH, ByHand::CHEQUE, ByHand::BANK_TRANSFER, ByHand::IMPORT];
            Some(Arc::new(house.into_iter().find(|hand| hand.kind() == kind)?))
        };
        self.get(kind).or_else(by_hand)
    }

    /// Origins of the pages of all gateways.
    pub fn page_origins(&self) -> Vec<String> {
        self.offer().iter().flat_map(|gateway| gateway.page_origins()).collect()
    }

    /// Whether there is any way to give.
    pub fn any(&self) -> bool {
        !self.offer().is_empty()
    }

    /// All that are on.
    pub fn kinds(&self) -> impl Iterator<Item = GatewayKind> + use<> {
        self.offer().iter().map(|gateway| gateway.kind()).collect::<Vec<_>>().into_iter()
    }

    fn offer(&self) -> Offer {
        Arc::clone(&self.0.offer.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Cards first: most people pay by one.
const fn place(kind: GatewayKind) -> u8 {
    match kind {
        GatewayKind::Stripe => 0,
        GatewayKind::Paypal => 1,
        GatewayKind::Sandbox => 2,
        GatewayKind::BankTransfer => 3,
        // Never offered.
        GatewayKind::Cash | GatewayKind::Cheque | GatewayKind::Import => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_clone_sees_an_exchange_and_whoever_has_a_gateway_keeps_it() {
        let registry = Registry::new(vec![Arc::new(ByHand::BANK_TRANSFER)]);
        let (elsewhere, edition) = (registry.clone(), registry.edition());
        let held = registry.get(GatewayKind::BankTransfer).unwrap();

        registry.put(GatewayKind::BankTransfer, None);

        assert!(elsewhere.get(GatewayKind::BankTransfer).is_none());
        assert_eq!(elsewhere.kinds().count(), 0);
        assert_ne!(elsewhere.edition(), edition);
        assert_eq!(held.kind(), GatewayKind::BankTransfer);
    }
}
