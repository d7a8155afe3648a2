//! Receipts: numbered, frozen documents. What is on one never changes; a correction is a new receipt.

use super::ids::{DonationId, ReceiptId};
use super::money::{Currency, Money};
use super::tier::Benefit;
use super::words;
use chrono::{DateTime, NaiveDate, Utc};
use std::fmt;
use std::str::FromStr;

/// The number of a receipt: gap-free within its series and year.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ReceiptNumber {
    /// Which sequence, such as `R`.
    pub series: String,
    /// The year of issue in the publisher's time zone.
    pub year: i32,
    /// 1, 2, 3 …
    pub number: i64,
}

impl fmt::Display for ReceiptNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}-{:06}", self.series, self.year, self.number)
    }
}

/// A text that is no receipt number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a receipt number; it reads like R2026-000001")]
pub struct ReceiptNumberError(String);

impl FromStr for ReceiptNumber {
    type Err = ReceiptNumberError;
    fn from_str(text: &str) -> Result<Self, ReceiptNumberError> {
        let refused = || ReceiptNumberError(text.chars().take(40).collect());
        let (head, number) = text.trim().rsplit_once('-').ok_or_else(refused)?;
        let at = head.len().checked_sub(4).ok_or_else(refused)?;
        let (series, year) = head.split_at_checked(at).ok_or_else(refused)?;
        Ok(Self {
            series: series.to_owned(),
            year: year.parse().map_err(|_not_a_year| refused())?,
            number: number.parse().map_err(|_not_a_number| refused())?,
        })
    }
}

words! {
    /// Where a receipt stands.
    ReceiptStatus {
        /// Made; the mail is on its way.
        Issued = "issued",
        /// Handed to the mail server.
        Sent = "sent",
        /// Taken back: the whole gift was refunded.
        Voided = "voided",
        /// Taken back for a corrected one.
        Replaced = "replaced",
    }
}

impl ReceiptStatus {
    /// True while the donor may rely on it.
    pub fn is_live(self) -> bool {
        match self {
            Self::Issued | Self::Sent => true,
            Self::Voided | Self::Replaced => false,
        }
    }
}

/// A receipt on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Its id.
    pub id: ReceiptId,
    /// The donation it proves.
    pub donation: DonationId,
    /// Its number.
    pub number: ReceiptNumber,
    /// Where it stands.
    pub status: ReceiptStatus,
    /// What it says.
    pub snapshot: ReceiptSnapshot,
    /// The receipt it corrects.
    pub replaces: Option<ReceiptId>,
    /// When it was made.
    pub issued_at: DateTime<Utc>,
}

/// Everything that is printed on a receipt, frozen when it was made.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ReceiptSnapshot {
    /// Its number as printed.
    pub number: String,
    /// Day of issue in the publisher's time zone.
    pub issued_on: NaiveDate,
    /// Who received the gift.
    pub organisation: Organisation,
    /// Who gave.
    pub donor_name: Option<String>,
    /// Where the receipt goes.
    pub donor_email: String,
    /// What it was given for.
    pub campaign: String,
    /// The day the money arrived, in the publisher's time zone.
    pub received_on: NaiveDate,
    /// By which way, as an identifier (`bank_transfer`).
    pub method: String,
    /// What was paid.
    pub gross: FrozenMoney,
    /// What was given back until this receipt was made.
    pub refunded: FrozenMoney,
    /// What this receipt is for.
    pub net: FrozenMoney,
    /// The part of `gross` that covers the gateway's fee.
    pub fee_cover: Option<FrozenMoney>,
    /// In whose name it was given: kind and name.
    pub tribute: Option<(String, String)>,
    /// The number of the receipt it corrects.
    pub replaces: Option<String>,
    /// Language of the document, a BCP 47 tag.
    pub locale: String,
    /// What the tax law of the United States wants said; none where it is not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledgement: Option<Acknowledgement>,
}

/// What the tax law of the United States wants said about a gift.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Acknowledgement {
    /// The publisher's Employer Identification Number.
    pub ein: String,
    /// What the donor receives for this payment that would cost something, and what.
    pub received: Vec<(String, FrozenMoney)>,
    /// Whether they receive something of insubstantial value besides.
    pub trifles: bool,
    /// The part of the gift that can be deducted; none if what they receive is valued in another currency.
    pub deductible: Option<FrozenMoney>,
}

impl Acknowledgement {
    /// For a payment of which `net` is left, of somebody with these benefits who pays so often a year. The value of a benefit
    /// is that of a year; a part of a unit counts as a whole one, so that no donor deducts too much.
    ///
    /// # Errors
    /// `UnknownCurrency` if a value is in none.
    pub fn of(
        ein: &str,
        benefits: &[Benefit],
        payments_a_year: i64,
        net: Money,
    ) -> Result<Self, super::money::MoneyError> {
        let mut received = Vec::new();
        let mut left = Some(net.minor());
        for benefit in benefits {
            let Some(value) = &benefit.fair_value else { continue };
            let currency = Currency::parse(&value.currency)?;
            let times = payments_a_year.max(1);
            let share = value.minor.saturating_add(times - 1).checked_div(times).unwrap_or_default();
            left = left.filter(|_| currency == net.currency()).map(|left| left.saturating_sub(share).max(0));
            received.push((benefit.text.clone(), Money::new(share, currency).into()));
        }
        let trifles = benefits.iter().any(|benefit| benefit.fair_value.is_none());
        let deductible = left.map(|left| Money::new(left, net.currency()).into());
        Ok(Self { ein: ein.to_owned(), received, trifles, deductible })
    }
}

/// The legal details of the publisher as they were at the time.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Organisation {
    /// Legal name.
    pub name: String,
    /// Lines of the address.
    pub address: Vec<String>,
    /// Registration or tax number, with its label.
    pub registration: Option<String>,
    /// The sentence that the law or the auditor wants on a receipt.
    pub statement: Option<String>,
}

/// Money inside a frozen document.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FrozenMoney {
    minor: i64,
    currency: String,
}

impl From<Money> for FrozenMoney {
    fn from(money: Money) -> Self {
        Self { minor: money.minor(), currency: money.currency().code().to_owned() }
    }
}

impl TryFrom<&FrozenMoney> for Money {
    type Error = super::money::MoneyError;
    fn try_from(frozen: &FrozenMoney) -> Result<Self, Self::Error> {
        Ok(Self::new(frozen.minor, Currency::parse(&frozen.currency)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_reads_back() {
        let number = ReceiptNumber { series: "R".into(), year: 2026, number: 42 };
        assert_eq!(number.to_string(), "R2026-000042");
        assert_eq!("R2026-000042".parse(), Ok(number));
        for bad in ["", "R", "2026", "R-1", "R2026-", "Rabcd-1"] {
            assert!(bad.parse::<ReceiptNumber>().is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_received_is_taken_from_what_can_be_deducted_and_never_too_little_of_it() {
        let usd = |minor| Money::new(minor, Currency::parse("USD").unwrap());
        let benefit = |text: &str, value: Option<(i64, &str)>| Benefit {
            text: text.into(),
            fair_value: value
                .map(|(minor, code)| super::super::tier::FairValue { minor, currency: code.into() }),
        };
        let book = [benefit("A yearbook", Some((1_000, "USD"))), benefit("Letters", None)];

        let monthly = Acknowledgement::of("12-3456789", &book, 12, usd(2_500)).unwrap();
        let nothing = Acknowledgement::of("12-3456789", &[], 1, usd(2_500)).unwrap();
        let euros = [benefit("A yearbook", Some((1_000, "EUR")))];
        let euros = Acknowledgement::of("12-3456789", &euros, 1, usd(2_500)).unwrap();
        let small = Acknowledgement::of("12-3456789", &book, 1, usd(500)).unwrap();

        assert_eq!(monthly.received, [("A yearbook".into(), usd(84).into())]);
        assert_eq!((monthly.deductible, monthly.trifles), (Some(usd(2_416).into()), true));
        assert_eq!((nothing.received.len(), nothing.deductible), (0, Some(usd(2_500).into())));
        assert_eq!(euros.deductible, None, "nothing is reckoned across currencies");
        assert_eq!(small.deductible, Some(usd(0).into()));
    }
}
