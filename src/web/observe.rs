//! Around every request: an id, a line in the log, the metrics, the security headers, and the body of errors.

use super::api::problem;
use super::error::WebError;
use super::guard;
use super::language;
use super::live::{self, Latest};
use super::meters::{self, Meters};
use super::recall::{Asked, Question, Recall, Recalled};
use super::request_id::{REQUEST_ID, RequestId};
use super::state::AppState;
use crate::render::pages::{ErrorPage, Failure};
use crate::render::{Frame, PageMeta};
use crate::usecases::Context;
use actix_http::Request;
use actix_service::{IntoServiceFactory, apply_fn_factory};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{
    AppConfig, RequestHead, Response, Service, ServiceFactory, ServiceRequest, ServiceResponse,
};
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{ConnectionType, Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpResponse, HttpResponseBuilder};
use futures_util::future::{Either, TryFutureExt as _, ready};
use std::rc::Rc;
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

/// Nothing from elsewhere, nothing inline, in no frame but those of `ancestors`. A form leads to this site, and from here
/// on to a gateway's page: browsers hold the whole way of a form against its policy, redirects included.
fn policy_for(page_origins: &[String], ancestors: &str) -> HeaderValue {
    let forms = page_origins.iter().fold("'self'".to_owned(), |list, origin| format!("{list} {origin}"));
    let policy = format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
         frame-src 'self'; form-action {forms}; frame-ancestors {ancestors}; base-uri 'none'"
    );
    HeaderValue::try_from(policy).unwrap_or(NOTHING_AT_ALL)
}

/// The policy for the gateways that are on, written once for each set of them.
#[derive(Debug, Default)]
pub struct ContentPolicy(RwLock<Option<(u64, HeaderValue)>>);

impl ContentPolicy {
    /// The one that holds now.
    fn now(&self, ctx: &Context) -> HeaderValue {
        let edition = ctx.gateways.edition();
        if let Some((of, policy)) = self.0.read().unwrap_or_else(PoisonError::into_inner).as_ref()
            && *of == edition
        {
            return policy.clone();
        }
        let fresh = policy_for(&ctx.gateways.page_origins(), "'none'");
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some((edition, fresh.clone()));
        fresh
    }
}

/// Whether a page is made for the frame on another site. It is the only kind that may stand in one.
fn is_framed(path: &str) -> bool {
    path.starts_with("/embed/")
}

/// The policy of such a page: the sites that the publisher named, and this one, may hold it in a frame.
fn policy_in_frame(ctx: &Context) -> HeaderValue {
    let sites = &ctx.policy.embed_origins;
    let ancestors = sites.iter().fold("'self'".to_owned(), |list, origin| format!("{list} {origin}"));
    policy_for(&ctx.gateways.page_origins(), &ancestors)
}

/// For a policy that cannot be written; origins are checked with the configuration.
const NOTHING_AT_ALL: HeaderValue = HeaderValue::from_static("default-src 'none'");
const NO_SNIFFING: HeaderValue = HeaderValue::from_static("nosniff");
const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");
const NO_DEVICES: HeaderValue =
    HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=()");
const HTTPS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000; includeSubDomains");

pub(super) async fn observe(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    live::bring(&mut request);
    let state = request.app_data::<Data<AppState>>().cloned();
    let id = state.as_ref().map(|state| state.request_ids.next()).unwrap_or_default();
    let question = state.as_ref().zip(request.app_data::<Rc<Recall>>()).zip(Asked::of(request.head()));
    let question = question.and_then(|((state, recall), asked)| Question::of(&asked, recall, state));
    let mut response = match guard::refusal(&request) {
        Some(refused) => request.error_response(refused),
        None => next.call(request).await?.map_into_boxed_body(),
    };
    let failure = response.response().error().map(|error| {
        error.as_error::<WebError>().cloned().unwrap_or_else(|| foreign(error, response.status()))
    });
    if let Some(failure) = failure {
        let body = error_body(&response, &failure, id);
        let said = std::mem::replace(response.headers_mut(), HeaderMap::new());
        response = response.into_response(body);
        keep_headers(response.headers_mut(), said);
    }
    if let Some(state) = state.as_ref().filter(|_| language::matters(response.request().path())) {
        let cookie = language::cookie(response.request(), state);
        language::vary(response.headers_mut());
        if let Some(cookie) = cookie {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    // The next request goes to another process; this one would close the connection under it.
    if state.as_ref().is_some_and(|state| state.stopping.has_begun()) {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    // What a browser has already keeps the headers it came with.
    if response.status() != StatusCode::NOT_MODIFIED {
        let in_frame = is_framed(response.request().path());
        let policy = state.as_ref().map_or(NOTHING_AT_ALL, |state| {
            if in_frame { policy_in_frame(&state.ctx) } else { state.content_policy.now(&state.ctx) }
        });
        protect(response.headers_mut(), policy, state.is_some_and(|state| state.secure));
    }
    let route = meters::route(response.request());
    let meters = meters::of(&route, response.status());
    if let Some(question) = &question {
        response = question.keep((&route, &meters), response);
    }
    let (asked, status) = (response.request().method().clone(), response.status());
    finish((&asked, status, &route), &meters, response.headers_mut(), (id, started));
    Ok(response)
}

/// The app, with what is given again before it: an answer that is there needs none of what stands around a handler.
pub(super) fn given_again_before<A, S, B>(
    app: A,
    recall: Rc<Recall>,
    latest: Rc<Latest>,
) -> impl ServiceFactory<
    Request,
    Config = AppConfig,
    Response = Response<BoxBody>,
    Error = Error,
    InitError = (),
    Service = impl Service<Request, Response = Response<BoxBody>, Error = Error, Future: 'static> + 'static,
> + 'static
where
    A: IntoServiceFactory<S, Request>,
    S: ServiceFactory<
            Request,
            Config = AppConfig,
            Response = ServiceResponse<B>,
            Error = Error,
            InitError = (),
        > + 'static,
    B: MessageBody + 'static,
{
    apply_fn_factory(app, move |request: Request, app: &S::Service| {
        match given_again(request.head(), &recall, &latest) {
            Some(answer) => Either::Left(ready(Ok(answer))),
            None => {
                Either::Right(app.call(request).map_ok(|answer| Response::from(answer).map_into_boxed_body()))
            }
        }
    })
}

fn given_again(head: &RequestHead, recall: &Rc<Recall>, latest: &Latest) -> Option<Response<BoxBody>> {
    let (started, asked, state) = (Instant::now(), Asked::of(head)?, latest.state());
    let Recalled { mut answer, route, meters } = Question::of(&asked, recall, &state)?.answer(&asked)?;
    let answered = (&head.method, answer.status(), &*route);
    finish(answered, &meters, answer.headers_mut(), (state.request_ids.next(), started));
    Some(answer)
}

/// What is not the same twice: its id and its time.
fn finish(
    answered: Answered<'_>,
    meters: &Meters,
    headers: &mut HeaderMap,
    (id, started): (RequestId, Instant),
) {
    headers.insert(REQUEST_ID, id.to_header());
    let took = started.elapsed();
    meters.count(took);
    log(answered, id, took);
}

/// How it was asked, what came of it, and where.
type Answered<'a> = (&'a Method, StatusCode, &'a str);

/// Errors that actix itself makes: bodies that are too large or cut off, paths that cannot be read.
fn foreign(error: &Error, status: StatusCode) -> WebError {
    if status.is_server_error() {
        tracing::error!(%error, "a request failed");
        return WebError::new(status, "internal_error", "Something went wrong on our side.");
    }
    let (code, detail) = match status {
        StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "What was sent is larger than this page takes."),
        StatusCode::NOT_FOUND => ("not_found", "There is no such page here."),
        _ => ("bad_request", "What was sent cannot be read."),
    };
    WebError::new(status, code, detail)
}

fn error_body(response: &ServiceResponse, failure: &WebError, id: RequestId) -> HttpResponse {
    let request = response.request();
    let mut builder = HttpResponseBuilder::new(failure.status);
    builder.insert_header((header::CACHE_CONTROL, "no-store"));
    if let Some(allow) = &failure.allow {
        builder.insert_header((header::ALLOW, &**allow));
    }
    if let Some(seconds) = failure.retry_after_s {
        builder.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    let path = request.path();
    if path.starts_with("/webhooks/") {
        return builder.finish();
    }
    if path.starts_with("/api/") {
        return problem::write(&mut builder, failure, &id.to_string());
    }
    let Some(state) = request.app_data::<Data<AppState>>() else {
        return builder.content_type("text/plain; charset=utf-8").body(failure.detail.clone());
    };
    let templates = language::templates(request, state);
    let (title, detail) = failure.in_words(templates.language());
    let page = PageMeta {
        title: title.clone(),
        path: path.to_owned(),
        robots: Some("noindex"),
        frame: is_framed(path).then(Frame::default),
        ..PageMeta::default()
    };
    let shown = Failure {
        status: failure.status.as_u16(),
        title,
        detail,
        request_id: failure.status.is_server_error().then(|| id.to_string()),
        home_url: "/",
    };
    match templates.page("public/error.html", &page, ErrorPage { error: shown }) {
        Ok(html) => builder.content_type("text/html; charset=utf-8").body(html),
        Err(_) => builder.content_type("text/plain; charset=utf-8").body(failure.detail.clone()),
    }
}

/// What inner layers said besides the body still holds: without the leave of CORS a page of another site could
/// not read which of its fields is wrong.
fn keep_headers(headers: &mut HeaderMap, said: HeaderMap) {
    for (name, value) in said {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH && !headers.contains_key(&name) {
            headers.insert(name, value);
        }
    }
}

fn protect(headers: &mut HeaderMap, policy: HeaderValue, secure: bool) {
    // A handler that needs another policy has set its own.
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::REFERRER_POLICY, SAME_ORIGIN),
        (header::CROSS_ORIGIN_RESOURCE_POLICY, SAME_ORIGIN),
    ] {
        if !headers.contains_key(&name) {
            headers.insert(name, value);
        }
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, NO_SNIFFING);
    headers.insert(header::CROSS_ORIGIN_OPENER_POLICY, SAME_ORIGIN);
    headers.insert(header::PERMISSIONS_POLICY, NO_DEVICES);
    if secure {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HTTPS_ONLY);
    }
}

/// A line for each request; with the matched pattern, never the path: paths carry tokens.
///
/// Reading a page is no news: such lines are many, cost more time than the page, and the proxy in front writes
/// them too. They are there for who looks closely (`log.level = "info,mainstay::web=debug"`).
fn log((method, status, route): Answered<'_>, id: RequestId, took: Duration) {
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                request.id = %id,
                method = method.as_str(),
                route,
                status = status.as_u16(),
                duration_s = took.as_secs_f64(),
                "request"
            )
        };
    }
    let failed = status.is_client_error() || status.is_server_error();
    if method.is_safe() && !failed { line!(debug) } else { line!(info) }
}
