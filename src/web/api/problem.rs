//! Errors for programs: problem details (RFC 9457) with a stable code and the list of fields.

use crate::web::error::WebError;
use actix_web::{HttpResponse, HttpResponseBuilder};

#[derive(serde::Serialize)]
struct Problem<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    code: &'static str,
    detail: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<Field<'a>>,
    request_id: &'a str,
}

#[derive(serde::Serialize)]
struct Field<'a> {
    #[serde(rename = "field")]
    name: &'static str,
    code: &'static str,
    message: &'a str,
}

pub(in crate::web) fn write(
    builder: &mut HttpResponseBuilder,
    failure: &WebError,
    request_id: &str,
) -> HttpResponse {
    let fields = failure.fields.iter().map(|f| Field { name: f.field, code: f.code, message: &f.message });
    builder.content_type("application/problem+json").json(Problem {
        kind: "about:blank",
        title: failure.status.canonical_reason().unwrap_or("Error"),
        status: failure.status.as_u16(),
        code: failure.code,
        detail: &failure.detail,
        fields: fields.collect(),
        request_id,
    })
}
