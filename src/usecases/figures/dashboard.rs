//! The first page: how support is doing, in one look. Read from sums, on one snapshot.

use super::behind::{Campaigns, only};
use super::reports::Part;
use crate::domain::figures::{Filter, Grain, Period, Rhythm, Sums};
use crate::domain::member::Platform;
use crate::domain::money::Currency;
use crate::domain::patron::{Month, MonthTotal};
use crate::store::external_members::Twice;
use crate::store::reports::attention::{self, Health, Open, Recent};
use crate::store::reports::{self, By, Line};
use crate::store::{Conn, StoreError, campaigns, external_members, external_moves, patrons};
use crate::usecases::patrons::figures::{MonthFigures, folded, standing_in};
use crate::usecases::{Context, UseCaseError};
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::{BTreeMap, BTreeSet};

const PATREON: Platform = Platform::Patreon;
/// The latest payments that are shown.
const RECENT: i64 = 10;
/// Months behind this one that are shown as a curve.
const MONTHS: usize = 13;

/// Everything on the first page.
#[derive(Debug, Clone)]
pub struct Dashboard {
    /// Today, in the publisher's time zone.
    pub today: NaiveDate,
    /// What arrived, by currency: the currency of the site first.
    pub received: Vec<Received>,
    /// Recurring support by currency, in the same order.
    pub support: Vec<Support>,
    /// Members at Patreon by currency, in the same order, as recurring support is told. What they pay is not in the books.
    pub elsewhere: Vec<Support>,
    /// Those of them who are patrons here, too.
    pub twice: Vec<Twice>,
    /// Where the money of this month went: by campaign.
    pub by_campaign: Vec<Part>,
    /// By which way it came.
    pub by_gateway: Vec<Part>,
    /// Which article led to it.
    pub by_article: Vec<Part>,
    /// The latest payments.
    pub recent: Vec<Recent>,
    /// What waits for a person.
    pub open: Open,
    /// Until when the next dispute must be answered.
    pub deadline: Option<DateTime<Utc>>,
    /// How the gateways that are on are doing.
    pub health: Vec<Health>,
}

/// What arrived in one currency.
#[derive(Debug, Clone)]
pub struct Received {
    /// The currency.
    pub currency: Currency,
    /// This month until today.
    pub so_far: Split,
    /// The same days of the month before.
    pub same_days: Split,
    /// The month before, as a whole.
    pub month_before: Split,
    /// The same days a year ago.
    pub year_before: Split,
    /// The thirteen months up to this one: the first day of each, gifts, and recurring support.
    pub months: Vec<(NaiveDate, Sums, Sums)>,
}

/// Gifts and recurring support of one period, and where their rows are.
#[derive(Debug, Clone)]
pub struct Split {
    /// The days.
    pub period: Period,
    /// Gifts.
    pub once: Sums,
    /// Payments of recurring support.
    pub recurring: Sums,
    /// The rows of both.
    pub behind: String,
    /// The rows of the gifts.
    pub behind_once: String,
    /// The rows of recurring support.
    pub behind_recurring: String,
}

impl Split {
    /// Both together.
    pub fn all(&self) -> Sums {
        self.once.plus(self.recurring)
    }
}

/// Recurring support in one currency.
#[derive(Debug, Clone)]
pub struct Support {
    /// This month until today.
    pub now: MonthFigures,
    /// The month before, if anything was known then.
    pub before: Option<MonthFigures>,
    /// What it came to at the end of each of the thirteen months up to this one, in minor units.
    pub months: Vec<(NaiveDate, i64)>,
}

/// Reads the first page.
pub async fn dashboard(ctx: &Context) -> Result<Dashboard, UseCaseError> {
    let today = ctx.day_of(ctx.now());
    let gateways: Vec<_> = ctx.gateways.kinds().collect();
    let first = ctx.policy.default_currency;
    Ok(ctx
        .db
        .read(move |conn| {
            let titles = Campaigns::of(campaigns::all(conn)?);
            let received = received(conn, &titles, today, first)?;
            let month = Period { from: Grain::Month.first(today), until: today };
            let parts = |conn: &mut Conn, by: By| -> Result<Vec<Part>, StoreError> {
                let lines = reports::sums(conn, month, &Filter::default(), &[by])?;
                Ok(Part::of(lines, month, &titles, (&Filter::default(), first)))
            };
            Ok::<_, StoreError>(Dashboard {
                today,
                support: support(|until| patrons::months(conn, until), today, first)?,
                elsewhere: support(|until| external_moves::months(conn, PATREON, until), today, first)?,
                twice: external_members::counted_twice(conn, PATREON)?,
                by_campaign: parts(conn, By::Campaign)?,
                by_gateway: parts(conn, By::Gateway)?,
                by_article: parts(conn, By::Article)?,
                recent: attention::recent(conn, RECENT)?,
                open: attention::open(conn)?,
                deadline: attention::next_deadline(conn)?,
                health: attention::health(conn, &gateways)?,
                received,
            })
        })
        .await?)
}

/// The months that curves show, by their first days.
fn months_until(today: NaiveDate) -> Vec<NaiveDate> {
    let year = Period::month_of(today).months_before(u32::try_from(MONTHS - 1).unwrap_or(12));
    Period { from: year.from, until: today }.steps(Grain::Month)
}

fn received(
    conn: &mut Conn,
    titles: &Campaigns,
    today: NaiveDate,
    first: Currency,
) -> Result<Vec<Received>, StoreError> {
    let so_far = Period { from: Grain::Month.first(today), until: today };
    let month_before = Period::month_of(today).months_before(1);
    let periods = [so_far, so_far.months_before(1), month_before, so_far.months_before(12)];
    let mut found = Vec::new();
    for period in periods {
        found.push(reports::sums(conn, period, &Filter::default(), &[By::Rhythm])?);
    }
    let months = months_until(today);
    let span =
        Period { from: months.first().copied().unwrap_or(today), until: Period::month_of(today).until };
    let curve = reports::sums(conn, span, &Filter::default(), &[By::Time(Grain::Month), By::Rhythm])?;
    let mut currencies: BTreeSet<(bool, Currency)> =
        curve.iter().map(|l| (l.currency != first, l.currency)).collect();
    currencies.insert((false, first));
    let of = |currency: Currency, index: usize| {
        let period = periods.get(index).copied().unwrap_or(so_far);
        split(found.get(index).map(Vec::as_slice).unwrap_or_default(), period, currency, titles)
    };
    let one = |(_, currency): (bool, Currency)| Received {
        currency,
        so_far: of(currency, 0),
        same_days: of(currency, 1),
        month_before: of(currency, 2),
        year_before: of(currency, 3),
        months: by_month(&curve, &months, currency),
    };
    Ok(currencies.into_iter().map(one).collect())
}

fn split(lines: &[Line], period: Period, currency: Currency, titles: &Campaigns) -> Split {
    let of = |rhythm| {
        let mut of = lines.iter().filter(|line| line.currency == currency && line.rhythm == Some(rhythm));
        of.next().map(|line| line.sums).unwrap_or_default()
    };
    let filter = Filter { currency: Some(currency), ..Filter::default() };
    Split {
        period,
        once: of(Rhythm::Once),
        recurring: of(Rhythm::Recurring),
        behind: titles.behind(period, &filter),
        behind_once: titles.behind(period, &only(&filter, Rhythm::Once)),
        behind_recurring: titles.behind(period, &only(&filter, Rhythm::Recurring)),
    }
}

fn by_month(curve: &[Line], months: &[NaiveDate], currency: Currency) -> Vec<(NaiveDate, Sums, Sums)> {
    let lines = curve.iter().filter(|line| line.currency == currency);
    let known: BTreeMap<_, Sums> = lines.map(|line| ((line.first_on, line.rhythm), line.sums)).collect();
    let of = |month: NaiveDate, rhythm| known.get(&(Some(month), Some(rhythm))).copied().unwrap_or_default();
    months.iter().map(|month| (*month, of(*month, Rhythm::Once), of(*month, Rhythm::Recurring))).collect()
}

/// Recurring support, from its sums by month.
fn support(
    months: impl FnOnce(&Month) -> Result<Vec<MonthTotal>, StoreError>,
    today: NaiveDate,
    first: Currency,
) -> Result<Vec<Support>, StoreError> {
    let this = Month::of(today);
    let before = Month::of(Period::month_of(today).months_before(1).from);
    let figures = folded(months(&this)?);
    let mut all = Vec::new();
    for (currency, known) in figures {
        let Some(now) = standing_in(&known, &this) else { continue };
        let at = |month: &NaiveDate| {
            let stood = standing_in(&known, &Month::of(*month));
            (*month, stood.map(|month| month.recurring.minor()).unwrap_or_default())
        };
        let months = months_until(today).iter().map(at).collect();
        all.push((currency != first, Support { before: standing_in(&known, &before), now, months }));
    }
    all.sort_by_key(|(behind, _)| *behind);
    Ok(all.into_iter().map(|(_, support)| support).collect())
}
