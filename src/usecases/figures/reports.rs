//! Reports: each on one snapshot, every figure with the address of the rows that it is made of.

use super::behind::{Campaigns, only};
use crate::domain::article::Slug;
use crate::domain::campaign::Campaign;
use crate::domain::figures::{Filter, Grain, Period, Rhythm, Sums};
use crate::domain::ids::CampaignId;
use crate::domain::member::Platform;
use crate::domain::money::Currency;
use crate::domain::patron::Month;
use crate::domain::pledge::GatewayKind;
use crate::store::reports::donors::{self, DonorYear, Lapse, Lapsed, LapsedTotal};
use crate::store::reports::gifts::{self, Sizes};
use crate::store::reports::{self, By, Line};
use crate::store::{Conn, StoreError, campaigns, external_moves, patrons};
use crate::usecases::patrons::figures::{Cohort, MonthFigures, cohorts_of, folded};
use crate::usecases::{Context, UseCaseError};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// Longer times than this are shown by the month.
const DAYS_SHOWN: i64 = 93;
/// Lapsed donors that are shown; a file has them all.
const LAPSED_SHOWN: i64 = 100;

/// What a report is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The days.
    pub period: Period,
    /// Which payments.
    pub filter: Filter,
}

/// What a part of the whole is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// A campaign: its name and its title.
    Campaign(CampaignId, String),
    /// A gateway.
    Gateway(GatewayKind),
    /// An article; none for gifts that no article led to.
    Article(Option<Slug>),
}

/// A part of the whole, in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub key: Key,
    /// The currency of the sums.
    pub currency: Currency,
    /// Its sums.
    pub sums: Sums,
    /// Its rows.
    pub behind: String,
}

impl Part {
    /// The parts that sums were told apart by: the currency `first` first, the largest first.
    pub(super) fn of(
        lines: Vec<Line>,
        period: Period,
        titles: &Campaigns,
        (filter, first): (&Filter, Currency),
    ) -> Vec<Self> {
        let part = |line: Line| {
            let mut of = Filter { currency: Some(line.currency), ..filter.clone() };
            let mut behind = None;
            let key = if let Some(id) = line.campaign {
                of.campaign = Some(id);
                Key::Campaign(id, titles.title(id).to_owned())
            } else if let Some(gateway) = line.gateway {
                of.gateway = Some(gateway);
                Key::Gateway(gateway)
            } else {
                of.article.clone_from(&line.article);
                if line.article.is_none() {
                    behind = Some(titles.behind_no_article(period, &of));
                }
                Key::Article(line.article)
            };
            let behind = behind.unwrap_or_else(|| titles.behind(period, &of));
            Self { key, currency: line.currency, sums: line.sums, behind }
        };
        let mut parts: Vec<Self> =
            lines.into_iter().filter(|line| !line.sums.is_nothing()).map(part).collect();
        parts.sort_by_key(|part| {
            (part.currency != first, part.currency, -part.sums.gross, part.behind.clone())
        });
        parts
    }
}

/// A report on parts of the whole, with the whole.
#[derive(Debug, Clone)]
pub struct Parts {
    /// The parts.
    pub parts: Vec<Part>,
    /// All together, by currency.
    pub totals: Vec<(Currency, Sums, String)>,
    /// The campaigns there are.
    pub campaigns: Campaigns,
    /// Goals of campaigns, and what was ever kept towards them, where one has a goal.
    pub goals: Vec<Campaign>,
}

/// By campaign, gateway or article.
pub async fn parts(ctx: &Context, ask: Ask, by: By) -> Result<Parts, UseCaseError> {
    let first = ctx.policy.default_currency;
    Ok(ctx
        .db
        .read(move |conn| {
            let goals = campaigns::all(conn)?;
            let titles = Campaigns::of(goals.clone());
            let lines = reports::sums(conn, ask.period, &ask.filter, &[by])?;
            let parts = Part::of(lines, ask.period, &titles, (&ask.filter, first));
            let totals = totals(&parts, &titles, &ask);
            Ok::<_, StoreError>(Parts { parts, totals, campaigns: titles, goals })
        })
        .await?)
}

fn totals(parts: &[Part], titles: &Campaigns, ask: &Ask) -> Vec<(Currency, Sums, String)> {
    let mut order: Vec<Currency> = Vec::new();
    let mut sums: BTreeMap<Currency, Sums> = BTreeMap::new();
    for part in parts {
        if !sums.contains_key(&part.currency) {
            order.push(part.currency);
        }
        let sum = sums.entry(part.currency).or_default();
        *sum = sum.plus(part.sums);
    }
    let total = |currency: Currency| {
        let filter = Filter { currency: Some(currency), ..ask.filter.clone() };
        (currency, sums.get(&currency).copied().unwrap_or_default(), titles.behind(ask.period, &filter))
    };
    order.into_iter().map(total).collect()
}

/// What arrived in each day or month.
#[derive(Debug, Clone)]
pub struct Timeline {
    /// How long a step is.
    pub grain: Grain,
    /// One curve for each currency.
    pub curves: Vec<Curve>,
    /// The campaigns there are.
    pub campaigns: Campaigns,
}

/// One currency through time.
#[derive(Debug, Clone)]
pub struct Curve {
    /// The currency.
    pub currency: Currency,
    /// Every step, those without money too.
    pub steps: Vec<Step>,
    /// All together.
    pub total: Sums,
}

/// One day or month.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its first day.
    pub on: NaiveDate,
    /// Gifts.
    pub once: Sums,
    /// Recurring support.
    pub recurring: Sums,
    /// The rows of both.
    pub behind: String,
}

impl Step {
    /// Both together.
    pub fn all(&self) -> Sums {
        self.once.plus(self.recurring)
    }
}

/// What arrived, by day or, for longer times, by month.
pub async fn timeline(ctx: &Context, ask: Ask) -> Result<Timeline, UseCaseError> {
    let first = ctx.policy.default_currency;
    let grain = if ask.period.days() > DAYS_SHOWN { Grain::Month } else { Grain::Day };
    Ok(ctx
        .db
        .read(move |conn| {
            let titles = Campaigns::of(campaigns::all(conn)?);
            let lines = reports::sums(conn, ask.period, &ask.filter, &[By::Time(grain), By::Rhythm])?;
            let currencies: BTreeSet<(bool, Currency)> =
                lines.iter().map(|line| (line.currency != first, line.currency)).collect();
            let curves =
                currencies.into_iter().map(|(_, currency)| curve(&lines, currency, grain, (&ask, &titles)));
            Ok::<_, StoreError>(Timeline { grain, curves: curves.collect(), campaigns: titles })
        })
        .await?)
}

fn curve(lines: &[Line], currency: Currency, grain: Grain, (ask, titles): (&Ask, &Campaigns)) -> Curve {
    let known: BTreeMap<_, Sums> = lines
        .iter()
        .filter(|line| line.currency == currency)
        .map(|line| ((line.first_on, line.rhythm), line.sums))
        .collect();
    let of = |on: NaiveDate, rhythm| known.get(&(Some(on), Some(rhythm))).copied().unwrap_or_default();
    let filter = Filter { currency: Some(currency), ..ask.filter.clone() };
    let step = |on: NaiveDate| {
        let whole = match grain {
            Grain::Day => Period { from: on, until: on },
            Grain::Month => Period::month_of(on),
        };
        let period =
            Period { from: whole.from.max(ask.period.from), until: whole.until.min(ask.period.until) };
        Step {
            on,
            once: of(on, Rhythm::Once),
            recurring: of(on, Rhythm::Recurring),
            behind: titles.behind(period, &filter),
        }
    };
    let steps: Vec<Step> = ask.period.steps(grain).into_iter().map(step).collect();
    let total = steps.iter().fold(Sums::default(), |sum, step| sum.plus(step.all()));
    Curve { currency, steps, total }
}

/// How large gifts are, in one currency and rhythm.
#[derive(Debug, Clone)]
pub struct GiftSizes {
    /// The currency.
    pub currency: Currency,
    /// Gifts, or payments of recurring support.
    pub rhythm: Rhythm,
    /// How large.
    pub sizes: Sizes,
    /// The bounds of the groups, in minor units.
    pub bounds: Vec<i64>,
    /// How many are in each group: below the first bound, between two, above the last.
    pub groups: Vec<i64>,
    /// The rows.
    pub behind: String,
}

impl GiftSizes {
    /// The mean, in minor units, rounded down.
    pub fn average(&self) -> i64 {
        self.sizes.total.checked_div(self.sizes.count).unwrap_or_default()
    }
}

/// Average, median and spread of gifts.
#[derive(Debug, Clone)]
pub struct Gifts {
    /// Each currency and rhythm that has any.
    pub sizes: Vec<GiftSizes>,
    /// The campaigns there are.
    pub campaigns: Campaigns,
}

/// How large gifts are.
pub async fn gifts(ctx: &Context, ask: Ask) -> Result<Gifts, UseCaseError> {
    let first = ctx.policy.default_currency;
    Ok(ctx
        .db
        .read(move |conn| {
            let titles = Campaigns::of(campaigns::all(conn)?);
            let lines = reports::sums(conn, ask.period, &ask.filter, &[By::Rhythm])?;
            let mut wanted: Vec<(bool, Currency, Rhythm)> = lines
                .iter()
                .filter(|line| line.sums.donations > 0)
                .filter_map(|line| Some((line.currency != first, line.currency, line.rhythm?)))
                .collect();
            wanted.sort();
            let mut sizes = Vec::new();
            for (_, currency, rhythm) in wanted {
                sizes.extend(sizes_of(conn, &ask, &titles, (currency, rhythm))?);
            }
            Ok::<_, StoreError>(Gifts { sizes, campaigns: titles })
        })
        .await?)
}

fn sizes_of(
    conn: &mut Conn,
    ask: &Ask,
    titles: &Campaigns,
    (currency, rhythm): (Currency, Rhythm),
) -> Result<Option<GiftSizes>, StoreError> {
    let bounds = bounds(currency);
    let Some(sizes) = gifts::sizes(conn, ask.period, &ask.filter, (currency, rhythm), &bounds)? else {
        return Ok(None);
    };
    let up_to = sizes.below.iter().copied().chain([sizes.count]);
    let before = std::iter::once(0).chain(sizes.below.iter().copied());
    let groups = up_to.zip(before).map(|(up_to, before)| up_to.saturating_sub(before)).collect();
    let filter = Filter { currency: Some(currency), ..only(&ask.filter, rhythm) };
    let behind = titles.behind(ask.period, &filter);
    Ok(Some(GiftSizes { currency, rhythm, sizes, bounds, groups, behind }))
}

/// The bounds between small and large gifts, in minor units. A yen is worth about a cent.
fn bounds(currency: Currency) -> Vec<i64> {
    let unit = if currency.exponent() == 0 { 100 } else { 10_i64.saturating_pow(currency.exponent()) };
    [5, 10, 20, 50, 100, 250, 500].iter().map(|bound: &i64| bound.saturating_mul(unit)).collect()
}

/// Who stays: patrons by the month in which they joined, donors by year.
#[derive(Debug, Clone)]
pub struct Retention {
    /// Patrons.
    pub cohorts: Vec<Cohort>,
    /// Donors.
    pub years: Vec<DonorYear>,
    /// Members elsewhere by month: counted as patrons are, and apart from them.
    pub members: BTreeMap<Currency, Vec<MonthFigures>>,
    /// The month up to which patrons are shown.
    pub until: Month,
}

/// Who stays.
pub async fn retention(ctx: &Context) -> Result<Retention, UseCaseError> {
    let until = Month::of(ctx.day_of(ctx.now()));
    Ok(ctx
        .db
        .read(move |conn| {
            let cohorts = cohorts_of(patrons::months(conn, &until)?);
            let members = folded(external_moves::months(conn, Platform::Patreon, &until)?);
            Ok::<_, StoreError>(Retention { cohorts, years: donors::years(conn)?, members, until })
        })
        .await?)
}

/// Which donors who gave before are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LapseKind {
    /// Last year, but unfortunately not this.
    Lybunt,
    /// Some year, but unfortunately not this.
    Sybunt,
}

impl LapseKind {
    /// The word for it in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lybunt => "lybunt",
            Self::Sybunt => "sybunt",
        }
    }

    /// In which days they gave and did not give, seen from a year.
    pub fn lapse(self, year: i32) -> Lapse {
        let first_of = |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
        let silent = Period::year_of(first_of(year));
        let last_year = Period::year_of(first_of(year.saturating_sub(1)));
        let gave = match self {
            Self::Lybunt => last_year,
            Self::Sybunt => Period { from: NaiveDate::default(), until: last_year.until },
        };
        Lapse { gave, silent }
    }
}

/// Donors who gave and do not give any more.
#[derive(Debug, Clone)]
pub struct LapsedReport {
    /// All of them together, by currency.
    pub totals: Vec<LapsedTotal>,
    /// Those who gave most in each currency.
    pub most: Vec<(Currency, Vec<Lapsed>)>,
}

/// Donors who gave and do not give any more.
pub async fn lapsed(ctx: &Context, lapse: Lapse) -> Result<LapsedReport, UseCaseError> {
    let first = ctx.policy.default_currency;
    Ok(ctx
        .db
        .read(move |conn| {
            let mut totals = donors::lapsed_totals(conn, lapse)?;
            totals.sort_by_key(|total| (total.kept.currency() != first, total.kept.currency()));
            let mut most = Vec::new();
            for total in &totals {
                let currency = total.kept.currency();
                most.push((currency, donors::lapsed_most(conn, lapse, currency, LAPSED_SHOWN)?));
            }
            Ok::<_, StoreError>(LapsedReport { totals, most })
        })
        .await?)
}

/// A page of them by id, and where the next begins; none after the last.
pub async fn lapsed_page(
    ctx: &Context,
    lapse: Lapse,
    after: String,
) -> Result<(Vec<Lapsed>, Option<String>), UseCaseError> {
    const DONORS: i64 = 2_000;
    Ok(ctx
        .db
        .read(move |conn| {
            let end = donors::page_end(conn, &after, DONORS)?;
            let page =
                if end.is_some() { donors::lapsed_page(conn, lapse, &after, DONORS)? } else { Vec::new() };
            Ok::<_, StoreError>((page, end))
        })
        .await?)
}
