//! Mainstay lets a small publisher be funded by its readers: one program serves the article, carries the appeal
//! on it, takes gifts, keeps the books, mails the receipts and gives staff their tools.
//!
//! # The house, from the cellar up
//!
//! | module | owns | may use |
//! |---|---|---|
//! | [`domain`] | what words mean and which states are possible; pure | nothing |
//! | [`config`] | the settings, checked, with every mistake reported at once | domain |
//! | [`telemetry`] | log, metrics, hiding personal data | config |
//! | [`xml`] | XML that others wrote, read as a stream | nothing |
//! | [`content`] | articles, appeals and campaigns as files; import | domain, xml |
//! | [`pictures`] | smaller ones of the publication's pictures | domain |
//! | [`bank`] | reading the files in which banks give statements | domain, xml |
//! | [`imports`] | reading the files in which other places write down gifts | domain, bank |
//! | [`store`] | the database, on two engines from one set of queries | domain |
//! | [`gateways`] | how each mover of money is spoken to | domain |
//! | [`words`] | the languages donors are spoken to in: messages, numbers, amounts, days | domain |
//! | [`render`] | pages, letters, the PDF receipt | domain, words |
//! | [`mail`] | letters on their way out | config |
//! | [`usecases`] | the verbs: the only place that changes anything | store, gateways (the trait) |
//! | [`jobs`] | what follows from commits | usecases, store (the queue), mail, render |
//! | [`web`] | HTTP | usecases, render, content |
//! | [`cli`] | the commands | all |
//! | [`bootstrap`] | from the configuration to a running application | all |
//!
//! Nobody imports upwards; a test reads the source and holds it against this table.
//!
//! # Five decisions that carry the rest
//!
//! 1. A use case is a plain function on a transaction ([`store::Db::write`]). Its closure cannot await, so no
//!    network call ever happens inside a transaction.
//! 2. Money moves in three steps: transaction, network, transaction. No answer means *unknown*, and only the
//!    gateway ends that.
//! 3. Gateways report facts; the domain decides. A payment is the join of all facts about it, so repeats and any
//!    order end in the same state ([`domain::donation::Payment`]).
//! 4. The books are append-only and balanced by construction ([`domain::ledger`]), and again by triggers. What is
//!    posted is the difference between what is known and what is booked ([`usecases::settle`]).
//! 5. What follows from a commit is a job row of that commit ([`domain::job`]).

pub mod bank;
pub mod bootstrap;
pub mod cli;
pub mod config;
pub mod content;
pub mod domain;
pub mod gateways;
pub mod imports;
pub mod jobs;
pub mod mail;
pub mod pictures;
pub mod render;
pub mod store;
pub mod telemetry;
pub mod usecases;
pub mod web;
pub mod words;
pub mod xml;
