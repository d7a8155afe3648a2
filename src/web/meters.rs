//! Counts and times requests by the pattern of their route: paths carry tokens, and there is no end of them.

use crate::telemetry::metrics::{HTTP_REQUEST_SECONDS, HTTP_REQUESTS_TOTAL};
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use metrics::{Counter, Histogram};
use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

/// The meters of what is answered alike on one route.
#[derive(Clone)]
pub(super) struct Meters {
    requests: Counter,
    seconds: Histogram,
}

thread_local! {
    /// Found once for each thread: looking them up among all metrics costs more time than a page.
    static METERS: RefCell<HashMap<String, HashMap<StatusCode, Meters>>> = RefCell::default();
}

/// The pattern that a request's path matched.
pub(super) fn route(request: &HttpRequest) -> String {
    // A path without variables is its own pattern, and then needs no search for it.
    if METERS.with_borrow(|meters| meters.contains_key(request.path())) {
        return request.path().to_owned();
    }
    request.match_pattern().unwrap_or_else(|| "other".to_owned())
}

/// The meters of a route for one status.
pub(super) fn of(route: &str, status: StatusCode) -> Meters {
    METERS.with_borrow_mut(|known| {
        if let Some(meters) = known.get(route).and_then(|by_status| by_status.get(&status)) {
            return meters.clone();
        }
        let meters = Meters::register(route, status);
        known.entry(route.to_owned()).or_default().insert(status, meters.clone());
        meters
    })
}

impl Meters {
    fn register(route: &str, status: StatusCode) -> Self {
        let (route, status) = (route.to_owned(), status.as_str().to_owned());
        Self {
            seconds: metrics::histogram!(HTTP_REQUEST_SECONDS, "route" => route.clone()),
            requests: metrics::counter!(HTTP_REQUESTS_TOTAL, "route" => route, "status" => status),
        }
    }

    /// Counts an answered request.
    pub(super) fn count(&self, took: Duration) {
        self.requests.increment(1);
        self.seconds.record(took.as_secs_f64());
    }
}
