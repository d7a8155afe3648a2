//! `[comments]`: what readers may write below articles.

use super::merge::Layers;
use crate::domain::comment::CommentRules;

pub(super) fn read(layers: &mut Layers) -> Option<CommentRules> {
    let enabled = layers.boolean("comments.enabled");
    let closed_after_days = layers.number("comments.closed_after_days", 0..=36_500);
    let trusted_after = layers.number("comments.trusted_after", 0..=1000);
    Some(CommentRules { enabled, closed_after_days: closed_after_days?, trusted_after: trusted_after? })
}
