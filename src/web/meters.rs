//! Counts and times requests by the pattern of their route: paths carry tokens, and there is no end of them.

use crate::telemetry::metrics::{HTTP_REQUEST_SECONDS, HTTP_REQUESTS_TOTAL};
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use metrics::{Counter, Histogram};
use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

/// The meters of one route.
struct RouteMeters {
    route: String,
    seconds: Histogram,
    by_status: HashMap<StatusCode, Counter>,
}

thread_local! {
    /// Found once for each thread: looking them up among all metrics costs more time than a page.
    static METERS: RefCell<HashMap<String, RouteMeters>> = RefCell::default();
}

/// The pattern that a request's path matched.
pub(super) fn route(request: &HttpRequest) -> String {
    // A path without variables is its own pattern, and then needs no search for it.
    if METERS.with_borrow(|meters| meters.contains_key(request.path())) {
        return request.path().to_owned();
    }
    request.match_pattern().unwrap_or_else(|| "other".to_owned())
}

/// Counts an answered request.
pub(super) fn count(route: &str, status: StatusCode, took: Duration) {
    METERS.with_borrow_mut(|meters| match meters.get_mut(route) {
        Some(known) => known.count(status, took),
        None => meters.entry(route.to_owned()).or_insert_with(|| RouteMeters::of(route)).count(status, took),
    });
}

impl RouteMeters {
    fn of(route: &str) -> Self {
        Self {
            route: route.to_owned(),
            seconds: metrics::histogram!(HTTP_REQUEST_SECONDS, "route" => route.to_owned()),
            by_status: HashMap::new(),
        }
    }

    fn count(&mut self, status: StatusCode, took: Duration) {
        let Self { route, seconds, by_status } = self;
        let requests = by_status.entry(status).or_insert_with(|| {
            let (route, status) = (route.clone(), status.as_str().to_owned());
            metrics::counter!(HTTP_REQUESTS_TOTAL, "route" => route, "status" => status)
        });
        requests.increment(1);
        seconds.record(took.as_secs_f64());
    }
}
