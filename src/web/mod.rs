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
mod drawn;
mod error;
mod export_file;
mod form;
mod gift_aid;
mod guard;
mod health;
mod language;
mod live;
mod meters;
mod observe;
mod page_cache;
mod public;
mod recall;
mod reply;
mod report_query;
mod request_id;
mod route;
mod sentences;
mod setting;
mod state;
mod upload;
mod webhooks;
mod writing;

pub use admin::declared as admin_routes;
pub use api::declared as api_routes;
pub use assets::Files;
pub use content::{ContentFault, Publication};
pub use live::{Edition, Live};
pub use observe::ContentPolicy;
pub use request_id::RequestIds;
pub use route::{Access, Declared};
pub use state::{AppState, Stopping};

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, JsonConfig, PayloadConfig, ServiceConfig, scope, to};
use actix_web::{App, HttpServer};
use route::{act, form, page};
use std::net::TcpListener;
use std::rc::Rc;
use std::time::Duration;

/// Every route.
fn routes(state: &AppState) -> impl FnOnce(&mut ServiceConfig) + Clone + use<> {
    let (sandbox, dev_mail) = (state.sandbox, state.dev_mail.is_some());
    let (form_bytes, webhook_bytes, api_bytes) = state.body_bytes_max;
    move |app| {
        app.service(page("/", public::articles::landing))
            .service(page("/articles", public::articles::shelf))
            .service(page("/sections/{name}", public::articles::shelf))
            .service(page("/series/{name}", public::articles::shelf))
            .service(page("/authors/{name}", public::articles::shelf))
            .service(page("/articles/{slug}", public::articles::article))
            .service(
                form("/donate", public::donate::show, public::donate::submit)
                    .app_data(PayloadConfig::new(form_bytes)),
            )
            .service(page("/campaigns/{slug}", public::campaigns::show))
            .service(page("/donate/link", public::donate::link::sent))
            .service(form("/donate/link/{token}", public::donate::link::look, public::donate::link::go_on))
            .service(page("/patrons", public::patrons::show))
            .service(page("/go/{place}", public::go::leave))
            .service(page("/move/{token}", public::moving::go_on))
            .service(page("/thanks/{token}", public::thanks::show))
            .service(
                form("/thanks/{token}/gift-aid", public::gift_aid::show, public::gift_aid::declare)
                    .app_data(PayloadConfig::new(form_bytes)),
            )
            .service(page("/static/{name}", assets::file))
            .service(page("/media/{path:.*}", public::media::picture))
            .service(page("/pictures/{name}", public::media::smaller))
            .service(
                act("/webhooks/{gateway}", webhooks::receive).app_data(PayloadConfig::new(webhook_bytes)),
            )
            .service(
                scope("/api/v1")
                    .app_data(JsonConfig::default().limit(api_bytes).error_handler(api::json_error))
                    .wrap(from_fn(api::cors))
                    .configure(move |scope| api::routes(scope, api_bytes)),
            )
            .service(page("/api/docs", api::docs::show))
            .service(page("/health/live", health::live))
            .service(page("/health/ready", health::ready))
            .service(page("/metrics", health::metrics));
        public::comments::routes(app, form_bytes);
        public::discovery::routes(app);
        public::embed::routes(app);
        account::routes(app, form_bytes);
        admin::routes(app, form_bytes);
        if sandbox {
            app.service(
                form("/sandbox/pay/{id}", public::sandbox::show, public::sandbox::pay)
                    .app_data(PayloadConfig::new(form_bytes)),
            );
        }
        if sandbox {
            app.service(
                form("/sandbox/card/{id}", public::sandbox::card, public::sandbox::choose_card)
                    .app_data(PayloadConfig::new(form_bytes)),
            );
        }
        if dev_mail {
            app.service(page("/dev/mail", dev::list))
                .service(page("/dev/mail/{id}", dev::message))
                .service(page("/dev/mail/{id}/html", dev::html))
                .service(page("/dev/mail/{id}/attachments/{number}", dev::attachment));
        }
        app.default_service(to(public::moved::unmatched));
    }
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
        let (latest, recall) = (Rc::new(live::Latest::of(state.clone())), Rc::new(recall::Recall::default()));
        let app = App::new()
            .app_data(state.clone())
            .app_data(Rc::clone(&latest))
            .app_data(Rc::clone(&recall))
            .wrap(from_fn(observe::observe))
            .configure(configure.clone());
        observe::given_again_before(app, recall, latest)
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
