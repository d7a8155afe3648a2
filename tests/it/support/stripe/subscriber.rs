//! What a subscriber does: the hosted page in subscription mode, and the portal where cards are changed.

use super::arrangements::{
    Customer, PaymentMethod, Plastic, Price, Product, Subscription, SubscriptionStatus,
};
use super::billing::{Presence, day_after};
use super::payer::Payment;
use super::records::{Metadata, Method, SessionStatus};
use super::world::World;

impl World {
    /// The payer acts on a page in subscription mode; gives the payment intent, or nothing if none was needed.
    pub(super) fn pay_recurring(&mut self, session: &str, payment: Payment) -> String {
        let (plastic, presence) = match payment {
            Payment::Card | Payment::CardSettledLater | Payment::Debit => (Plastic::GOOD, Presence::There),
            Payment::Declined => (Plastic::EMPTY, Presence::There),
            Payment::WalksAway => (Plastic::ASKING, Presence::Left),
        };
        let method = if payment == Payment::Debit { Method::SepaDebit } else { Method::Card };
        self.subscribe(session, method, plastic, presence)
    }

    /// The payer types a card into a page in subscription mode.
    pub(super) fn subscribe(
        &mut self,
        session: &str,
        method: Method,
        plastic: Plastic,
        presence: Presence,
    ) -> String {
        assert!(self.is_open(session), "the session {session} is not open");
        let customer = self.customer_of(session);
        let method = self.attach(&customer, method, plastic);
        let subscription = self.subscription_of(session, &customer);
        let row = self.subscriptions.get(&subscription).clone();
        let invoice = row.latest_invoice.clone().unwrap();
        let intent = self.intent_of(&invoice);
        if intent.is_some() && !self.charge(&invoice, Some(&method), presence) {
            return intent.unwrap_or_default();
        }
        self.change("customer.subscription.updated", &subscription, |world| {
            world.subscriptions.get_mut(&subscription).default_method = Some(method);
        });
        let processing = intent.as_ref().is_some_and(|intent| {
            self.intents.get(intent).status == super::records::IntentStatus::Processing
        });
        let row = self.sessions.get_mut(session);
        (row.status, row.paid) = (SessionStatus::Complete, !processing);
        (row.customer, row.subscription) = (Some(customer), Some(subscription));
        row.invoice = Some(invoice);
        self.tell("checkout.session.completed", session);
        intent.unwrap_or_default()
    }

    fn customer_of(&mut self, session: &str) -> String {
        let row = self.sessions.get(session).clone();
        if let Some(customer) = row.customer.or(row.begun_customer) {
            return customer;
        }
        let id = self.new_customer(row.customer_email, Some("Pat Payer".to_owned()), Metadata::new());
        self.sessions.get_mut(session).begun_customer = Some(id.clone());
        id
    }

    pub(super) fn new_customer(
        &mut self,
        email: Option<String>,
        name: Option<String>,
        metadata: Metadata,
    ) -> String {
        let id = self.new_id("cus_");
        let created = self.now();
        let customer = Customer { id: id.clone(), created, email, name, metadata, default_method: None };
        self.customers.insert(customer);
        self.tell("customer.created", &id);
        id
    }

    fn attach(&mut self, customer: &str, method: Method, plastic: Plastic) -> String {
        let id = self.new_id("pm_1");
        let created = self.now();
        let customer = customer.to_owned();
        self.methods.insert(PaymentMethod { id: id.clone(), created, customer, method, plastic });
        self.tell("payment_method.attached", &id);
        id
    }

    /// The subscription that the page has begun and that can still be paid, or a new one.
    fn subscription_of(&mut self, session: &str, customer: &str) -> String {
        let page = self.sessions.get(session).clone();
        if let Some(begun) = page.begun
            && !self.subscriptions.get(&begun).status.is_over()
        {
            return begun;
        }
        let recurring = page.recurring.clone().unwrap();
        let now = self.now();
        let (id, item) = (self.new_id("sub_1"), self.new_id("si_"));
        let product = self.new_product(page.items[0].name.clone(), Metadata::new());
        let price = self.new_price(Price {
            id: String::new(),
            created: now,
            product,
            currency: page.currency.clone(),
            unit_amount: page.items[0].unit_amount,
            interval: recurring.interval,
        });
        let anchor = recurring.trial_end.unwrap_or(now);
        let trialing = recurring.trial_end.is_some();
        let id = self.begin(Subscription {
            id,
            created: now,
            customer: customer.to_owned(),
            item,
            price,
            status: if trialing { SubscriptionStatus::Trialing } else { SubscriptionStatus::Incomplete },
            metadata: recurring.metadata,
            description: recurring.description,
            anchor,
            from: now,
            until: recurring.trial_end.unwrap_or_else(|| day_after(anchor, recurring.interval, now)),
            trial: recurring.trial_end.map(|end| (now, end)),
            cancel_at_period_end: false,
            canceled_at: None,
            ended_at: None,
            end_reason: None,
            end_comment: None,
            pause: None,
            default_method: None,
            latest_invoice: None,
        });
        self.sessions.get_mut(session).begun = Some(id.clone());
        id
    }

    pub(super) fn new_product(&mut self, name: String, metadata: Metadata) -> String {
        let id = self.new_id("prod_");
        let created = self.now();
        self.products.insert(Product { id: id.clone(), created, name, metadata });
        id
    }

    pub(super) fn new_price(&mut self, price: Price) -> String {
        let id = self.new_id("price_1");
        self.prices.insert(Price { id: id.clone(), ..price });
        id
    }

    /// The customer adds a card in the portal. It becomes the customer's default; subscriptions that have a card of
    /// their own keep that.
    pub(super) fn new_card(&mut self, customer: &str, plastic: Plastic) -> String {
        let method = self.attach(customer, Method::Card, plastic);
        self.change("customer.updated", customer, |world| {
            world.customers.get_mut(customer).default_method = Some(method.clone());
        });
        method
    }
}
