//! One test binary: it mirrors the routes and the flows. Every flow runs on both databases.

#[cfg(test)]
mod support;

#[cfg(test)]
mod bank;
#[cfg(test)]
mod giving;
#[cfg(test)]
mod sandbox;
#[cfg(test)]
mod thanks;
#[cfg(test)]
mod webhooks;
