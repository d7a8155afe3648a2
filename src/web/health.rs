//! Probes, and numbers for operators.

use super::error::WebError;
use super::state::AppState;
use crate::config::MetricsAccess;
use crate::store::jobs;
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use subtle::ConstantTimeEq as _;

/// The process is there.
pub(super) async fn live() -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).body("live\n")
}

/// The process can do its work: the database answers, and it is not about to stop.
pub(super) async fn ready(state: Data<AppState>) -> Result<HttpResponse, WebError> {
    if state.stopping.has_begun() {
        return Err(WebError::stopping());
    }
    state.ctx.db.read(|conn| jobs::next_due(conn).map(|_| ())).await?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).body("ready\n"))
}

/// In the text format of Prometheus.
pub(super) async fn metrics(request: HttpRequest, state: Data<AppState>) -> Result<HttpResponse, WebError> {
    let allowed = match &state.metrics_access {
        MetricsAccess::Open => true,
        MetricsAccess::Off => false,
        MetricsAccess::Token(token) => {
            let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
            let given = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
            bool::from(given.as_bytes().ct_eq(token.expose().as_bytes()))
        }
    };
    if !allowed {
        return Err(WebError::not_found("page"));
    }
    let counts = state.ctx.db.read(jobs::counts).await?;
    let line = |(status, count): &(String, i64)| format!("jobs_in_queue{{status=\"{status}\"}} {count}\n");
    let queue = counts.iter().map(line).collect::<Vec<_>>().concat();
    let body = format!("{}# TYPE jobs_in_queue gauge\n{queue}", state.metrics.render());
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(body))
}
