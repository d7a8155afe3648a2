//! Routes that cannot be written down without saying who may come.

use super::error::WebError;
use super::{admin, api};
use crate::domain::access::Permission;
use actix_web::middleware::from_fn;
use actix_web::web::{PayloadConfig, ServiceConfig, delete, post, put, resource, route};
use actix_web::{
    FromRequest, Handler, HttpMessage as _, HttpRequest, HttpResponse, Resource, Responder, Route, guard,
};
use std::future::{Ready, ready};

/// GET, and HEAD for those who only want to know.
fn read() -> Route {
    route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// A page. HEAD is answered too.
pub(super) fn page<F, Args>(path: &'static str, handler: F) -> Resource
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    resource(path).route(read().to(handler)).default_service(refusing("GET, HEAD"))
}

/// Something that is only done.
pub(super) fn act<F, Args>(path: &'static str, handler: F) -> Resource
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    resource(path).route(post().to(handler)).default_service(refusing("POST"))
}

/// A page with the form that is posted back to it.
pub(super) fn form<F, Args, G, Others>(path: &'static str, show: F, done: G) -> Resource
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
    G: Handler<Others>,
    Others: FromRequest + 'static,
    G::Output: Responder + 'static,
{
    let both = resource(path).route(read().to(show)).route(post().to(done));
    both.default_service(refusing("GET, HEAD, POST"))
}

/// Refuses every other method than these.
fn refusing(allow: impl Into<String>) -> Route {
    let allow = allow.into();
    route().to(move || ready(Err::<HttpResponse, _>(WebError::method_not_allowed(allow.clone()))))
}

/// Who may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody: the door of the office itself.
    Anybody,
    /// Whoever has at least shown a password.
    HalfWay,
    /// Whoever is inside and has this permission.
    Only(Permission),
    /// Every program: nobody is looked at.
    Public,
    /// A program whose token has this permission.
    Token(Permission),
}

/// A route, and who may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Declared {
    /// `GET`, `POST`, `PUT` or `DELETE`.
    pub method: &'static str,
    /// The pattern of the path.
    pub path: &'static str,
    /// Who may come.
    pub access: Access,
}

/// What the door of a route left for its handler; `what` is not there where the door was declared open, which is a mistake.
pub(super) fn left_by_door<T: Clone + 'static>(
    request: &HttpRequest,
    what: &'static str,
) -> Ready<Result<T, WebError>> {
    ready(request.extensions().get::<T>().cloned().ok_or_else(|| WebError::not_found(what)))
}

struct Entry {
    declared: Declared,
    route: Box<dyn Fn() -> Route>,
}

/// The methods of these routes of one path.
fn allowed(same: &[&Entry]) -> String {
    let takes = |method: &&str| same.iter().any(|entry| entry.declared.method == *method);
    let methods = ["GET", "POST", "PUT", "DELETE"].into_iter().filter(takes);
    methods.map(|method| if method == "GET" { "GET, HEAD" } else { method }).collect::<Vec<_>>().join(", ")
}

/// Routes in the order in which they are tried.
#[derive(Default)]
pub(super) struct Table(Vec<Entry>);

impl Table {
    /// A page. HEAD is answered too.
    pub(super) fn get<F, Args>(self, path: &'static str, access: Access, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let declared = Declared { method: "GET", path, access };
        self.with(declared, move || read().to(handler.clone()))
    }

    /// Something that is done.
    pub(super) fn post<F, Args>(self, path: &'static str, access: Access, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let declared = Declared { method: "POST", path, access };
        self.with(declared, move || post().to(handler.clone()))
    }

    /// Something that is put in its place.
    pub(super) fn put<F, Args>(self, path: &'static str, access: Access, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let declared = Declared { method: "PUT", path, access };
        self.with(declared, move || put().to(handler.clone()))
    }

    /// Something that is taken away.
    pub(super) fn delete<F, Args>(self, path: &'static str, access: Access, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let declared = Declared { method: "DELETE", path, access };
        self.with(declared, move || delete().to(handler.clone()))
    }

    fn with(mut self, declared: Declared, route: impl Fn() -> Route + 'static) -> Self {
        let access = declared.access;
        let guarded = move || match access {
            Access::Public => route(),
            Access::Token(what) => route().wrap(from_fn(move |rq, next| api::door::keep(what, rq, next))),
            Access::Anybody | Access::HalfWay | Access::Only(_) => {
                route().wrap(from_fn(move |rq, next| admin::keep(access, rq, next)))
            }
        };
        self.0.push(Entry { declared, route: Box::new(guarded) });
        self
    }

    /// Puts the routes up, those of one path together.
    pub(super) fn put_up(&self, app: &mut ServiceConfig, payload: &PayloadConfig) {
        let mut done: Vec<&str> = Vec::new();
        for entry in &self.0 {
            let path = entry.declared.path;
            if done.contains(&path) {
                continue;
            }
            done.push(path);
            let same: Vec<&Entry> = self.0.iter().filter(|other| other.declared.path == path).collect();
            let whole = same.iter().fold(resource(path), |all, one| all.route((one.route)()));
            let allow = allowed(&same);
            app.service(whole.app_data(payload.clone()).default_service(refusing(allow)));
        }
    }

    /// The routes with who may come.
    pub(super) fn declared(&self) -> Vec<Declared> {
        self.0.iter().map(|entry| entry.declared).collect()
    }
}
