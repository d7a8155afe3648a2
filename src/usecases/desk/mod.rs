//! The work of staff on donors and gifts. Each act is written down with who did it.

pub mod content;
pub mod donors;
pub mod files;
pub mod letters;
pub mod lists;
pub mod merge;
pub mod notes;
