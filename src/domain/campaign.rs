//! Campaigns: what is being raised for.

use super::article::Slug;
use super::ids::CampaignId;
use super::money::{Currency, Money, MoneyError};
use chrono::{DateTime, NaiveDate, Utc};

/// What is being raised for. Every pledge belongs to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// Its id.
    pub id: CampaignId,
    /// Its name in addresses and in the API.
    pub slug: Slug,
    /// Its name for readers.
    pub title: String,
    /// One or two sentences for readers.
    pub summary: String,
    /// What it wants to reach, if anything.
    pub goal: Option<Money>,
    /// First day on which it takes gifts.
    pub starts_on: Option<NaiveDate>,
    /// Last day on which it takes gifts.
    pub ends_on: Option<NaiveDate>,
    /// Suggested amounts, by currency in the order of display.
    pub suggestions: Vec<Money>,
    /// What donors are told once their gift arrived, plain text.
    pub thanks: Option<String>,
    /// What other currencies are worth in that of the goal, one rate for each; none without a goal.
    pub rates: Vec<ExchangeRate>,
}

/// Why a campaign takes no gift today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CampaignClosed {
    /// Its first day is still to come.
    #[error("this campaign starts on {0}")]
    NotStarted(NaiveDate),
    /// Its last day is over.
    #[error("this campaign ended on {0}")]
    Ended(NaiveDate),
}

impl Campaign {
    /// Whether a gift can be made on `today`, a day in the publisher's time zone.
    pub fn open_on(&self, today: NaiveDate) -> Result<(), CampaignClosed> {
        match (self.starts_on, self.ends_on) {
            (Some(first), _) if today < first => Err(CampaignClosed::NotStarted(first)),
            (_, Some(last)) if today > last => Err(CampaignClosed::Ended(last)),
            _ => Ok(()),
        }
    }

    /// The suggested amounts in one currency.
    pub fn suggestions_in(&self, currency: Currency) -> Vec<Money> {
        self.suggestions.iter().copied().filter(|amount| amount.currency() == currency).collect()
    }
}

/// What a campaign has received in one currency: a rollup that equals the fold of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CampaignTotal {
    /// Money that arrived, before refunds and fees.
    pub gross: Money,
    /// Money given back.
    pub refunded: Money,
    /// Number of donations that arrived.
    pub donations: i64,
    /// Last change.
    pub updated_at: DateTime<Utc>,
}

impl CampaignTotal {
    /// What arrived and stayed, before fees; below zero if more went back than came.
    pub fn net(&self) -> Money {
        Money::new(self.gross.minor().saturating_sub(self.refunded.minor()), self.gross.currency())
    }
}

/// Why a text is no rate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "“{0}” is not a rate; write a number above zero such as 0.92, with at most nine digits on each side of the point"
)]
pub struct RateError(String);

/// What one unit of a currency was worth in another on a day, and who says so. The other is that of the campaign's goal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExchangeRate {
    currency: Currency,
    /// The digits of the rate without its point.
    digits: i64,
    /// How many of them stand behind the point.
    decimals: u32,
    day: NaiveDate,
    source: String,
}

/// Most digits of a rate on either side of its point.
const RATE_DIGITS_MAX: usize = 9;

impl ExchangeRate {
    /// Reads a rate such as `0.92`.
    ///
    /// # Errors
    /// It is no number above zero, or has too many digits.
    pub fn parse(currency: Currency, rate: &str, day: NaiveDate, source: &str) -> Result<Self, RateError> {
        let (whole, behind) = rate.trim().split_once('.').unwrap_or((rate.trim(), "0"));
        let is_number = |text: &str| {
            (1..=RATE_DIGITS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        let digits = format!("{whole}{behind}").parse::<i64>().ok();
        let digits = digits.filter(|digits| *digits > 0 && is_number(whole) && is_number(behind));
        let decimals = u32::try_from(behind.len()).ok();
        let (Some(digits), Some(decimals)) = (digits, decimals) else {
            return Err(RateError(rate.to_owned()));
        };
        Ok(Self { currency, digits, decimals, day, source: source.to_owned() })
    }

    /// The currency of which it speaks.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The day of which it is.
    pub fn day(&self) -> NaiveDate {
        self.day
    }

    /// Who says so.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The rate for machines: `0.92`. [`ExchangeRate::parse`] reads it back.
    pub fn text(&self) -> String {
        let places = usize::try_from(self.decimals).unwrap_or_default();
        let all = format!("{:0>width$}", self.digits, width = places + 1);
        let (whole, behind) = all.split_at(all.len() - places);
        format!("{whole}.{behind}")
    }

    /// What money of its currency is worth in `into`, in whole minor units, rounded down: no more is shown than there is.
    ///
    /// # Errors
    /// The money is of another currency, or the result is too large.
    pub fn convert(&self, money: Money, into: Currency) -> Result<Money, MoneyError> {
        if money.currency() != self.currency {
            return Err(MoneyError::CurrencyMismatch { left: self.currency, right: money.currency() });
        }
        let ten = |power: u32| 10_i128.checked_pow(power).ok_or(MoneyError::TooLarge);
        let up = i128::from(self.digits).checked_mul(ten(into.exponent())?).ok_or(MoneyError::TooLarge)?;
        let down = ten(self.decimals + self.currency.exponent())?;
        let scaled = i128::from(money.minor()).checked_mul(up).ok_or(MoneyError::TooLarge)?;
        let minor = i64::try_from(scaled.div_euclid(down)).map_err(|_overflow| MoneyError::TooLarge)?;
        Ok(Money::new(minor, into))
    }
}

/// How far a campaign has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// What it wants to reach.
    pub goal: Option<Money>,
    /// What arrived and stayed, in the currency of the goal, with what was converted; none without a goal.
    pub raised: Option<Money>,
    /// What of it came in other currencies.
    pub converted: Vec<Converted>,
    /// Money that is not in `raised`, because nobody said what it is worth there: one sum for each currency.
    pub beside: Vec<Money>,
    /// Gifts that arrived, those among them that were given back.
    pub gifts: i64,
}

/// Money of another currency than the goal's, and what it is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converted {
    /// As it came.
    pub net: Money,
    /// In the currency of the goal.
    pub worth: Money,
    /// By which rate.
    pub rate: ExchangeRate,
}

impl Progress {
    /// What the totals of a campaign come to. No money is left out: what cannot be converted stands beside.
    pub fn of(campaign: &Campaign, totals: &[CampaignTotal]) -> Self {
        let mut progress = Self {
            goal: campaign.goal,
            raised: campaign.goal.map(|goal| Money::zero(goal.currency())),
            converted: Vec::new(),
            beside: Vec::new(),
            gifts: totals.iter().map(|total| total.donations).sum(),
        };
        for net in totals.iter().map(CampaignTotal::net).filter(|net| !net.is_zero()) {
            progress.count(net, &campaign.rates);
        }
        progress
    }

    fn count(&mut self, net: Money, rates: &[ExchangeRate]) {
        let Some(raised) = self.raised else {
            self.beside.push(net);
            return;
        };
        if let Ok(sum) = raised.plus(net) {
            self.raised = Some(sum);
            return;
        }
        let rate = rates.iter().find(|rate| rate.currency() == net.currency());
        let worth = rate.and_then(|rate| Some((rate, rate.convert(net, raised.currency()).ok()?)));
        match worth.and_then(|(rate, worth)| Some((rate, worth, raised.plus(worth).ok()?))) {
            Some((rate, worth, sum)) => {
                self.raised = Some(sum);
                self.converted.push(Converted { net, worth, rate: rate.clone() });
            }
            None => self.beside.push(net),
        }
    }

    /// How much of the goal that is, in whole percent, rounded down; above 100 once it is reached and passed.
    pub fn percent(&self) -> Option<i64> {
        let (goal, raised) = (self.goal.filter(|goal| goal.is_positive())?, self.raised?);
        let percent = i128::from(raised.minor().max(0)) * 100 / i128::from(goal.minor());
        Some(i64::try_from(percent).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(minor: i64, code: &str) -> Money {
        Money::new(minor, Currency::parse(code).unwrap())
    }

    fn rate(code: &str, text: &str) -> ExchangeRate {
        let day = NaiveDate::from_ymd_opt(2026, 6, 1).unwrap();
        ExchangeRate::parse(Currency::parse(code).unwrap(), text, day, "ECB").unwrap()
    }

    fn campaign(goal: Option<Money>, rates: Vec<ExchangeRate>) -> Campaign {
        Campaign {
            id: "cmp_01KV5BJH80EQ75JV2581H6HJZ9".parse().unwrap(),
            slug: Slug::parse("fund").unwrap(),
            title: "Fund".into(),
            summary: String::new(),
            goal,
            starts_on: None,
            ends_on: None,
            suggestions: Vec::new(),
            thanks: None,
            rates,
        }
    }

    fn total(gross: Money, back: i64, donations: i64) -> CampaignTotal {
        let refunded = Money::new(back, gross.currency());
        CampaignTotal { gross, refunded, donations, updated_at: DateTime::UNIX_EPOCH }
    }

    #[test]
    fn a_rate_is_a_number_above_zero_and_reads_back() {
        for text in ["0.92", "1.0", "123456789.123456789", "0.000000001"] {
            assert_eq!(rate("USD", text).text(), text);
        }
        assert_eq!(rate("JPY", " 2 ").text(), "2.0");
        let day = NaiveDate::from_ymd_opt(2026, 6, 1).unwrap();
        for bad in
            ["", "0", "0.0", ".5", "5.", "-1", "+1", "1,2", "1e3", "1234567890", "0.0000000001", "1.2.3"]
        {
            let read = ExchangeRate::parse(Currency::parse("USD").unwrap(), bad, day, "ECB");
            assert_eq!(read, Err(RateError(bad.to_owned())), "{bad}");
        }
    }

    #[test]
    fn money_is_converted_between_exponents_and_rounded_down() {
        let into = |code: &str| Currency::parse(code).unwrap();
        assert_eq!(rate("USD", "0.92").convert(money(1_001, "USD"), into("EUR")), Ok(money(920, "EUR")));
        assert_eq!(rate("JPY", "0.0061").convert(money(1_000, "JPY"), into("EUR")), Ok(money(610, "EUR")));
        assert_eq!(rate("KWD", "3").convert(money(1_000, "KWD"), into("JPY")), Ok(money(3, "JPY")));
        let most = rate("KWD", "999999999").convert(money(i64::MAX, "KWD"), into("EUR"));
        assert_eq!(most, Err(MoneyError::TooLarge));
        assert!(rate("USD", "1").convert(money(1, "GBP"), into("EUR")).is_err());
    }

    #[test]
    fn no_money_is_left_out_of_the_progress() {
        let totals = [
            total(money(60_000, "EUR"), 10_000, 3),
            total(money(10_000, "USD"), 0, 1),
            total(money(5_000, "GBP"), 0, 1),
            total(money(700, "CHF"), 700, 1),
        ];
        let with_goal = campaign(Some(money(100_000, "EUR")), vec![rate("USD", "0.5")]);
        let progress = Progress::of(&with_goal, &totals);
        assert_eq!(progress.raised, Some(money(55_000, "EUR")));
        assert_eq!(progress.percent(), Some(55));
        assert_eq!(progress.converted.len(), 1);
        assert_eq!(progress.beside, [money(5_000, "GBP")]);
        assert_eq!(progress.gifts, 6);

        let without = Progress::of(&campaign(None, Vec::new()), &totals);
        assert_eq!((without.raised, without.percent()), (None, None));
        assert_eq!(without.beside, [money(50_000, "EUR"), money(10_000, "USD"), money(5_000, "GBP")]);
    }

    #[test]
    fn more_than_the_goal_is_more_than_a_hundred_and_less_than_nothing_is_nothing() {
        let fund = campaign(Some(money(1_000, "EUR")), Vec::new());
        let percent = |gross, back| Progress::of(&fund, &[total(money(gross, "EUR"), back, 1)]).percent();
        assert_eq!(percent(2_500, 0), Some(250));
        assert_eq!(percent(999, 0), Some(99));
        assert_eq!(percent(100, 200), Some(0));
    }
}
