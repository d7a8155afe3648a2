//! The API for people to read, from the same table and description.

use super::{ROOT, openapi, table};
use crate::render::admin_pages::{ApiOperation, ApiPage};
use crate::usecases::staff::tokens::REQUESTS_PER_MINUTE;
use crate::web::admin::reply::Desk;
use crate::web::error::WebError;
use crate::web::route::Access;
use crate::web::state::AppState;
use actix_web::HttpResponse;
use actix_web::web::Data;

pub(in crate::web) async fn show(state: Data<AppState>) -> Result<HttpResponse, WebError> {
    let operations = table().declared().into_iter().filter_map(|route| {
        let told = openapi::of(&route)?;
        Some(ApiOperation {
            method: route.method,
            path: format!("{ROOT}{}", route.path),
            summary: told.summary,
            scopes: match route.access {
                Access::Token(what) => told_scopes(what),
                Access::Anybody | Access::HalfWay | Access::Only(_) | Access::Public => String::new(),
            },
            parameters: openapi::parameters_of(&route),
        })
    });
    let page = ApiPage {
        base: format!("{}{ROOT}", state.ctx.policy.public_url),
        requests_per_minute: REQUESTS_PER_MINUTE,
        operations: operations.collect(),
    };
    Desk::of_nobody(&state).page(("admin/api.html", "API", "/api/docs"), None, page)
}

fn told_scopes(what: crate::domain::access::Permission) -> String {
    let scopes = crate::domain::access::Scope::ALL.iter().filter(|scope| scope.may(what));
    scopes.map(|scope| scope.as_str()).collect::<Vec<_>>().join(", ")
}
