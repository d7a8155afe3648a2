//! Owns: a Stripe of our own, an HTTP server on this machine that answers, keeps books, signs webhooks and
//! misbehaves as the real one does. May import: the clock and the currencies of the domain. Must not: know of the
//! program under test, which reaches it at [`Stripe::url`] only.

mod agenda;
mod arrangements;
mod auto;
mod bank;
mod billing;
mod books;
mod calls;
mod currency;
mod deliveries;
mod expand;
mod form;
mod keys;
mod options;
mod oracle;
mod outbox;
mod page;
mod payer;
mod payouts;
mod records;
mod recurring;
mod refusal;
mod remote;
mod server;
mod shape;
mod shape_recurring;
mod subscriber;
mod world;

use self::bank::RefundOrder;
use self::records::{Endpoint, Metadata, RefundStatus};
use self::server::Shared;
use self::world::World;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::runtime::{self, Handle};
use tokio::sync::{oneshot, watch};

pub(crate) use self::arrangements::{Plastic, Script};
pub(crate) use self::auto::{Auto, Strayed};
pub(crate) use self::bank::Complaint;
pub(crate) use self::books::FeeOfDispute;
pub(crate) use self::deliveries::Signed;
pub(crate) use self::options::{AfterRetries, Future, Options};
pub(crate) use self::oracle::Payment as TruePayment;
pub(crate) use self::outbox::Delivery;
pub(crate) use self::payer::{Debit, Payment};
pub(crate) use self::payouts::Payday;
pub(crate) use self::recurring::TrueSubscription;
pub(crate) use self::world::Call;
pub(crate) use super::faults::Fault;

/// A running emulator; it ends when dropped.
pub(crate) struct Stripe {
    /// What the program takes for `https://api.stripe.com`.
    pub(crate) url: String,
    shared: Arc<Shared>,
    runtime: Handle,
    /// Ends the server when dropped.
    _stop: oneshot::Sender<()>,
}

impl Stripe {
    /// Starts on a free port, on a thread of its own.
    pub(crate) fn start(options: Options) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared::new(World::new(options, url.clone())));
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let served = Arc::clone(&shared);
        std::thread::spawn(move || {
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                tokio::select! {
                    () = server::serve(listener, served) => {}
                    _stopped = stopped => {}
                }
            });
            runtime.shutdown_background();
        });
        Self { url, shared, runtime: handle, _stop: stop }
    }

    /// The secret key that the program must have.
    pub(crate) fn key(&self) -> String {
        self.shared.lock().options.key.clone()
    }

    /// Somebody rolls the key on the dashboard: from now on only this one opens the account of this name.
    pub(crate) fn roll_key(&self, key: &str, account: &str) {
        let mut world = self.shared.lock();
        (world.options.key, world.options.account) = (key.to_owned(), account.to_owned());
    }

    /// From now on the key may not open what begins with these paths.
    pub(crate) fn forbid(&self, paths: &[&'static str]) {
        self.shared.lock().options.forbidden = paths.to_vec();
    }

    /// Addresses of the endpoints that are there.
    pub(crate) fn endpoint_urls(&self) -> Vec<String> {
        self.shared.lock().endpoints.rows().iter().map(|endpoint| endpoint.url.clone()).collect()
    }

    /// An endpoint for all events, made on the dashboard; gives its signing secret.
    pub(crate) fn endpoint_at(&self, url: &str) -> String {
        let mut world = self.shared.lock();
        let secret = world.new_id("whsec_");
        let endpoint = Endpoint {
            id: world.new_id("we_1"),
            created: world.now(),
            url: url.to_owned(),
            enabled_events: vec!["*".to_owned()],
            api_version: None,
            description: None,
            metadata: Metadata::new(),
            enabled: true,
            secrets: vec![secret.clone()],
        };
        world.endpoints.insert(endpoint);
        secret
    }

    /// Gives every endpoint a new secret and signs with the old ones too, until [`end_rotation`](Self::end_rotation).
    pub(crate) fn roll_secrets(&self) -> String {
        let mut world = self.shared.lock();
        let secret = world.new_id("whsec_");
        let ids: Vec<_> = world.endpoints.rows().iter().map(|endpoint| endpoint.id.clone()).collect();
        for id in ids {
            world.endpoints.get_mut(&id).secrets.insert(0, secret.clone());
        }
        secret
    }

    /// From now on only the newest secret signs.
    pub(crate) fn end_rotation(&self) {
        let mut world = self.shared.lock();
        let ids: Vec<_> = world.endpoints.rows().iter().map(|endpoint| endpoint.id.clone()).collect();
        for id in ids {
            world.endpoints.get_mut(&id).secrets.truncate(1);
        }
    }
}

/// The payer and their bank.
impl Stripe {
    /// The payer acts on the hosted page; gives the payment intent.
    pub(crate) fn pay(&self, session: &str, payment: Payment) -> String {
        self.shared.lock().pay(session, payment)
    }

    /// The session ends before its time, as by a click on the dashboard.
    pub(crate) fn expire(&self, session: &str) {
        self.shared.lock().expire(session);
    }

    /// The bank answers a debit.
    pub(crate) fn end_debit(&self, intent: &str, end: Debit) {
        self.shared.lock().end_debit(intent, end);
    }

    /// The balance transaction of a [`Payment::CardSettledLater`] arrives.
    pub(crate) fn settle(&self, intent: &str) {
        self.shared.lock().settle(intent);
    }

    /// Somebody refunds on the dashboard: a part, or all that is left. Gives the refund.
    pub(crate) fn refund(&self, intent: &str, amount: Option<i64>) -> String {
        let mut world = self.shared.lock();
        let charge = world.charge_of(intent);
        let refund = world.refund(RefundOrder { charge, amount, ..RefundOrder::default() });
        refund.unwrap_or_else(|refusal| panic!("{refusal:?}"))
    }

    /// From now on refunds are `pending` at first, until [`refund_succeeds`](Self::refund_succeeds).
    pub(crate) fn refunds_are_slow(&self) {
        self.shared.lock().refunds_become = RefundStatus::Pending;
    }

    /// From now on refunds succeed at once, as they do at the start.
    pub(crate) fn refunds_are_quick(&self) {
        self.shared.lock().refunds_become = RefundStatus::Succeeded;
    }

    /// A pending refund arrives at the payer.
    pub(crate) fn refund_succeeds(&self, refund: &str) {
        self.shared.lock().refund_succeeds(refund);
    }

    /// The payer's bank sends a refund back: the money returns.
    pub(crate) fn refund_fails(&self, refund: &str) {
        self.shared.lock().refund_fails(refund);
    }

    /// The payer complains to the bank, about a part or about everything not refunded. Gives the dispute.
    pub(crate) fn complain(&self, intent: &str, complaint: Complaint, amount: Option<i64>) -> String {
        self.shared.lock().complain(intent, complaint, amount)
    }

    /// The bank was only asking.
    pub(crate) fn close_inquiry(&self, dispute: &str) {
        self.shared.lock().close_inquiry(dispute);
    }

    /// An inquiry becomes a dispute: the money is withdrawn.
    pub(crate) fn escalate(&self, dispute: &str) {
        self.shared.lock().escalate(dispute);
    }

    /// The account's owner sends evidence; the dispute is under review.
    pub(crate) fn contest(&self, dispute: &str) {
        self.shared.lock().contest(dispute);
    }

    /// The dispute is decided for the account: the money comes back, and perhaps the fee.
    pub(crate) fn win(&self, dispute: &str, fee: FeeOfDispute) {
        self.shared.lock().win(dispute, fee);
    }

    /// The dispute is decided for the payer.
    pub(crate) fn lose(&self, dispute: &str) {
        self.shared.lock().lose(dispute);
    }

    /// The card network suspects a fraud. Gives the warning.
    pub(crate) fn warn(&self, intent: &str) -> String {
        self.shared.lock().warn(intent)
    }

    /// From now on 10,000 euros are worth so much of the currency, as Stripe counts it.
    pub(crate) fn set_rate(&self, currency: &str, worth: i64) {
        self.shared.lock().rates.set(currency, worth);
    }

    /// An event that has nothing to do with us, or of a type that nobody knows yet. Gives its id.
    pub(crate) fn emit(&self, kind: &str, object: Value) -> String {
        self.shared.lock().emit(kind, object, None)
    }

    /// From now on the object of this id shows another value at this JSON pointer, such as `/currency`: in answers,
    /// and in events that are yet to come.
    pub(crate) fn overwrite(&self, id: &str, pointer: &str, value: Value) {
        let mut world = self.shared.lock();
        world.overwritten.entry(id.to_owned()).or_default().push((pointer.to_owned(), value));
    }
}

/// What goes wrong.
impl Stripe {
    /// The next `times` calls that match go wrong: `POST /v1/refunds`, `GET /v1/charges/*`, `*`.
    pub(crate) fn fail(&self, pattern: &str, fault: Fault, times: u32) {
        self.shared.lock().faults.script(pattern, fault, times);
    }

    /// So many of a thousand calls go wrong, in one of these ways.
    pub(crate) fn fail_at_random(&self, seed: u64, per_mille: u64, faults: &[Fault]) {
        self.shared.lock().faults.at_random(seed, per_mille, faults);
    }

    /// Everything works again; stalled calls are let go.
    pub(crate) fn recover(&self) {
        self.shared.lock().faults.end();
        self.shared.release.send_modify(|releases| *releases += 1);
    }

    /// How often each fault has really happened.
    pub(crate) fn faults_fired(&self) -> BTreeMap<Fault, u64> {
        self.shared.lock().faults.fired()
    }

    /// How many calls are stalled, as it changes.
    pub(crate) fn stalled(&self) -> watch::Receiver<usize> {
        self.shared.stalled.subscribe()
    }

    /// Every call of the API so far.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.shared.lock().calls.clone()
    }
}

/// What is true.
impl Stripe {
    /// Every payment intent with its refunds, disputes and fees, oldest first.
    pub(crate) fn payments(&self) -> Vec<TruePayment> {
        self.shared.lock().payments()
    }

    /// The balance of each currency, in the unit in which Stripe counts it.
    pub(crate) fn balances(&self) -> BTreeMap<String, i64> {
        self.shared.lock().balances()
    }

    /// The sessions with this value in their metadata, oldest first.
    pub(crate) fn sessions_with(&self, key: &str, value: &str) -> Vec<String> {
        let world = self.shared.lock();
        let ours =
            |session: &&records::Session| session.metadata.get(key).is_some_and(|given| given == value);
        world.sessions.rows().iter().filter(ours).map(|session| session.id.clone()).collect()
    }

    /// Whether a session has the card's bank ask its holder, wherever the card can do it.
    pub(crate) fn asks_bank(&self, session: &str) -> bool {
        self.shared.lock().sessions.get(session).asks_bank
    }

    /// The sessions that can be paid now, oldest first.
    pub(crate) fn open_sessions(&self) -> Vec<String> {
        let world = self.shared.lock();
        let ids = world.sessions.rows().iter().map(|session| &session.id);
        ids.filter(|id| world.is_open(id)).cloned().collect()
    }

    /// Every event so far: id and type.
    pub(crate) fn events(&self) -> Vec<(String, String)> {
        let world = self.shared.lock();
        world.events.rows().iter().map(|event| (event.id.clone(), event.kind.clone())).collect()
    }
}
