//! For how long what is kept. A job carries it out by the hour (`usecases/retention.rs`).

/// The periods of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Days for which the bodies of gateways' events are kept.
    pub event_days: u16,
    /// Days after the end of a promise that brought no money for which it is known whose it was.
    pub unpaid_pledge_days: u16,
    /// Days for which it is kept what other programs were told.
    pub told_days: u16,
    /// Years without a gift after which a donor is forgotten; 0: never.
    pub silent_donor_years: u16,
    /// Years after the end of a declaration of Gift Aid for which it is kept.
    pub gift_aid_years: u16,
    /// Days after its decision for which a comment that is not shown is kept.
    pub refused_comment_days: u16,
    /// Years after the year of issue for which receipts stay as they are.
    pub receipt_years: i32,
}

impl Retention {
    /// What a site begins with; the same as in `config/default.toml`.
    pub const DEFAULT: Self = Self {
        event_days: 400,
        unpaid_pledge_days: 180,
        told_days: 30,
        silent_donor_years: 0,
        gift_aid_years: 7,
        refused_comment_days: 30,
        receipt_years: 10,
    };
}
