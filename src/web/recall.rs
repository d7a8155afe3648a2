//! Answers that are given again: as long as nothing changes, the same question of somebody without a cookie has the same answer,
//! and to find it takes a fraction of the time of making it. Each thread that serves keeps its own.

use super::request_id::{REQUEST_ID, RequestId};
use super::state::AppState;
use actix_web::HttpResponse;
use actix_web::body::{BoxBody, MessageBody as _};
use actix_web::dev::{RequestHead, Response, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Bytes;
use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::rc::Rc;

/// How many answers a thread keeps; with one more it begins anew.
const KEPT_MAX: usize = 1_000;
/// Longest question, in bytes of its path and headers: nobody fills the memory with made-up ones.
const QUESTION_BYTES_MAX: usize = 512;

/// What of a request, besides its path, the pages that are given again depend on.
const HEADERS: [HeaderName; 3] = [header::ACCEPT_ENCODING, header::ACCEPT_LANGUAGE, header::IF_NONE_MATCH];

/// Says of an answer that it hangs on nothing but the path, [`HEADERS`], and what [`Edition`] counts.
struct Repeatable;

/// Says so of an answer. A cookie or a query make an answer one for itself, whatever was said.
pub(super) fn allow(answer: &mut HttpResponse) {
    answer.extensions_mut().insert(Repeatable);
}

/// What pages are made from: of the publication, the settings and the gateways, which edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Edition {
    pages: u64,
    settings: i64,
    gateways: u64,
}

/// A question that may have been asked before, and the answers that the thread keeps.
pub(super) struct Question {
    recall: Rc<Recall>,
    edition: Edition,
    hash: u64,
}

/// The values of [`HEADERS`].
fn asked_with(headers: &HeaderMap) -> [Option<&HeaderValue>; 3] {
    HEADERS.map(|name| headers.get(name))
}

struct Answer {
    path: String,
    asked_with: [Option<HeaderValue>; 3],
    route: Rc<str>,
    status: StatusCode,
    /// With a place for the id of the request: to copy them is quicker than to put them together.
    headers: HeaderMap,
    body: Bytes,
}

/// The answers that a thread keeps.
#[derive(Default)]
pub(super) struct Recall {
    hashes: RandomState,
    kept: RefCell<Kept>,
}

#[derive(Default)]
struct Kept {
    edition: Edition,
    answers: HashMap<u64, Answer>,
}

/// An answer given again, and the route that it was found on.
pub(super) struct Recalled {
    pub(super) answer: Response<BoxBody>,
    pub(super) route: Rc<str>,
}

impl Question {
    /// What is asked, if it can have been asked before.
    pub(super) fn of(asked: &RequestHead, recall: &Rc<Recall>, state: &AppState) -> Option<Self> {
        let is_plain = asked.method == Method::GET
            && asked.uri.query().is_none_or(str::is_empty)
            && !asked.headers.contains_key(header::COOKIE)
            && !state.stopping.has_begun();
        if !is_plain {
            return None;
        }
        let (path, asked_with) = (asked.uri.path(), asked_with(&asked.headers));
        let lengths = asked_with.iter().flatten().map(|value| value.len());
        let bytes = lengths.fold(path.len(), usize::saturating_add);
        let edition = Edition {
            pages: state.publication.edition(),
            settings: state.ctx.policy.edition,
            gateways: state.ctx.gateways.edition(),
        };
        let hash = recall.hashes.hash_one((path, asked_with));
        (bytes <= QUESTION_BYTES_MAX).then(|| Self { recall: Rc::clone(recall), edition, hash })
    }

    /// The answer, if it was asked before, but for the id of the request.
    pub(super) fn answer(&self, asked: &RequestHead) -> Option<Recalled> {
        let kept = self.recall.kept.borrow();
        if kept.edition != self.edition {
            return None;
        }
        // Hashes of two questions may be the same.
        let asked_with = asked_with(&asked.headers);
        let is_it = |known: &&Answer| {
            known.path == asked.uri.path() && known.asked_with.each_ref().map(Option::as_ref) == asked_with
        };
        let known = kept.answers.get(&self.hash).filter(is_it)?;
        let mut answer = Response::with_body(known.status, BoxBody::new(known.body.clone()));
        *answer.headers_mut() = known.headers.clone();
        Some(Recalled { answer, route: Rc::clone(&known.route) })
    }

    /// Keeps an answer for the next who asks, if it may be given again.
    pub(super) fn keep(&self, route: &str, response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
        let is_repeatable = response.response().extensions().contains::<Repeatable>();
        if !is_repeatable || response.headers().contains_key(header::SET_COOKIE) {
            return response;
        }
        let mut whole = None;
        let response = response.map_body(|_head, body| match body.try_into_bytes() {
            Ok(bytes) => BoxBody::new(whole.insert(bytes).clone()),
            Err(body) => body,
        });
        if let Some(body) = whole {
            let asked = response.request();
            let mut headers = response.headers().clone();
            headers.insert(REQUEST_ID, RequestId::default().to_header());
            self.put(Answer {
                path: asked.path().to_owned(),
                asked_with: asked_with(asked.headers()).map(Option::<&HeaderValue>::cloned),
                route: Rc::from(route),
                status: response.status(),
                headers,
                body,
            });
        }
        response
    }

    fn put(&self, answer: Answer) {
        let mut kept = self.recall.kept.borrow_mut();
        if kept.edition != self.edition || kept.answers.len() >= KEPT_MAX {
            kept.answers.clear();
        }
        kept.edition = self.edition;
        kept.answers.insert(self.hash, answer);
    }
}
