//! One test binary: it mirrors the routes and the flows. Every flow runs on both databases.

#[cfg(test)]
mod support;

#[cfg(test)]
mod giving;
#[cfg(test)]
mod tidy;

#[cfg(test)]
mod mail;

#[cfg(test)]
mod cli;

#[cfg(test)]
mod migrations;

#[cfg(test)]
mod properties;
