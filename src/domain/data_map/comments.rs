//! What readers see of one another: comments, and names on the pages of campaigns.

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

pub(super) const WALL_ENTRIES: TableMap = table(
    "wall_entries",
    "Names on the pages of campaigns, of those who asked for it when they gave; gone when they are hidden by the donor.",
    Keep::Until("until the donor hides it or is forgotten, or the promise that brought nothing is cleared"),
    &[
        facts("with_amount kept_minor currency shown_since hidden_at created_at"),
        stands("id pledge_id campaign_id"),
        of("name", Person, Removed),
    ],
);

pub(super) const PAST: TableMap = table(
    "past_comments",
    "Which comments of another place were taken over, by their numbers there: one that was taken away does not come back.",
    Keep::Use,
    &[facts("taken_at"), stands("source comment_id")],
);

pub(super) const DISCUSSIONS: TableMap = table(
    "discussions",
    "Below which articles there are comments, and a version of that for programs that keep pages.",
    Keep::Use,
    &[facts("article"), stands("version")],
);
