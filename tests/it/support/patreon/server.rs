//! The HTTP side: takes requests in, lets them go wrong where that is wanted, answers as Patreon does.

use super::super::double::{Answer, Asked, Sent, cut, sent};
use super::super::faults::Fault;
use super::world::{Call, Hook, World};
use super::{CAMPAIGN, CLIENT_ID, CLIENT_SECRET};
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpListener;

/// What the server and the test's handle have in common.
pub(super) struct Shared(Mutex<World>);

impl Shared {
    pub(super) fn new(world: World) -> Self {
        Self(Mutex::new(world))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
    let told = told(&mut shared.lock(), &asked);
    match told {
        Told::Whole(answer) => Ok(sent(answer)),
        Told::Half(answer) => Ok(cut(answer)),
        Told::Nothing => Err(io::Error::other("the connection ends without an answer")),
        // Until whoever asked has waited long enough.
        Told::Never => std::future::pending().await,
    }
}

/// What comes back of a call.
enum Told {
    Whole(Answer),
    Half(Answer),
    Nothing,
    Never,
}

fn told(world: &mut World, asked: &Asked) -> Told {
    let agent = asked.header("user-agent").unwrap_or_default().to_owned();
    world.calls.push(Call { method: asked.method.clone(), path: asked.path.clone(), agent: agent.clone() });
    if agent.is_empty() {
        return Told::Whole(refused(403, "NoUserAgent"));
    }
    let fault = world.faults.next(&asked.method, &asked.path);
    if let Some(fault) = fault {
        world.faults.count(fault);
    }
    match fault {
        Some(Fault::DropBefore) => return Told::Nothing,
        Some(Fault::StallBefore) => return Told::Never,
        Some(Fault::ServerErrorBefore | Fault::ServerErrorKept | Fault::Conflict) => {
            return Told::Whole(refused(500, "InternalError"));
        }
        Some(Fault::TooMany) => {
            let wait = json!({"errors": [{"code_name": "RequestThrottled", "retry_after_seconds": world.wait_seconds}]});
            return Told::Whole(Answer::json(429, &wait));
        }
        Some(_) | None => {}
    }
    let answer = work(world, asked);
    match fault {
        Some(Fault::DropAfter) => Told::Nothing,
        Some(Fault::StallAfter) => Told::Never,
        Some(Fault::ServerErrorAfter) => Told::Whole(refused(500, "InternalError")),
        Some(Fault::MalformedAnswer) => Told::Whole(Answer { body: b"<html>".to_vec(), ..answer }),
        Some(Fault::CutAnswer) => Told::Half(answer),
        Some(_) | None => Told::Whole(answer),
    }
}

fn refused(status: u16, code: &str) -> Answer {
    Answer::json(status, &json!({"errors": [{"code_name": code, "status": status.to_string()}]}))
}

fn work(world: &mut World, asked: &Asked) -> Answer {
    if asked.path == "/api/oauth2/token" {
        return tokens(world, asked);
    }
    let token =
        asked.header("authorization").and_then(|text| text.strip_prefix("Bearer ")).unwrap_or_default();
    if !world.access.contains(token) {
        return refused(401, "Unauthorized");
    }
    let place: Vec<&str> = asked.path.trim_start_matches("/api/oauth2/v2/").split('/').collect();
    match (asked.method.as_str(), place.as_slice()) {
        ("GET", ["campaigns"]) => {
            let own = json!({"id": CAMPAIGN, "type": "campaign", "attributes": {"vanity": "lantern", "currency": "EUR"}});
            Answer::json(200, &json!({"data": [own]}))
        }
        ("GET", ["campaigns", CAMPAIGN, "members"]) => members(world, asked),
        ("GET", ["members", id]) if world.people.iter().any(|person| person.id == *id) => {
            Answer::json(200, &only_asked_for(world.document(id), asked))
        }
        ("GET", ["webhooks"]) => {
            let hooks: Vec<Value> = world.hooks.iter().map(World::hook).collect();
            Answer::json(200, &json!({"data": hooks}))
        }
        ("POST", ["webhooks"]) => new_hook(world, asked),
        ("PATCH", ["webhooks", id]) => changed_hook(world, asked, id),
        ("DELETE", ["webhooks", id]) => {
            world.hooks.retain(|hook| hook.id != *id);
            Answer { status: 204, headers: Vec::new(), body: Vec::new() }
        }
        _ => refused(404, "ResourceMissing"),
    }
}

/// Pairs are given for a code or for a refresh token, each of them once.
fn tokens(world: &mut World, asked: &Asked) -> Answer {
    let form: BTreeMap<String, String> = url::form_urlencoded::parse(&asked.body).into_owned().collect();
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    if (field("client_id"), field("client_secret")) != (CLIENT_ID, CLIENT_SECRET) {
        return Answer::json(401, &json!({"error": "invalid_client"}));
    }
    let used = match field("grant_type") {
        "authorization_code" if field("redirect_uri").ends_with("/admin/patreon/return") => {
            world.codes.remove(field("code"))
        }
        "refresh_token" => world.refresh.remove(field("refresh_token")),
        _ => false,
    };
    if !used {
        return Answer::json(400, &json!({"error": "invalid_grant"}));
    }
    // The one before opens nothing any more.
    world.access.clear();
    let (access, refresh) = world.new_pair();
    let pair = json!({"access_token": access, "refresh_token": refresh, "expires_in": 2_678_400, "token_type": "Bearer"});
    Answer::json(200, &pair)
}

fn query(asked: &Asked, name: &str) -> Option<String> {
    url::form_urlencoded::parse(asked.query.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

fn members(world: &mut World, asked: &Asked) -> Answer {
    let from = match query(asked, "page[cursor]") {
        None => 0,
        Some(cursor) => match cursor.strip_prefix("after-").and_then(|place| place.parse().ok()) {
            Some(place) if place <= world.people.len() => place,
            _ => return refused(400, "InvalidCursor"),
        },
    };
    let page = Answer::json(200, &only_asked_for(world.page(from), asked));
    world.change_places();
    page
}

/// Patreon answers what it was asked for, and nothing else.
fn only_asked_for(mut document: Value, asked: &Asked) -> Value {
    let fields = query(asked, "fields[member]").unwrap_or_default();
    let fields: Vec<&str> = fields.split(',').collect();
    let include = query(asked, "include").unwrap_or_default();
    let include: Vec<&str> = include.split(',').collect();
    let narrow = |object: &mut Value| {
        if let Some(attributes) = object["attributes"].as_object_mut() {
            attributes.retain(|name, _| fields.contains(&name.as_str()));
        }
        if let Some(around) = object["relationships"].as_object_mut() {
            around.retain(|name, _| include.contains(&name.as_str()));
        }
    };
    match document["data"].as_array_mut() {
        Some(list) => list.iter_mut().for_each(narrow),
        None => narrow(&mut document["data"]),
    }
    let of_users = query(asked, "fields[user]").unwrap_or_default();
    let of_users: Vec<&str> = of_users.split(',').collect();
    let users = document["included"].as_array_mut().into_iter().flatten().filter(|one| one["type"] == "user");
    for attributes in users.filter_map(|user| user["attributes"].as_object_mut()) {
        attributes.retain(|name, _| of_users.contains(&name.as_str()));
    }
    document
}

fn new_hook(world: &mut World, asked: &Asked) -> Answer {
    let told: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
    let said = &told["data"]["attributes"];
    let (Some(url), Some(triggers)) = (said["uri"].as_str(), said["triggers"].as_array()) else {
        return refused(400, "ParameterInvalid");
    };
    if told["data"]["relationships"]["campaign"]["data"]["id"] != CAMPAIGN {
        return refused(400, "ParameterInvalid");
    }
    world.hooks_made += 1;
    let hook = Hook {
        id: (900 + world.hooks_made).to_string(),
        url: url.to_owned(),
        secret: format!("webhook-secret-{}", world.hooks_made),
        paused: false,
        triggers: triggers.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect(),
    };
    world.hooks.push(hook.clone());
    Answer::json(201, &json!({"data": World::hook(&hook)}))
}

fn changed_hook(world: &mut World, asked: &Asked, id: &str) -> Answer {
    let told: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
    let Some(hook) = world.hooks.iter_mut().find(|hook| hook.id == id) else {
        return refused(404, "ResourceMissing");
    };
    if let Some(paused) = told["data"]["attributes"]["paused"].as_bool() {
        hook.paused = paused;
    }
    Answer::json(200, &json!({"data": World::hook(hook)}))
}
