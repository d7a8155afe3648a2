//! `[retention]`: for how long what is kept. The years of receipts have stood in `[account]` since before.

use super::merge::Layers;
use crate::domain::retention::Retention;

pub(super) fn read(layers: &mut Layers) -> Option<Retention> {
    let event_days = layers.number("retention.event_days", 30..=3650);
    let unpaid_pledge_days = layers.number("retention.unpaid_pledge_days", 1..=3650);
    let told_days = layers.number("retention.told_days", 4..=3650);
    let silent_donor_years = layers.number("retention.silent_donor_years", 0..=100);
    let gift_aid_years = layers.number("retention.gift_aid_years", 6..=100);
    let refused_comment_days = layers.number("retention.refused_comment_days", 1..=3650);
    let receipt_years = layers.number("account.retention_years", 1..=100);
    Some(Retention {
        event_days: event_days?,
        unpaid_pledge_days: unpaid_pledge_days?,
        told_days: told_days?,
        silent_donor_years: silent_donor_years?,
        gift_aid_years: gift_aid_years?,
        refused_comment_days: refused_comment_days?,
        receipt_years: receipt_years?,
    })
}
