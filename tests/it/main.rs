//! One test binary: it mirrors the routes and the flows. Every flow runs on both databases.

#[cfg(test)]
mod support;

#[cfg(test)]
mod abuse;
#[cfg(test)]
mod account;
#[cfg(test)]
mod api;
#[cfg(test)]
mod appeals;
#[cfg(test)]
mod articles;
#[cfg(test)]
mod attempts;
#[cfg(test)]
mod bad_days;
#[cfg(test)]
mod balances;
#[cfg(test)]
mod bank;
#[cfg(test)]
mod bank_statements;
#[cfg(test)]
mod browser;
#[cfg(test)]
mod campaigns;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod comments;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod copies;
#[cfg(test)]
mod deposits;
#[cfg(test)]
mod discovery;
#[cfg(test)]
mod embedding;
#[cfg(test)]
mod feeds;
#[cfg(test)]
mod figures;
#[cfg(test)]
mod gift_aid;
#[cfg(test)]
mod giving;
#[cfg(test)]
mod holds;

#[cfg(test)]
mod imports;
#[cfg(test)]
mod jobs;
#[cfg(test)]
mod languages;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod mail;
#[cfg(test)]
mod migrations;
#[cfg(test)]
mod observability;
#[cfg(test)]
mod office;
#[cfg(test)]
mod operations;
#[cfg(test)]
mod outbound;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod patreon;
#[cfg(test)]
mod patrons;
#[cfg(test)]
mod paypal;
#[cfg(test)]
mod pictures;
#[cfg(test)]
mod privacy;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod recall;
#[cfg(test)]
mod receipts;
#[cfg(test)]
mod refunds;
#[cfg(test)]
mod repeats;
#[cfg(test)]
mod sandbox;
#[cfg(test)]
mod staff;
#[cfg(test)]
mod stripe;
#[cfg(test)]
mod stripe_emulator;
#[cfg(test)]
mod takeover;
#[cfg(test)]
mod thanks;
#[cfg(test)]
mod tidy;
#[cfg(test)]
mod trials;
#[cfg(test)]
mod walks;
#[cfg(test)]
mod webhooks;
