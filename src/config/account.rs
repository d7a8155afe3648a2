//! `[account]`: the donor's own pages.

use super::merge::Layers;

/// The donor's own pages.
#[derive(Clone, Debug)]
pub struct Account {
    /// Minutes without a visit after which a donor is signed out.
    pub session_idle_minutes: u32,
    /// Hours from signing in after which a donor is signed out in any case.
    pub session_hours: u32,
    /// Whether yearly statements are mailed in January.
    pub statements_by_mail: bool,
}

impl Account {
    pub(super) fn read(layers: &mut Layers) -> Option<Self> {
        let session_idle_minutes = layers.number("account.session_idle_minutes", 1..=1440);
        let session_hours = layers.number("account.session_hours", 1..=720);
        let statements_by_mail = Some(layers.boolean("account.statements_by_mail"));
        Some(Self {
            session_idle_minutes: session_idle_minutes?,
            session_hours: session_hours?,
            statements_by_mail: statements_by_mail?,
        })
    }
}
