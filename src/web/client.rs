//! Who sends a request.

use super::state::AppState;
use actix_web::HttpRequest;
use actix_web::http::Method;
use std::net::IpAddr;

/// The client's address: the peer's, or the entry that the outermost trusted proxy wrote. Everything further
/// left in `X-Forwarded-For` is the client's own invention.
pub(super) fn address(request: &HttpRequest, state: &AppState) -> String {
    let peer = request.peer_addr().map(|peer| peer.ip());
    let address = match state.trusted_proxies {
        0 => peer,
        hops => forwarded(request, hops).or(peer),
    };
    address.map_or_else(|| "unknown".to_owned(), network)
}

/// Whether somebody looks at what is asked for: a browser that loads ahead, and a program that asks whether it is there, do
/// not.
pub(super) fn looks(request: &HttpRequest) -> bool {
    let loads_ahead = ["sec-purpose", "purpose"].iter().any(|name| request.headers().contains_key(*name));
    request.method() == Method::GET && !loads_ahead
}

fn forwarded(request: &HttpRequest, hops: usize) -> Option<IpAddr> {
    let entries: Vec<&str> = request
        .headers()
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    let at = entries.len().checked_sub(hops)?;
    entries.get(at)?.parse().ok()
}

/// One household has one IPv4 address, but a whole /64 of IPv6.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}
