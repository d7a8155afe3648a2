//! Answers that are given again: as long as nothing changes, the same question of somebody without a cookie has the same answer,
//! and to find it takes a fraction of the time of making it. Each thread that serves keeps its own.

use super::meters::Meters;
use super::request_id::{REQUEST_ID, RequestId};
use super::state::AppState;
use actix_web::HttpResponse;
use actix_web::body::{BoxBody, MessageBody as _};
use actix_web::dev::{RequestHead, Response, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Bytes;
use foldhash::fast::RandomState;
use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::BuildHasher as _;
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

/// What somebody asks who has no cookie, as they said it.
pub(super) struct Asked<'a> {
    path: &'a str,
    /// The values of [`HEADERS`].
    with: [Option<&'a HeaderValue>; 3],
}

impl<'a> Asked<'a> {
    /// None of what is answered for itself, or longer than a question that is kept.
    pub(super) fn of(head: &'a RequestHead) -> Option<Self> {
        let is_plain = head.method == Method::GET
            && head.uri.query().is_none_or(str::is_empty)
            && !head.headers.contains_key(header::COOKIE);
        if !is_plain {
            return None;
        }
        let (path, with) = (head.uri.path(), HEADERS.map(|name| head.headers.get(name)));
        let lengths = with.iter().flatten().map(|value| value.len());
        let bytes = lengths.fold(path.len(), usize::saturating_add);
        (bytes <= QUESTION_BYTES_MAX).then_some(Self { path, with })
    }
}

/// A question that may have been asked before, and the answers that the thread keeps.
pub(super) struct Question {
    recall: Rc<Recall>,
    edition: Edition,
    hash: u64,
}

struct Answer {
    path: String,
    with: [Option<HeaderValue>; 3],
    route: Rc<str>,
    meters: Meters,
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
    answers: HashMap<u64, Answer, RandomState>,
}

/// An answer given again, and the route that it was found on.
pub(super) struct Recalled {
    pub(super) answer: Response<BoxBody>,
    pub(super) route: Rc<str>,
    pub(super) meters: Meters,
}

impl Question {
    /// None while the site stops: the connection is to end with the answer.
    pub(super) fn of(asked: &Asked<'_>, recall: &Rc<Recall>, state: &AppState) -> Option<Self> {
        if state.stopping.has_begun() {
            return None;
        }
        let edition = Edition {
            pages: state.publication.edition(),
            settings: state.ctx.policy.edition,
            gateways: state.ctx.gateways.edition(),
        };
        let hash = recall.hashes.hash_one((asked.path, asked.with));
        Some(Self { recall: Rc::clone(recall), edition, hash })
    }

    /// The answer, if it was asked before, but for the id of the request.
    pub(super) fn answer(&self, asked: &Asked<'_>) -> Option<Recalled> {
        let kept = self.recall.kept.borrow();
        if kept.edition != self.edition {
            return None;
        }
        // Hashes of two questions may be the same.
        let is_it = |known: &&Answer| {
            known.path == asked.path && known.with.each_ref().map(Option::as_ref) == asked.with
        };
        let known = kept.answers.get(&self.hash).filter(is_it)?;
        let mut answer = Response::with_body(known.status, BoxBody::new(known.body.clone()));
        *answer.headers_mut() = known.headers.clone();
        Some(Recalled { answer, route: Rc::clone(&known.route), meters: known.meters.clone() })
    }

    /// Keeps an answer for the next who asks, if it may be given again.
    pub(super) fn keep(
        &self,
        (route, meters): (&str, &Meters),
        response: ServiceResponse<BoxBody>,
    ) -> ServiceResponse<BoxBody> {
        let is_repeatable = response.response().extensions().contains::<Repeatable>();
        if !is_repeatable || response.headers().contains_key(header::SET_COOKIE) {
            return response;
        }
        let mut whole = None;
        let response = response.map_body(|_head, body| match body.try_into_bytes() {
            Ok(bytes) => BoxBody::new(whole.insert(bytes).clone()),
            Err(body) => body,
        });
        if let Some((body, asked)) = whole.zip(Asked::of(response.request().head())) {
            let mut headers = response.headers().clone();
            headers.insert(REQUEST_ID, RequestId::default().to_header());
            self.put(Answer {
                path: asked.path.to_owned(),
                with: asked.with.map(Option::<&HeaderValue>::cloned),
                route: Rc::from(route),
                meters: meters.clone(),
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
