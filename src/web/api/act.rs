//! A change that a program asks for: its body read strictly, its name honoured, so that sent twice it is done once.

use super::door::Holder;
use super::pledges::key_of;
use crate::domain::audit::Actor;
use crate::store::idempotency::RequestKey;
use crate::usecases::once::{self, Given};
use crate::usecases::{Context, FieldError, UseCaseError};
use crate::web::error::WebError;
use crate::web::state::AppState;
use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Bytes, Data};
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest, HttpResponse, HttpResponseBuilder};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::error::Category;
use sha2::{Digest as _, Sha256};
use std::future::Future;

/// What is asked, and by whom.
pub(super) struct Act {
    pub(super) holder: Holder,
    ctx: Context,
    key: Option<RequestKey>,
    body: Bytes,
    is_json: bool,
}

/// What was done, as it is answered.
pub(super) struct Done {
    status: StatusCode,
    body: Value,
}

impl Done {
    /// 200.
    pub(super) fn ok(body: Value) -> Self {
        Self { status: StatusCode::OK, body }
    }

    /// 201: there is something new.
    pub(super) fn made(body: Value) -> Self {
        Self { status: StatusCode::CREATED, body }
    }

    /// 202: it is written down, and work in the background does it.
    pub(super) fn taken(body: Value) -> Self {
        Self { status: StatusCode::ACCEPTED, body }
    }
}

impl FromRequest for Act {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, bytes) = (request.clone(), Bytes::from_request(request, payload));
        Box::pin(async move {
            let holder = Holder::extract(&request).await?;
            let state =
                request.app_data::<Data<AppState>>().ok_or_else(|| WebError::not_found("resource"))?;
            let (ctx, body) = (state.ctx.clone(), bytes.await?);
            let key = key_of(&request)?.map(|key| RequestKey {
                token: holder.token.id,
                key,
                input_hash: hash(&request, &body),
            });
            let is_json = request.content_type().eq_ignore_ascii_case("application/json");
            Ok(Self { holder, ctx, key, body, is_json })
        })
    }
}

/// What tells one request from another.
fn hash(request: &HttpRequest, body: &[u8]) -> String {
    let mut hash = Sha256::new();
    for part in [request.method().as_str(), request.path()] {
        hash.update(part.as_bytes());
        hash.update(b"\n");
    }
    hash.update(body);
    hex::encode(hash.finalize())
}

impl Act {
    /// The body. None at all is an object without fields; a field that is not known is a mistake, not an extra.
    ///
    /// # Errors
    /// 415 for another type, 400 for what is no JSON, 422 for JSON that cannot be taken here.
    pub(super) fn body<T: DeserializeOwned>(&self) -> Result<T, WebError> {
        let body: &[u8] = if self.body.is_empty() { b"{}" } else { &self.body };
        if !self.body.is_empty() && !self.is_json {
            let detail = "Send JSON, with the content type application/json.";
            return Err(WebError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type", detail));
        }
        let read = serde_json::from_slice(body).map_err(|error| {
            let detail = format!("The JSON cannot be taken: {error}.");
            match error.classify() {
                Category::Data => WebError::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_body", detail),
                Category::Syntax | Category::Eof | Category::Io => WebError::bad_request("malformed", detail),
            }
        })?;
        // A list is read as an object, too: its items as the fields in the order of our source, which is nobody's business.
        if body.trim_ascii_start().starts_with(b"[") {
            let detail = "The JSON cannot be taken: an object is wanted, not a list.";
            return Err(WebError::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_body", detail));
        }
        Ok(read)
    }

    /// Does it, unless it was done before under the name that the program gave it; then the answer is that of before.
    pub(super) async fn once<Work, Doing>(self, work: Work) -> Result<HttpResponse, WebError>
    where
        Work: FnOnce(Context, Actor) -> Doing,
        Doing: Future<Output = Result<Done, WebError>>,
    {
        let (ctx, by) = (self.ctx, self.holder.actor());
        let Some(key) = self.key else {
            let done = work(ctx, by).await?;
            return Ok(answer(done.status, done.body.to_string()));
        };
        if let Some(given) = once::given_before(&ctx, &key).await? {
            let status =
                u16::try_from(given.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
            return Ok(answer(status.unwrap_or(StatusCode::OK), given.body));
        }
        let Done { status, body } = work(ctx.for_request(key.clone()), by).await?;
        let given = Given { status: i64::from(status.as_u16()), body: body.to_string() };
        // It is done: whether the answer can be kept changes nothing about that.
        if let Err(error) = once::keep(&ctx, key, given.clone()).await {
            tracing::error!(%error, "an answer could not be kept");
        }
        Ok(answer(status, given.body))
    }
}

fn answer(status: StatusCode, body: String) -> HttpResponse {
    HttpResponseBuilder::new(status)
        .content_type("application/json")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(body)
}

/// Every field that cannot be taken, at once.
#[derive(Default)]
pub(super) struct Faults(Vec<FieldError>);

impl Faults {
    /// The value; or none, and it is noted why.
    pub(super) fn of<T, E: ToString>(
        &mut self,
        field: &'static str,
        code: &'static str,
        read: Result<T, E>,
    ) -> Option<T> {
        read.map_err(|error| self.0.push(FieldError { field, code, message: error.to_string() })).ok()
    }

    /// What was wrong.
    pub(super) fn into_error(self) -> UseCaseError {
        UseCaseError::Invalid(self.0)
    }
}
