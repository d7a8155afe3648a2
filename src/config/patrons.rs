//! `[patrons]`: recurring support.

use super::merge::Layers;
use crate::domain::patron::PatronRules;

pub(super) fn read(layers: &mut Layers) -> Option<PatronRules> {
    let letters_after_days = read_days(layers);
    let grace_days = layers.number("patrons.grace_days", 0..=365);
    let card_notice_days = layers.number("patrons.card_notice_days", 0..=90);
    let transfer_slack_days = layers.number("patrons.transfer_slack_days", 0..=60);
    Some(PatronRules {
        letters_after_days: letters_after_days?,
        grace_days: grace_days?,
        card_notice_days: card_notice_days?,
        transfer_slack_days: transfer_slack_days?,
    })
}

fn read_days(layers: &mut Layers) -> Option<Vec<u16>> {
    const PATH: &str = "patrons.letters_after_days";
    let days: Option<Vec<u16>> = layers.list(PATH).iter().map(|text| text.trim().parse().ok()).collect();
    match days.filter(|days| days.is_sorted() && days.iter().all(|day| *day <= 365)) {
        Some(days) => Some(days),
        None => {
            layers.reject(PATH, "is not a list of days in rising order", "[\"0\", \"4\", \"10\", \"17\"]");
            None
        }
    }
}
