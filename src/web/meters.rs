//! Counts and times requests by the pattern of their route: paths carry tokens, and there is no end of them.

use crate::telemetry::metrics::{HTTP_REQUEST_SECONDS, HTTP_REQUESTS_TOTAL};
use actix_web::HttpRequest;
use actix_web::dev::ServiceResponse;
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
    request.match_pattern().unwrap_or_else(|| "other".to_owned())
}

/// Counts an answered request.
pub(super) fn count(response: &ServiceResponse, took: Duration) {
    let request = response.request();
    METERS.with_borrow_mut(|meters| {
        // A path without variables is its own pattern, and then needs no search for it.
        let known = meters.get_mut(request.path());
        let meters = match known {
            Some(known) => known,
            None => meters.entry(route(request)).or_insert_with_key(|route| RouteMeters::of(route)),
        };
        meters.count(response.status(), took);
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
