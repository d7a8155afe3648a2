//! The HTTP side: takes requests in, lets them go wrong where that is wanted, keeps keys, answers as PayPal does.

use super::super::double::{Answer, Asked, Sent, cut, sent, stall};
use super::super::faults::Fault;
use super::calls::{self, Asking, Refusal};
use super::keys::{Admission, Keys};
use super::page;
use super::signer::Signer;
use super::world::{Call, World};
use base64::Engine as _;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// What the server and the test's handle have in common.
pub(super) struct Shared {
    world: Mutex<World>,
    pub(super) signer: Signer,
    /// How often certificates were asked for, and whether they are given.
    pub(super) certificates: Mutex<(usize, bool)>,
    /// Changes when stalled calls are let go.
    pub(super) release: watch::Sender<u64>,
    /// How many calls are stalled now.
    pub(super) stalled: watch::Sender<usize>,
}

impl Shared {
    pub(super) fn new(world: World) -> Self {
        Self {
            world: Mutex::new(world),
            signer: Signer::new(),
            certificates: Mutex::new((0, true)),
            release: watch::Sender::new(0),
            stalled: watch::Sender::new(0),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
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
    if asked.path.starts_with("/v1/notifications/certs/") {
        return Ok(sent(certificate(shared, &asked.path)));
    }
    if asked.path == "/webapps/billing/subscriptions" {
        return Ok(sent(page::agreement(&mut shared.lock(), &asked)));
    }
    if asked.path == "/checkoutnow" {
        return Ok(sent(page::answer(&mut shared.lock(), &asked)));
    }
    api(shared, &asked).await
}

fn certificate(shared: &Shared, path: &str) -> Answer {
    let mut kept = shared.certificates.lock().unwrap_or_else(PoisonError::into_inner);
    kept.0 += 1;
    let missing = || Answer { status: 503, headers: Vec::new(), body: Vec::new() };
    if kept.1 { shared.signer.serve(path).unwrap_or_else(missing) } else { missing() }
}

async fn api(shared: &Arc<Shared>, asked: &Asked) -> io::Result<Sent> {
    let key = asked.header("paypal-request-id").map(str::to_owned);
    let (call, fault) = {
        let mut world = shared.lock();
        world.calls.push(Call {
            method: asked.method.clone(),
            path: asked.path.clone(),
            key: key.clone(),
            status: None,
        });
        (world.calls.len() - 1, world.faults.next(&asked.method, &asked.path))
    };
    if let Some(answer) = before(shared, fault).await? {
        shared.lock().calls[call].status = Some(answer.status);
        return Ok(sent(answer));
    }
    let hold = key.map(|key| Hold { shared: Arc::clone(shared), key });
    let free = hold.as_ref().is_none_or(|hold| shared.lock().keys.begin(&hold.key));
    let answer =
        if free { work(&mut shared.lock(), asked) } else { refused(&mut shared.lock(), IN_PROGRESS) };
    let hold = hold.filter(|_| free);
    let answer = after(shared, fault, answer).await?;
    drop(hold);
    shared.lock().calls[call].status = Some(answer.status);
    if fault == Some(Fault::CutAnswer) { Ok(cut(answer)) } else { Ok(sent(answer)) }
}

const IN_PROGRESS: Refusal =
    Refusal { status: 409, name: "RESOURCE_CONFLICT", issue: "PREVIOUS_REQUEST_IN_PROGRESS" };

/// A key whose request has not been answered yet.
struct Hold {
    shared: Arc<Shared>,
    key: String,
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.shared.lock().keys.end(&self.key);
    }
}

fn refused(world: &mut World, refusal: Refusal) -> Answer {
    let debug_id = world.new_id("dbg");
    Answer::json(refusal.status, &refusal.shown(&debug_id)).with("paypal-debug-id", debug_id)
}

/// What goes wrong before anything is done; nothing, if the call goes on.
async fn before(shared: &Shared, fault: Option<Fault>) -> io::Result<Option<Answer>> {
    let Some(fault) = fault else {
        return Ok(None);
    };
    let no = |status, name, issue| Some(Refusal { status, name, issue });
    let refusal = match fault {
        Fault::DropBefore | Fault::StallBefore => None,
        // A failure leaves nothing behind under its key: the next call is the first.
        Fault::ServerErrorBefore | Fault::ServerErrorKept => {
            no(500, "INTERNAL_SERVER_ERROR", "INTERNAL_SERVICE_ERROR")
        }
        Fault::TooMany => no(429, "RATE_LIMIT_REACHED", "RATE_LIMIT_REACHED"),
        Fault::Conflict => Some(IN_PROGRESS),
        Fault::DropAfter
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
    let mut world = shared.lock();
    let retry_after = world.options.retry_after_s.to_string();
    let answer = refused(&mut world, refusal);
    Ok(Some(if fault == Fault::TooMany { answer.with("retry-after", retry_after) } else { answer }))
}

/// What goes wrong after the work is done.
async fn after(shared: &Shared, fault: Option<Fault>, answer: Answer) -> io::Result<Answer> {
    let Some(fault) = fault else {
        return Ok(answer);
    };
    shared.lock().faults.count(fault);
    match fault {
        Fault::DropAfter => Err(io::Error::other("the connection ends although everything is done")),
        Fault::ServerErrorAfter => {
            let refusal =
                Refusal { status: 500, name: "INTERNAL_SERVER_ERROR", issue: "INTERNAL_SERVICE_ERROR" };
            Ok(refused(&mut shared.lock(), refusal))
        }
        Fault::MalformedAnswer => {
            Ok(Answer { body: b"{\"id\": \"ORD\", <html>".to_vec(), status: 200, ..answer })
        }
        Fault::StallAfter => {
            stall(&shared.release, &shared.stalled).await;
            Ok(answer)
        }
        Fault::CutAnswer
        | Fault::DropBefore
        | Fault::StallBefore
        | Fault::ServerErrorBefore
        | Fault::ServerErrorKept
        | Fault::TooMany
        | Fault::Conflict => Ok(answer),
    }
}

/// Does what is asked, or answers from what the key has kept.
fn work(world: &mut World, asked: &Asked) -> Answer {
    if asked.path == "/v1/oauth2/token" {
        return token(world, asked);
    }
    if let Err(refusal) = authorize(world, asked) {
        return refused(world, refusal);
    }
    world.bill();
    let wants_key = asked.method == "POST" && takes_key(&asked.path);
    let key = match asked.header("paypal-request-id") {
        Some(key) if (1..=108).contains(&key.len()) => key.to_owned(),
        None if !wants_key => return execute(world, asked).0,
        Some(_) | None => return refused(world, Refusal::invalid("MISSING_OR_ODD_REQUEST_ID")),
    };
    let request = format!("{} {} {}", asked.method, asked.path, String::from_utf8_lossy(&asked.body));
    match world.keys.admit(&key, &request, world.now()) {
        Admission::Replay(answer) => answer,
        Admission::Reused => refused(world, Refusal::unprocessable("PAYPAL_REQUEST_ID_PREVIOUSLY_USED")),
        Admission::First => {
            let (answer, done) = execute(world, asked);
            if done {
                let until = world.now() + Keys::lifetime(&asked.path);
                world.keys.keep(&key, request, until, answer.clone());
            }
            answer
        }
    }
}

/// Calls that must not be made without a key. Those that end in a state need none, and PayPal takes none.
fn takes_key(path: &str) -> bool {
    let makes = ["/v1/catalogs/products", "/v1/billing/plans", "/v1/billing/subscriptions"].contains(&path);
    let charges = path.starts_with("/v1/billing/subscriptions/") && path.ends_with("/capture");
    makes || charges || path.starts_with("/v1/payments/sale/") || path.starts_with("/v2/")
}

fn execute(world: &mut World, asked: &Asked) -> (Answer, bool) {
    let asking = Asking { method: &asked.method, path: &asked.path, query: &asked.query, body: &asked.body };
    match calls::execute(world, &asking) {
        Ok((status, Value::Null)) => (Answer { status, headers: Vec::new(), body: Vec::new() }, true),
        Ok((status, body)) => (Answer::json(status, &body), true),
        Err(refusal) => (refused(world, refusal), false),
    }
}

/// Gives a token to whoever knows the secret.
fn token(world: &mut World, asked: &Asked) -> Answer {
    let pair = format!("{}:{}", world.options.client_id, world.options.client_secret);
    let wanted = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair));
    let form = asked.header("content-type") == Some("application/x-www-form-urlencoded");
    if asked.header("authorization") != Some(wanted.as_str()) {
        let body = json!({"error": "invalid_client", "error_description": "Client Authentication failed"});
        return Answer::json(401, &body);
    }
    if !form || asked.body != b"grant_type=client_credentials" {
        return Answer::json(400, &json!({"error": "unsupported_grant_type"}));
    }
    let token = world.new_id("A21AA");
    let until = world.now() + chrono::TimeDelta::seconds(world.options.token_s);
    world.tokens.insert(token.clone(), until);
    let body = json!({"access_token": token, "token_type": "Bearer", "expires_in": world.options.token_s,
        "scope": "everything", "nonce": "of no concern"});
    Answer::json(200, &body)
}

fn authorize(world: &World, asked: &Asked) -> Result<(), Refusal> {
    let unknown = Refusal { status: 401, name: "AUTHENTICATION_FAILURE", issue: "INVALID_TOKEN" };
    let given = asked.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let until = given.and_then(|token| world.tokens.get(token)).ok_or(unknown)?;
    if *until <= world.now() {
        return Err(unknown);
    }
    if world.options.forbidden.iter().any(|path| asked.path.starts_with(path)) {
        return Err(Refusal { status: 403, name: "NOT_AUTHORIZED", issue: "PERMISSION_DENIED" });
    }
    if !asked.body.is_empty() && asked.header("content-type") != Some("application/json") {
        return Err(Refusal { status: 415, name: "UNSUPPORTED_MEDIA_TYPE", issue: "UNSUPPORTED_MEDIA_TYPE" });
    }
    Ok(())
}
