//! Pages for readers and donors.

pub(super) mod articles;
pub(super) mod donate;
pub(super) mod patrons;
pub(super) mod sandbox;
pub(super) mod thanks;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, HttpResponseBuilder};

/// A page that belongs to one person: never stored by a cache, never sent on as a referrer.
pub(super) fn private_page(status: StatusCode, html: String) -> HttpResponse {
    HttpResponseBuilder::new(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "same-origin"))
        .body(html)
}

/// 303: the browser goes on with GET, and a reload does not post again. The page that it leads to does not learn from
/// where: the address may have opened something.
pub(super) fn see_other(location: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, location))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .finish()
}
