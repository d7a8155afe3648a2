//! The HTTP side: takes requests in, lets them go wrong where that is wanted, keeps keys, answers as Stripe does.

use super::super::double::{Answer, Asked, Sent, cut, sent, stall};
use super::super::faults::Fault;
use super::calls;
use super::keys::Admission;
use super::page;
use super::records::Origin;
use super::refusal::Refusal;
use super::remote;
use super::world::{Call, World};
use base64::Engine as _;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::watch;

const FORM: &str = "application/x-www-form-urlencoded";

/// What the server and the test's handle have in common.
pub(super) struct Shared {
    world: Mutex<World>,
    /// Changes when stalled calls are let go.
    pub(super) release: watch::Sender<u64>,
    /// How many calls are stalled now.
    pub(super) stalled: watch::Sender<usize>,
}

impl Shared {
    pub(super) fn new(world: World) -> Self {
        Self { world: Mutex::new(world), release: watch::Sender::new(0), stalled: watch::Sender::new(0) }
    }

    /// The state as it is at this time; a test that failed with the lock in hand does not hide what others say.
    pub(super) fn lock(&self) -> MutexGuard<'_, World> {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        world.tick();
        world
    }
}

impl Asked {
    /// Only POST has keys; others are repeatable anyway.
    fn key(&self) -> Option<&str> {
        if self.method == "POST" { self.header("idempotency-key") } else { None }
    }

    fn parameters(&self) -> Result<String, Refusal> {
        if self.method != "POST" {
            return Ok(self.query.clone());
        }
        if !self.query.is_empty() {
            return Err(Refusal::invalid("POST takes its parameters in the body only"));
        }
        let form = self.header("content-type").is_some_and(|kind| kind.split(';').next() == Some(FORM));
        if !self.body.is_empty() && !form {
            return Err(Refusal::invalid(format!("The body must be {FORM}")));
        }
        String::from_utf8(self.body.clone()).map_err(|_not_utf8| Refusal::invalid("The body is no UTF-8"))
    }
}

/// Serves until the runtime ends.
pub(super) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let service = service_fn(|request| handle(&shared, request));
            // A connection that ends in an error ends so on purpose, or because its client went away.
            let _ended = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn handle(shared: &Arc<Shared>, request: Request<Incoming>) -> io::Result<Sent> {
    let asked = Asked::read(request).await?;
    if asked.path.starts_with("/v1/") {
        return api(shared, &asked).await;
    }
    let mut world = shared.lock();
    let pages = [asked.path.strip_prefix("/c/pay/"), asked.path.strip_prefix("/p/session/")];
    let answer = match pages {
        [Some(session), _] => page::answer(&mut world, session, &asked),
        [None, Some(visit)] => page::portal(&mut world, visit, &asked),
        [None, None] => remote::answer(&mut world, &asked),
    };
    Ok(sent(answer))
}

async fn api(shared: &Arc<Shared>, asked: &Asked) -> io::Result<Sent> {
    let (call, fault) = begin(&mut shared.lock(), asked);
    if let Some(answer) = before(shared, fault).await? {
        let mut world = shared.lock();
        world.calls[call].status = Some(answer.status);
        return Ok(sent(answer));
    }
    let worked = work(shared, asked, fault);
    let answer = after(shared, fault, worked).await?;
    shared.lock().calls[call].status = Some(answer.status);
    if fault == Some(Fault::CutAnswer) { Ok(cut(answer)) } else { Ok(sent(answer)) }
}

/// Writes the call down and says what will go wrong with it.
fn begin(world: &mut World, asked: &Asked) -> (usize, Option<Fault>) {
    let parameters = if asked.method == "POST" {
        String::from_utf8_lossy(&asked.body).into_owned()
    } else {
        asked.query.clone()
    };
    world.calls.push(Call {
        method: asked.method.clone(),
        path: asked.path.clone(),
        parameters,
        key: asked.key().map(str::to_owned),
        version: asked.header("stripe-version").map(str::to_owned),
        status: None,
    });
    (world.calls.len() - 1, world.faults.next(&asked.method, &asked.path))
}

/// What goes wrong before anything is done; nothing, if the call goes on.
async fn before(shared: &Shared, fault: Option<Fault>) -> io::Result<Option<Answer>> {
    let Some(fault) = fault else {
        return Ok(None);
    };
    let refusal = match fault {
        Fault::DropBefore | Fault::StallBefore => None,
        Fault::ServerErrorBefore => Some(Refusal::server_error()),
        Fault::TooMany => Some(Refusal::too_many()),
        Fault::Conflict => Some(Refusal::lock_timeout()),
        Fault::DropAfter
        | Fault::ServerErrorKept
        | Fault::ServerErrorAfter
        | Fault::CutAnswer
        | Fault::StallAfter
        | Fault::MalformedAnswer => return Ok(None),
    };
    shared.lock().faults.count(fault);
    if fault == Fault::StallBefore {
        stall(&shared.release, &shared.stalled).await;
    }
    let Some(refusal) = refusal else {
        return Err(io::Error::other("the connection ends before anything is done"));
    };
    let (request_id, retry_after) = {
        let mut world = shared.lock();
        (world.new_id("req_"), world.options.retry_after_s.to_string())
    };
    let answer = Answer::json(refusal.status, &refusal.body(&request_id)).with("request-id", request_id);
    let hurried = fault == Fault::TooMany;
    let answer = answer.with("stripe-should-retry", "true");
    Ok(Some(if hurried { answer.with("retry-after", retry_after) } else { answer }))
}

/// A call that was worked on.
struct Worked {
    answer: Answer,
    /// Lets its key go when it is dropped, however the call ends.
    _hold: Option<Hold>,
}

/// A key whose request has not been answered yet.
struct Hold {
    shared: Arc<Shared>,
    key: String,
    answer: Option<Answer>,
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.shared.lock().keys.finish(&self.key, self.answer.take());
    }
}

/// Does what is asked, or answers from what the key has kept.
fn work(shared: &Arc<Shared>, asked: &Asked, fault: Option<Fault>) -> Worked {
    let mut world = shared.lock();
    let request_id = world.new_id("req_");
    let refused = |refusal: &Refusal| {
        let answer = Answer::json(refusal.status, &refusal.body(&request_id));
        Worked { answer: answer.with("request-id", request_id.clone()), _hold: None }
    };
    let parameters = match authorize(&world, asked).and_then(|()| asked.parameters()) {
        Ok(parameters) => parameters,
        Err(refusal) => return refused(&refusal),
    };
    let Some(key) = asked.key() else {
        let (answer, _) = execute(&mut world, asked, &parameters, &request_id);
        return Worked { answer, _hold: None };
    };
    let now = world.now();
    let fingerprint = format!("{} {}?{}", asked.method, asked.path, sorted(&parameters));
    match world.keys.admit(key, fingerprint, now) {
        Admission::Refused(refusal) => refused(&refusal),
        Admission::Replay(answer) => {
            let original = answer.headers.iter().find(|(name, _)| *name == "request-id");
            let original = original.map(|(_, id)| id.clone()).unwrap_or_default();
            let answer = answer.with("idempotent-replayed", "true").with("original-request", original);
            Worked { answer, _hold: None }
        }
        Admission::First => {
            let (answer, kept) = match fault {
                Some(Fault::ServerErrorKept) => (server_error(&request_id), Kept::Yes),
                _ => execute(&mut world, asked, &parameters, &request_id),
            };
            let keep = match fault {
                Some(Fault::ServerErrorAfter) => server_error(&request_id),
                _ => answer.clone(),
            };
            let hold = Hold {
                shared: Arc::clone(shared),
                key: key.to_owned(),
                answer: (kept == Kept::Yes).then_some(keep),
            };
            Worked { answer, _hold: Some(hold) }
        }
    }
}

/// Whether the key of the call keeps its answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    Yes,
    No,
}

fn execute(world: &mut World, asked: &Asked, parameters: &str, request_id: &str) -> (Answer, Kept) {
    world.origin = Some(Origin { request: request_id.to_owned(), key: asked.key().map(str::to_owned) });
    let result = calls::execute(world, &asked.method, &asked.path, parameters);
    world.origin = None;
    let (status, body, kept) = match result {
        Ok(body) => (200, body, Kept::Yes),
        Err(refusal) => {
            (refusal.status, refusal.body(request_id), if refusal.begun { Kept::Yes } else { Kept::No })
        }
    };
    let version = asked.header("stripe-version").unwrap_or_default();
    let answer = Answer::json(status, &body).with("request-id", request_id).with("stripe-version", version);
    (answer, kept)
}

fn server_error(request_id: &str) -> Answer {
    let refusal = Refusal::server_error();
    Answer::json(refusal.status, &refusal.body(request_id)).with("request-id", request_id)
}

/// What goes wrong after the work is done.
async fn after(shared: &Shared, fault: Option<Fault>, worked: Worked) -> io::Result<Answer> {
    let Some(fault) = fault else {
        return Ok(worked.answer);
    };
    shared.lock().faults.count(fault);
    match fault {
        Fault::DropAfter => Err(io::Error::other("the connection ends although everything is done")),
        Fault::ServerErrorKept | Fault::ServerErrorAfter => Ok(server_error("req_lost")),
        Fault::MalformedAnswer => {
            Ok(Answer { body: b"{\"id\": \"cs_\", <html>".to_vec(), status: 200, ..worked.answer })
        }
        Fault::StallAfter => {
            stall(&shared.release, &shared.stalled).await;
            Ok(worked.answer)
        }
        Fault::CutAnswer
        | Fault::DropBefore
        | Fault::StallBefore
        | Fault::ServerErrorBefore
        | Fault::TooMany
        | Fault::Conflict => Ok(worked.answer),
    }
}

fn authorize(world: &World, asked: &Asked) -> Result<(), Refusal> {
    let given = asked.header("authorization").unwrap_or_default();
    let key = match given.split_once(' ') {
        Some(("Bearer", key)) => Some(key.to_owned()),
        Some(("Basic", encoded)) => basic_user(encoded),
        _ => None,
    };
    let Some(key) = key else {
        return Err(Refusal::unauthorized("You did not provide an API key."));
    };
    if key != world.options.key {
        let known = key.get(..8).unwrap_or_default();
        return Err(Refusal::unauthorized(format!("Invalid API Key provided: {known}****")));
    }
    if world.options.forbidden.iter().any(|path| asked.path.starts_with(path)) {
        return Err(Refusal::not_permitted());
    }
    match asked.header("stripe-version") {
        Some(version) if is_version(version) => {}
        Some(version) => return Err(Refusal::invalid(format!("Invalid Stripe API version: {version}"))),
        None => return Err(Refusal::invalid("This emulator wants every call to say its Stripe-Version")),
    }
    match asked.key() {
        Some(key) if key.is_empty() || key.len() > 255 => {
            Err(Refusal::invalid("Invalid idempotency key: it has from 1 to 255 characters"))
        }
        _ => Ok(()),
    }
}

fn basic_user(encoded: &str) -> Option<String> {
    let decoded = base64::engine::general_purpose::STANDARD.decode(encoded).ok()?;
    String::from_utf8(decoded).ok()?.split(':').next().map(str::to_owned)
}

/// `2026-09-30.endive`, or before 2024-09-30 only a date.
pub(super) fn is_version(version: &str) -> bool {
    let (date, name) = version.split_once('.').map_or((version, None), |(date, name)| (date, Some(name)));
    let named =
        name.is_none_or(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase()));
    let dated = date.len() == 10 && chrono::NaiveDate::parse_from_str(date, "%Y-%m-%d").is_ok();
    dated && named && (name.is_some() == (date >= "2024-09-30"))
}

/// The parameters in an order of their own, so that another order is the same request.
fn sorted(parameters: &str) -> String {
    let mut pairs: Vec<_> = parameters.split('&').collect();
    pairs.sort_unstable();
    pairs.join("&")
}
