//! How support is doing: the first page, reports, and files of rows.

pub(super) mod exports;
pub(super) mod files;
pub(super) mod front;
mod members;
pub(super) mod reports;
mod shown;

pub(super) use members::paid_out as paid_out_section;
