//! The tables of gifts that came before.

use super::AtErasure::{NoDonor, Short, Stays};
use super::Class::{Outside, Secret, Words};
use super::tables::{facts, of, stands, table};
use super::{Keep, TableMap};

/// Which gift is which line.
pub(super) const LINES: TableMap = table(
    "import_lines",
    "Which line of a file of past gifts is which donation.",
    Keep::Books,
    &[facts("at undone_at"), stands("id import_id donation_id"), of("identity giver", Secret, Stays)],
);

/// The files themselves.
pub(super) const PARTS: TableMap = table(
    "import_parts",
    "Files of past gifts, until their gifts are here or they are taken away.",
    Keep::Until("until it is taken over, a week at most"),
    &[stands("import_id part"), of("body", Outside, Short)],
);

/// What is known of the files.
pub(super) const FILES: TableMap = table(
    "imports",
    "Which files of past gifts were handed in.",
    Keep::Books,
    &[
        facts(
            "id options status round bytes lines_all lines_done on_statements report error asked_by asked_at done_at",
        ),
        of("name", Words, NoDonor),
    ],
);
