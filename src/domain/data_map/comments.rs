//! The table of readers' comments.

use super::AtErasure::Removed;
use super::Class::{Person, Secret, Words};
use super::tables::{facts, of, stands, table};
use super::{Keep, TableMap};

pub(super) const COMMENTS: TableMap = table(
    "comments",
    "Comments of readers on articles. The address is never shown; network addresses are not kept. Of a comment that others answer, \
     the empty row stays.",
    Keep::Comments,
    &[
        facts("article article_title locale status held_for written_at decided_at edited_at wants_answers"),
        stands("id thread_id"),
        of("name email", Person, Removed),
        of("body reason", Words, Removed),
        of("same_key", Secret, Removed),
    ],
);
