//! Owns: how things look: pages, letters, the PDF receipt, QR codes. The only place that names minijinja.
//! May import: domain, words. Must not: read the database or a request; decide anything.

pub mod accent;
pub mod account_pages;
pub mod admin_pages;
pub mod appeal_pages;
pub mod archive;
pub mod bank_pages;
pub mod campaign_pages;
pub mod card;
pub mod chart;
pub mod comment_feed;
pub mod comment_pages;
pub mod csv;
pub mod discovery;
pub mod embedding;
pub mod figure_pages;
pub mod gateway_pages;
pub mod gift_aid_pages;
pub mod import_pages;
pub mod letter_samples;
pub mod letters;
pub mod list_pages;
pub mod pages;
pub mod patreon_pages;
pub mod privacy_pages;
pub mod qr;
pub mod receipt;
pub mod receipt_pdf;
pub mod setting_pages;
pub mod sheet;
pub mod statement;
mod templates;
pub mod transfer;
mod typeset;
pub mod wording_pages;
mod words;

pub use templates::{Alternate, Assets, Frame, PageMeta, Picture, RenderError, SiteMeta, Templates};
pub use words::{
    date_text, gateway_label, gateway_name, gateway_words, long_date_text, moment_text, price_text,
};
