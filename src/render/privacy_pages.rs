//! Values of the office's page about personal data.

use crate::domain::data_map::{AtErasure, Class, Group, TABLES};
use crate::domain::retention::Retention;
use serde::Serialize;

#[derive(Debug, Clone, Serialize)]
pub struct PrivacyPage {
    pub periods: Vec<Period>,
    pub tables: Vec<TableShown>,
    /// Each word with what it means.
    pub classes: Vec<(&'static str, &'static str)>,
    pub erasures: Vec<(&'static str, &'static str)>,
}

/// For how long something is kept here.
#[derive(Debug, Clone, Serialize)]
pub struct Period {
    pub what: &'static str,
    pub text: String,
    /// The key in the configuration.
    pub key: &'static str,
}

#[derive(Debug, Clone, Serialize)]
pub struct TableShown {
    pub name: &'static str,
    pub purpose: &'static str,
    pub kept: String,
    pub groups: Vec<GroupShown>,
}

#[derive(Debug, Clone, Serialize)]
pub struct GroupShown {
    pub columns: Vec<&'static str>,
    pub class: &'static str,
    pub erasure: &'static str,
}

impl PrivacyPage {
    /// The page of a site with these periods. Tables that only hold facts are left out.
    pub fn of(rules: &Retention) -> Self {
        let group = |group: &Group| GroupShown {
            columns: group.columns.split_whitespace().collect(),
            class: group.class.as_str(),
            erasure: group.erasure.as_str(),
        };
        let personal =
            TABLES.iter().filter(|table| table.groups.iter().any(|group| group.class.is_personal()));
        let tables = personal.map(|table| TableShown {
            name: table.name,
            purpose: table.purpose,
            kept: table.keep.text(rules),
            groups: table.personal().map(group).collect(),
        });
        Self {
            periods: periods(rules),
            tables: tables.collect(),
            classes: Class::ALL.iter().map(|class| (class.as_str(), class.meaning())).collect(),
            erasures: AtErasure::ALL.iter().map(|word| (word.as_str(), word.meaning())).collect(),
        }
    }
}

fn periods(rules: &Retention) -> Vec<Period> {
    let period = |what, text, key| Period { what, text, key };
    let silent = match rules.silent_donor_years {
        0 => "until they ask to be forgotten".to_owned(),
        years => format!("{years} years after their last gift or promise"),
    };
    vec![
        period("Donors", silent, "retention.silent_donor_years"),
        period(
            "Who made a promise that brought nothing",
            format!("{} days after it ended", rules.unpaid_pledge_days),
            "retention.unpaid_pledge_days",
        ),
        period(
            "A forgotten donor on their receipts",
            format!("{} years after the year of issue", rules.receipt_years),
            "account.retention_years",
        ),
        period(
            "Gift Aid declarations",
            format!("{} years after they ended", rules.gift_aid_years),
            "retention.gift_aid_years",
        ),
        period(
            "Comments that are not shown",
            format!("{} days after the decision", rules.refused_comment_days),
            "retention.refused_comment_days",
        ),
        period("What gateways told", format!("{} days", rules.event_days), "retention.event_days"),
        period("What your programs were told", format!("{} days", rules.told_days), "retention.told_days"),
    ]
}
