//! Answers to one person: no cache keeps them, and what they lead to does not learn more than it must.

use super::error::WebError;
use crate::domain::receipt::Receipt;
use crate::render::account_pages::Faults;
use crate::render::archive::{self, Sheet};
use crate::render::pages::FieldProblem;
use crate::render::receipt as paper;
use crate::usecases::account::export::Table;
use crate::usecases::{FieldError, UseCaseError};
use crate::words::Words;
use actix_web::http::{StatusCode, header};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, HttpResponseBuilder};
use futures_util::{Stream, stream};
use std::future::Future;
use std::str::FromStr;

/// The status of a page with a form: with mistakes it was not taken.
pub(super) fn status_of(problems: &[FieldError]) -> StatusCode {
    if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
}

/// A page.
pub(super) fn private_page(status: StatusCode, html: String) -> HttpResponse {
    page(status, "same-origin", html)
}

/// A page whose address opens something: no page that it leads to learns it.
pub(super) fn token_page(status: StatusCode, html: String) -> HttpResponse {
    page(status, "no-referrer", html)
}

fn page(status: StatusCode, referrer: &'static str, html: String) -> HttpResponse {
    HttpResponseBuilder::new(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, referrer))
        .body(html)
}

/// A letter's own frame: its inline styles, its images, and nothing else.
const LETTER_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; base-uri 'none'; sandbox";

/// The HTML part of a letter, for the frame on the page that shows it; its text follows.
pub(super) fn letter_frame() -> HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    answer
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, LETTER_POLICY));
    answer
}

/// 303: the browser goes on with GET, and a reload does not post again.
pub(super) fn see_other(location: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, location))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish()
}

/// 303 away from an address that opened something.
pub(super) fn leave_token(location: &str) -> HttpResponse {
    let mut answer = see_other(location);
    answer.headers_mut().insert(header::REFERRER_POLICY, header::HeaderValue::from_static("no-referrer"));
    answer
}

/// A file to be kept; its bytes follow.
pub(super) fn download(media_type: &str, name: &str) -> HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    answer
        .content_type(media_type)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")));
    answer
}

/// A receipt on paper: as it was issued, in its own language whatever the reader's is; `later` is the number of the one
/// that took its place.
pub(super) async fn receipt_paper(
    words: &Words,
    receipt: Receipt,
    later: Option<String>,
) -> Result<HttpResponse, WebError> {
    let (name, language) = (paper::file_name(&receipt), words.language(&receipt.snapshot.locale).clone());
    let drawn = actix_web::web::block(move || paper::pdf(&receipt, later.as_deref(), &language)).await;
    let bytes = drawn.map_err(|error| cut_off(&error))?.map_err(|error| cut_off(&error))?;
    Ok(download("application/pdf", &name).body(bytes))
}

/// A document that could not be drawn.
pub(super) fn cut_off(error: &impl std::fmt::Display) -> WebError {
    tracing::error!(%error, "a document could not be drawn");
    WebError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "The document could not be drawn.")
}

/// Everything that is known about a donor, packed.
pub(super) async fn packed(name: &str, tables: Vec<Table>) -> Result<HttpResponse, WebError> {
    let packing = actix_web::web::block(move || {
        let sheets =
            tables.iter().map(|table| Sheet { name: table.name, columns: table.columns, rows: &table.rows });
        archive::zip(&sheets.collect::<Vec<_>>())
    });
    let failed = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "an archive could not be packed");
        WebError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "The archive could not be packed.")
    };
    let bytes = packing.await.map_err(|error| failed(&error))?.map_err(|error| failed(&error))?;
    Ok(download("application/zip", name).body(bytes))
}

/// A body that is made as it leaves, part by part; `next` returns a part and the place of the one behind it.
///
/// If a part cannot be made the connection is cut: what came looks like what it is, a part.
pub(super) fn in_parts<P, F>(
    first: P,
    next: impl Fn(P) -> F + Clone,
) -> impl Stream<Item = Result<Bytes, actix_web::Error>>
where
    F: Future<Output = Result<Option<(Bytes, Option<P>)>, UseCaseError>>,
{
    stream::unfold(Some(first), move |place| {
        let next = next.clone();
        async move {
            match next(place?).await {
                Ok(part) => part.map(|(bytes, behind)| (Ok(bytes), behind)),
                Err(error) => {
                    tracing::error!(%error, "a file was cut off");
                    Some((Err(actix_web::error::ErrorInternalServerError("cut off")), None))
                }
            }
        }
    })
}

/// What is wrong with a form, in the words of `told`.
pub(super) fn faults(problems: &[FieldError], told: impl Fn(&FieldError) -> String) -> Faults {
    let shown =
        |problem: &FieldError| FieldProblem { field: problem.field.to_owned(), message: told(problem) };
    let error_list: Vec<FieldProblem> = problems.iter().map(shown).collect();
    Faults {
        errors: error_list.iter().map(|shown| (shown.field.clone(), shown.message.clone())).collect(),
        error_list,
    }
}

/// A name in a path; what is no such name names nothing.
pub(super) fn id_of<T: FromStr>(text: &str, what: &'static str) -> Result<T, WebError> {
    text.parse().map_err(|_malformed| WebError::not_found(what))
}
