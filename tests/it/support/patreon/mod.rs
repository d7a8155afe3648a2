//! Owns: a Patreon of our own, an HTTP server on this machine that answers, turns tokens over, limits calls, signs webhooks
//! and misbehaves as the real one does. May import: the clock of the domain. Must not: know of the program under test, which
//! reaches it at [`Patreon::url`] only.

mod server;
mod world;

use self::server::Shared;
use self::world::World;
use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use md5::Md5;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime;
use tokio::sync::oneshot;

pub(crate) use self::world::{Call, Hook, Person, pat};
pub(crate) use super::faults::Fault;
use super::random::Random;

/// How long the site may take to answer a webhook.
const ANSWER: Duration = Duration::from_secs(20);

pub(crate) const CLIENT_ID: &str = "emulated-client";
pub(crate) const CLIENT_SECRET: &str = "emulated-client-secret";
pub(crate) const CAMPAIGN: &str = "123456";

/// A running emulator; it ends when dropped.
pub(crate) struct Patreon {
    /// What the program takes for `https://www.patreon.com`.
    pub(crate) url: String,
    shared: Arc<Shared>,
    /// Ends the server when dropped.
    _stop: oneshot::Sender<()>,
}

/// A webhook as it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Signed {
    pub(crate) trigger: &'static str,
    pub(crate) signature: String,
    pub(crate) body: Vec<u8>,
}

impl Patreon {
    /// Starts on a free port, on a thread of its own, with three levels and nobody at them.
    pub(crate) fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared::new(World::default()));
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
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
        Self { url, shared, _stop: stop }
    }

    /// The creator allows the site to read the members: what Patreon leads back with.
    pub(crate) fn allow(&self) -> String {
        self.shared.lock().allow()
    }

    /// The creator's own tokens, as the portal shows them.
    pub(crate) fn creators_tokens(&self) -> (String, String) {
        self.shared.lock().new_pair()
    }

    /// Every access token is void from now on; the refresh tokens are not.
    pub(crate) fn end_access(&self) {
        self.shared.lock().access.clear();
    }

    /// The creator takes the permission back: nothing opens the account any more.
    pub(crate) fn revoke(&self) {
        let mut world = self.shared.lock();
        world.access.clear();
        world.refresh.clear();
    }

    /// So many pairs of tokens were given.
    pub(crate) fn pairs_given(&self) -> usize {
        self.shared.lock().pairs
    }
}

/// Its members.
impl Patreon {
    /// Somebody joins, or is as this from now on.
    pub(crate) fn put(&self, person: Person) {
        let mut world = self.shared.lock();
        world.people.retain(|known| known.id != person.id);
        world.people.push(person);
    }

    /// Somebody is otherwise from now on.
    pub(crate) fn change(&self, id: &str, change: impl FnOnce(&mut Person)) {
        let mut world = self.shared.lock();
        change(world.people.iter_mut().find(|person| person.id == id).unwrap());
    }

    /// Everybody as they are now.
    pub(crate) fn people(&self) -> Vec<Person> {
        self.shared.lock().people.clone()
    }

    /// Patreon knows somebody no more.
    pub(crate) fn delete(&self, id: &str) {
        self.shared.lock().people.retain(|person| person.id != id);
    }

    /// Members on one page, at most; the real one gives a thousand.
    pub(crate) fn page_size(&self, most: usize) {
        self.shared.lock().page_size = most;
    }
}

/// What goes wrong.
impl Patreon {
    /// The next `times` calls that match go wrong: `POST /api/oauth2/token`, `GET /api/oauth2/v2/members/*`, `*`.
    pub(crate) fn fail(&self, pattern: &str, fault: Fault, times: u32) {
        self.shared.lock().faults.script(pattern, fault, times);
    }

    /// From now on calls go wrong at random, `per_mille` of a thousand, until [`recover`](Self::recover).
    pub(crate) fn fail_at_random(&self, seed: u64, per_mille: u64, faults: &[Fault]) {
        self.shared.lock().faults.at_random(seed, per_mille, faults);
    }

    /// From now on members change their places while the list is read, until [`recover`](Self::recover).
    pub(crate) fn be_restless(&self, seed: u64) {
        self.shared.lock().restless = Some(Random::seeded(seed));
    }

    /// Everything works again.
    pub(crate) fn recover(&self) {
        let mut world = self.shared.lock();
        world.faults.end();
        world.restless = None;
    }

    /// What went wrong so far, and how often.
    pub(crate) fn faults_fired(&self) -> BTreeMap<Fault, u64> {
        self.shared.lock().faults.fired()
    }

    /// How often somebody changed their place while the list was read.
    pub(crate) fn places_changed(&self) -> u64 {
        self.shared.lock().places_changed
    }

    /// A call too many is told to wait for so long.
    pub(crate) fn wait_seconds(&self, seconds: u64) {
        self.shared.lock().wait_seconds = seconds;
    }

    /// The calls of the API so far, by a part of their path.
    pub(crate) fn calls(&self, method: &str, part: &str) -> Vec<Call> {
        let calls = self.shared.lock().calls.clone();
        calls.into_iter().filter(|call| call.method == method && call.path.contains(part)).collect()
    }
}

/// Webhooks under the test's control.
impl Patreon {
    pub(crate) fn hooks(&self) -> Vec<Hook> {
        self.shared.lock().hooks.clone()
    }

    /// Patreon stops telling, as after many failures.
    pub(crate) fn pause_hooks(&self) {
        for hook in &mut self.shared.lock().hooks {
            hook.paused = true;
        }
    }

    /// What would be sent about somebody as they are now.
    pub(crate) fn event(&self, trigger: &'static str, id: &str) -> Signed {
        let world = self.shared.lock();
        let secret = world.hooks.first().map_or("", |hook| hook.secret.as_str());
        let body = serde_json::to_vec(&world.document(id)).unwrap();
        Signed { trigger, signature: signature(secret, &body), body }
    }

    /// Sends it to where the webhook leads, unless it is paused. The status that the site answered.
    pub(crate) async fn deliver(&self, event: &Signed) -> Option<u16> {
        let hook = self.shared.lock().hooks.first().cloned()?;
        if hook.paused {
            return None;
        }
        let request = hyper::Request::post(&hook.url)
            .header("content-type", "application/json")
            .header("x-patreon-event", event.trigger)
            .header("x-patreon-signature", &event.signature)
            .body(Full::new(Bytes::from(event.body.clone())))
            .unwrap();
        let client = Client::builder(TokioExecutor::new()).build_http();
        let answer = tokio::time::timeout(ANSWER, client.request(request)).await.unwrap().unwrap();
        Some(answer.status().as_u16())
    }
}

/// Hexadecimal HMAC-MD5.
pub(crate) fn signature(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Md5>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}
