//! Owns: HTTP. The only place that names actix. The route table below is the whole outside.
//! May import: usecases, render, words, config, telemetry, content (to show articles). Must not: write to the store.

mod account;
mod admin;
mod api;
mod assets;
mod client;
mod content;
mod cookies;
mod dev;
mod error;
mod export_file;
mod form;
mod guard;
mod health;
mod language;
mod meters;
mod observe;
mod page_cache;
mod public;
mod reply;
mod report_query;
mod request_id;
mod route;
mod sentences;
mod state;
mod upload;
mod webhooks;
mod writing;

pub use admin::declared as admin_routes;
pub use api::declared as api_routes;
pub use assets::Files;
pub use content::{ContentFault, Publication};
pub use observe::ContentPolicy;
pub use request_id::RequestIds;
pub use route::{Access, Declared};
pub use state::{AppState, Stopping};

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, JsonConfig, PayloadConfig, ServiceConfig, post, resource, route, scope};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, Route, guard as match_guard};
use error::WebError;
use std::net::TcpListener;
use std::time::Duration;

/// Every route.
fn routes(state: &AppState) -> impl FnOnce(&mut ServiceConfig) + Clone + use<> {
    let (sandbox, dev_mail) = (state.sandbox, state.dev_mail.is_some());
    let (form_bytes, webhook_bytes, api_bytes) = state.body_bytes_max;
    move |app| {
        app.route("/", read().to(public::articles::landing))
            .route("/articles", read().to(public::articles::list))
            .route("/articles/{slug}", read().to(public::articles::article))
            .service(
                resource("/donate")
                    .app_data(PayloadConfig::new(form_bytes))
                    .route(read().to(public::donate::show))
                    .route(post().to(public::donate::submit)),
            )
            .route("/patrons", read().to(public::patrons::show))
            .route("/feed.xml", read().to(public::discovery::atom))
            .route("/rss.xml", read().to(public::discovery::rss))
            .route("/feed.json", read().to(public::discovery::json_feed))
            .route("/sitemap.xml", read().to(public::discovery::sitemap))
            .route("/robots.txt", read().to(public::discovery::robots))
            .route("/thanks/{token}", read().to(public::thanks::show))
            .route("/static/{name}", read().to(assets::file))
            .service(
                resource("/webhooks/{gateway}")
                    .app_data(PayloadConfig::new(webhook_bytes))
                    .route(post().to(webhooks::receive)),
            )
            .service(
                scope("/api/v1")
                    .app_data(JsonConfig::default().limit(api_bytes).error_handler(api::json_error))
                    .wrap(from_fn(api::cors))
                    .configure(move |scope| api::routes(scope, api_bytes)),
            )
            .route("/api/docs", read().to(api::docs::show))
            .route("/health/live", read().to(health::live))
            .route("/health/ready", read().to(health::ready))
            .route("/metrics", read().to(health::metrics));
        account::routes(app, form_bytes);
        admin::routes(app, form_bytes);
        if sandbox {
            app.service(
                resource("/sandbox/pay/{id}")
                    .app_data(PayloadConfig::new(form_bytes))
                    .route(read().to(public::sandbox::show))
                    .route(post().to(public::sandbox::pay)),
            );
        }
        if sandbox {
            app.service(
                resource("/sandbox/card/{id}")
                    .app_data(PayloadConfig::new(form_bytes))
                    .route(read().to(public::sandbox::card))
                    .route(post().to(public::sandbox::choose_card)),
            );
        }
        if dev_mail {
            app.route("/dev/mail", read().to(dev::list))
                .route("/dev/mail/{id}", read().to(dev::message))
                .route("/dev/mail/{id}/html", read().to(dev::html))
                .route("/dev/mail/{id}/attachments/{number}", read().to(dev::attachment));
        }
        app.default_service(route().to(unmatched));
    }
}

/// GET, and HEAD for those who only want to know.
fn read() -> Route {
    route().guard(match_guard::Any(match_guard::Get()).or(match_guard::Head()))
}

async fn unmatched(request: HttpRequest) -> Result<HttpResponse, WebError> {
    Err(match request.match_pattern() {
        Some(_other_method) => WebError::method_not_allowed(),
        None => WebError::not_found("page"),
    })
}

/// How long a client may take from connecting until the head of its request is here. Browsers connect ahead of need, and
/// slow lines are slow; a proxy in front keeps out those who only mean to hold connections.
const HEAD_WITHIN: Duration = Duration::from_secs(30);

/// How long a connection may be idle. Proxies keep theirs for up to a minute: were the server the first to close, it
/// would do so now and then just as a gift comes in, which cannot be sent again unasked.
const IDLE: Duration = Duration::from_secs(75);

/// How the server listens.
#[derive(Debug, Clone, Copy)]
pub struct ServerOptions {
    /// Threads.
    pub workers: usize,
    /// How long running requests may take to end when the server stops.
    pub shutdown_timeout: Duration,
}

/// Starts serving on a socket. The caller awaits the server, and stops it by its handle.
pub fn serve(listener: TcpListener, state: AppState, options: ServerOptions) -> std::io::Result<Server> {
    let configure = routes(&state);
    let state = Data::new(state);
    let server = HttpServer::new(move || {
        App::new().app_data(state.clone()).wrap(from_fn(observe::observe)).configure(configure.clone())
    })
    .workers(options.workers)
    .shutdown_timeout(options.shutdown_timeout.as_secs())
    .client_request_timeout(HEAD_WITHIN)
    .keep_alive(IDLE)
    .disable_signals()
    .listen(listener)?
    .run();
    Ok(server)
}
