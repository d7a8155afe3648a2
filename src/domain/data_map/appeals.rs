//! The table of the texts of appeals that are tried.

use super::tables::{facts, table};
use super::{Keep, TableMap};

pub(super) const APPEAL_TEXTS: TableMap = table(
    "appeal_texts",
    "How often each of two texts of an appeal was shown while they were tried. No reader is in it.",
    Keep::Books,
    &[facts("seen appeal test side shown first_on last_on")],
);
