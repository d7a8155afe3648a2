//! Reports: what is asked, and how it is shown.

use super::super::door::Seat;
use super::super::reply::Desk;
use super::members;
use super::shown::{self, drawing, heads, linked, money, month_text, number, parts, share, text, whole};
use crate::domain::access::{Permission as May, Role};
use crate::domain::figures::{Filter, Grain, Period, Rhythm};
use crate::domain::member::Platform;
use crate::domain::money::Currency;
use crate::domain::outbound::{DAYS, Place};
use crate::domain::sheet::hundredths;
use crate::render::chart::{Form, Series};
use crate::render::figure_pages::{
    FigureCell, FigureSection, FigureTable, FilesShown, Narrow, ReportLink, ReportPage,
};
use crate::render::{date_text, gateway_label};
use crate::store::reports::By;
use crate::store::reports::donors::DonorYear;
use crate::usecases::figures::appeals::{self, Brought};
use crate::usecases::figures::behind::{self, Campaigns};
use crate::usecases::figures::members::standing_on;
use crate::usecases::figures::reports::{self, Ask, GiftSizes, LapseKind, Parts, Retention, Timeline};
use crate::usecases::members::paid_out;
use crate::usecases::outbound_links::{self, Elsewhere, Way};
use crate::usecases::patrons::figures::MonthFigures;
use crate::web::error::WebError;
use crate::web::report_query::{Query, titles};
use crate::web::state::AppState;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{Datelike as _, NaiveDate};

/// Months of retention that are shown, and twice as many of patrons and members.
const MONTHS: usize = 13;

/// A report: its name in addresses, its title, and what it tells.
#[derive(Clone, Copy)]
pub(super) struct Report {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    standfirst: &'static str,
}

/// All of them, in their order.
const REPORTS: [Report; 7] = [
    Report {
        name: "timeline",
        title: "Timeline",
        standfirst: "What arrived, day by day or month by month. What went back counts on the day of the gift.",
    },
    Report {
        name: "gifts",
        title: "Average and median gift",
        standfirst: "How large gifts are: half of them are not larger than the median.",
    },
    Report { name: "campaigns", title: "Campaigns", standfirst: "What each campaign received." },
    Report {
        name: "articles",
        title: "Articles",
        standfirst: "Which article led to the gift: the one whose appeal was followed.",
    },
    Report {
        name: "fees",
        title: "Fees",
        standfirst: "What each way of payment kept of what arrived, for payments, refunds and disputes.",
    },
    Report {
        name: "retention",
        title: "Retention",
        standfirst: "Who stays: patrons by the month in which they joined, donors from year to year.",
    },
    Report {
        name: "lapsed",
        title: "Lapsed donors",
        standfirst: "Who gave, but unfortunately not this year.",
    },
];

impl Report {
    /// Who may look at it. It names persons if it is the one on lapsed donors.
    fn needs(&self) -> May {
        if self.name == "lapsed" { May::SeeSupport } else { May::SeeFigures }
    }

    fn needs_as_file(&self) -> May {
        if self.name == "lapsed" { May::ExportSupport } else { May::SeeFigures }
    }
}

pub(super) fn find(name: &str) -> Result<Report, WebError> {
    REPORTS.iter().find(|report| report.name == name).copied().ok_or_else(|| WebError::not_found("report"))
}

pub(in crate::web) async fn index(_seat: Seat) -> HttpResponse {
    crate::web::reply::see_other("/admin/reports/timeline")
}

pub(in crate::web) async fn show(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
    name: Path<String>,
) -> Result<HttpResponse, WebError> {
    let report = find(&name)?;
    let query = Query::of(&request);
    let campaigns = titles(&state).await?;
    let ask = query.ask(state.ctx.day_of(state.ctx.now()), &campaigns);
    let ctx = &state.ctx;
    let sections = match report.name {
        "timeline" => timeline(&reports::timeline(ctx, ask.clone()).await?),
        "gifts" => reports::gifts(ctx, ask.clone()).await?.sizes.iter().map(sizes).collect(),
        "campaigns" => of_parts(&reports::parts(ctx, ask.clone(), By::Campaign).await?, "Campaign", false),
        "articles" => {
            let mut sections =
                of_parts(&reports::parts(ctx, ask.clone(), By::Article).await?, "Article", false);
            sections.extend(by_appeal(&appeals::brought(ctx, ask.clone()).await?));
            sections.extend(followed(&outbound_links::within(ctx, ask.period).await?));
            sections
        }
        "fees" => {
            let mut sections = of_parts(&reports::parts(ctx, ask.clone(), By::Gateway).await?, "Way", true);
            let standing = standing_on(ctx, Platform::Patreon, ask.period.until).await?;
            sections.extend(members::line(&standing, ctx.day_of(ctx.now())));
            sections.extend(members::paid_out(&paid_out(ctx, ask.period).await?));
            sections
        }
        _ => retention(&reports::retention(ctx).await?),
    };
    let narrow = (report.name != "retention").then(|| narrow(&state, report, &ask, &campaigns));
    let role = seat.0.member.role;
    let page = page(report, &query, role, narrow, sections);
    let page = if role.may(May::SeeSupport) { page } else { page.unlinked() };
    Desk::of(&state, &seat.0).page(("admin/report.html", report.title, "/admin/reports"), None, page)
}

fn page(
    report: Report,
    query: &Query,
    looking: Role,
    narrow: Option<Narrow>,
    sections: Vec<FigureSection>,
) -> ReportPage {
    let link = |known: &Report| ReportLink {
        name: known.title.to_owned(),
        url: format!("/admin/reports/{}", known.name),
        current: known.name == report.name,
    };
    let encoded = query.encoded();
    let mark = if encoded.is_empty() { "" } else { "?" };
    let file = |format: &str| format!("/admin/reports/{}.{format}{mark}{encoded}", report.name);
    ReportPage {
        title: report.title,
        standfirst: report.standfirst,
        reports: REPORTS.iter().filter(|known| looking.may(known.needs())).map(link).collect(),
        narrow,
        choices: Vec::new(),
        sections,
        files: looking
            .may(report.needs_as_file())
            .then(|| FilesShown { csv_url: file("csv"), xlsx_url: file("xlsx") }),
    }
}

fn narrow(state: &AppState, report: Report, ask: &Ask, campaigns: &Campaigns) -> Narrow {
    let chosen = ask.filter.campaign.and_then(|id| campaigns.slug(id)).map(ToString::to_string);
    Narrow {
        action: format!("/admin/reports/{}", report.name),
        from: ask.period.from.to_string(),
        to: ask.period.until.to_string(),
        campaign: chosen.unwrap_or_default(),
        campaigns: campaigns.all().map(|(slug, title)| (slug.to_string(), title.to_owned())).collect(),
        gateway: ask.filter.gateway.map(|gateway| gateway.as_str().to_owned()).unwrap_or_default(),
        gateways: state
            .ctx
            .gateways
            .kinds()
            .map(|kind| (kind.as_str(), gateway_label(kind).to_owned()))
            .collect(),
        frequency: ask.filter.rhythm.map(|rhythm| rhythm.as_str().to_owned()).unwrap_or_default(),
    }
}

fn timeline(report: &Timeline) -> Vec<FigureSection> {
    let named = |on: NaiveDate| match report.grain {
        Grain::Day => on.format("%-d %b").to_string(),
        Grain::Month => month_text(on),
    };
    let section = |curve: &reports::Curve| {
        let currency = curve.currency;
        let id = format!("timeline-{}", currency.code().to_lowercase());
        let title = format!("Received, {currency}");
        let places: Vec<String> = curve.steps.iter().map(|step| named(step.on)).collect();
        let of = |name: &str, value: fn(&reports::Step) -> i64| Series {
            name: name.to_owned(),
            values: curve.steps.iter().map(value).collect(),
        };
        let series = [of("Recurring", |step| step.recurring.gross), of("Gifts", |step| step.once.gross)];
        let filled = curve.steps.iter().rev().filter(|step| !step.all().is_nothing());
        let mut rows: Vec<Vec<FigureCell>> = filled
            .map(|step| {
                let mut row = vec![text("From", date_text(step.on))];
                row.extend(shown::sums(&step.all(), currency, Some(&step.behind)));
                row
            })
            .collect();
        let mut whole = vec![text("From", "Together")];
        whole.extend(shown::sums(&curve.total, currency, None));
        rows.push(whole);
        let table = FigureTable {
            caption: title.clone(),
            heads: heads(&["From"], &shown::SUM_HEADS),
            rows,
            total: true,
        };
        let chart_svg = drawing((&id, &title), Form::Bars, &places, &series, currency);
        let legend = vec!["Recurring".to_owned(), "Gifts".to_owned()];
        FigureSection { id, title, chart_svg, legend, table, ..FigureSection::default() }
    };
    report.curves.iter().map(section).collect()
}

fn of_parts(report: &Parts, what: &'static str, with_share: bool) -> Vec<FigureSection> {
    let section = |(currency, total, behind): &(Currency, crate::domain::figures::Sums, String)| {
        let of: Vec<_> = report.parts.iter().filter(|part| part.currency == *currency).cloned().collect();
        let title = currency.name();
        let mut table = parts(&of, what, format!("{what}, {currency}"));
        let mut whole = vec![linked(text(what, "Together"), behind)];
        whole.extend(shown::sums(total, *currency, None));
        table.rows.push(whole);
        table.total = true;
        if with_share {
            table
                .heads
                .push(crate::render::figure_pages::FigureHead { label: "Fees of gross", number: true });
            let all = of.iter().map(|part| part.sums).chain([*total]);
            for (row, sums) in table.rows.iter_mut().zip(all) {
                row.push(number("Fees of gross", share(sums.fees, sums.gross)));
            }
        }
        let id = format!("parts-{}", currency.code().to_lowercase());
        FigureSection { id, title, table, ..FigureSection::default() }
    };
    report.totals.iter().map(section).collect()
}

/// The same money once more, by the appeal that was followed.
fn by_appeal(found: &[Brought]) -> Option<FigureSection> {
    const HEADS: [&str; 4] = ["Gifts", "Gross", "Went back", "Kept"];
    let row = |of: &Brought| {
        let (currency, sums) = (of.currency, &of.sums);
        vec![
            text("Appeal", of.appeal.as_str()),
            text("Currency", currency.code()),
            linked(number("Gifts", whole(sums.donations)), &of.behind),
            number("Gross", money(sums.gross, currency)),
            number("Went back", money(sums.refunded.saturating_add(sums.lost), currency)),
            number("Kept", money(sums.kept(), currency)),
        ]
    };
    (!found.is_empty()).then(|| FigureSection {
        id: "appeals".to_owned(),
        title: "Appeals that were followed".to_owned(),
        text: "The same gifts once more, by the appeal that led to the form; both texts of one that are tried stand together. \
               Fees are not told apart by appeal."
            .to_owned(),
        table: FigureTable {
            caption: "What came of each appeal".to_owned(),
            heads: heads(&["Appeal", "Currency"], &HEADS),
            rows: found.iter().map(row).collect(),
            total: false,
        },
        ..FigureSection::default()
    })
}

/// Readers who went on to a page elsewhere. What they gave there is not known here; who joined there is, and an estimate says
/// what may have led to it. Neither stands beside money.
fn followed(found: &Elsewhere) -> Option<FigureSection> {
    const ESTIMATED: &str = "Joined there, estimated";
    let row = |way: &Way| {
        let article = way.article.as_ref().map_or_else(|| "No article known".to_owned(), ToString::to_string);
        let place = match way.place {
            Place::Patreon => "Patreon",
        };
        vec![
            text("Article", article),
            text("Went to", place),
            number("Times", whole(way.times)),
            number(ESTIMATED, about_members(way.joined_hundredths)),
        ]
    };
    let last = |name: &str, times: String, joined: i64| {
        vec![
            text("Article", name),
            text("Went to", "Patreon"),
            number("Times", times),
            number(ESTIMATED, whole(joined)),
        ]
    };
    let mut rows: Vec<Vec<FigureCell>> = found.ways.iter().map(row).collect();
    if found.unexplained > 0 {
        rows.push(last("Nobody had left from here", "–".to_owned(), found.unexplained));
    }
    let times = found.ways.iter().map(|way| way.times).sum();
    let is_empty = rows.is_empty();
    rows.push(last("Together", whole(times), found.joined));
    (!is_empty).then(|| FigureSection {
        id: "followed".to_owned(),
        title: "Readers who went elsewhere to give".to_owned(),
        text: format!(
            "How often the link below an article was followed, and how many members joined at Patreon, {}. Which article \
             brought them is estimated, for nobody is followed: each member is shared among the articles from which readers \
             left in the {DAYS} days up to the joining, by how often they did. Of whom no reader had left before, or Patreon \
             does not say when they joined, nothing is estimated. What they pay is no part of the sums above.",
            whole(found.joined),
        ),
        table: FigureTable {
            caption: "Outbound links, and an estimate of the members they led to, by article".to_owned(),
            heads: heads(&["Article", "Went to"], &["Times", ESTIMATED]),
            rows,
            total: true,
        },
        ..FigureSection::default()
    })
}

/// An estimate says that it is one.
fn about_members(of: i64) -> String {
    if of == 0 { "–".to_owned() } else { format!("≈ {}", hundredths(of)) }
}

fn sizes(of: &GiftSizes) -> FigureSection {
    let currency = of.currency;
    let what = match of.rhythm {
        Rhythm::Once => "Gifts",
        Rhythm::Recurring => "Recurring payments",
    };
    let title = format!("{what}, {currency}");
    let row = |label: &'static str, value: String| {
        vec![text("Figure", label), linked(number("Value", value), &of.behind)]
    };
    let first = |label: &'static str, value: String, order: &str| {
        vec![text("Figure", label), linked(number("Value", value), &format!("{}&order={order}", of.behind))]
    };
    let amount = |minor| money(minor, currency);
    let mut rows = vec![
        row("Number", whole(of.sizes.count)),
        row("Together", amount(of.sizes.total)),
        row("Average", amount(of.average())),
        row("Median", amount(of.sizes.median)),
        row("A quarter is not larger than", amount(of.sizes.lower_quarter)),
        row("A quarter is not smaller than", amount(of.sizes.upper_quarter)),
        first("Smallest", amount(of.sizes.smallest), "smallest"),
        first("Largest", amount(of.sizes.largest), "largest"),
    ];
    let bound = |minor: &i64| shown::about(*minor, currency);
    let mut places: Vec<String> = Vec::new();
    let mut before: Option<String> = None;
    for next in &of.bounds {
        places.push(before.map_or_else(|| format!("< {}", bound(next)), |low| format!("{low}+")));
        before = Some(bound(next));
    }
    places.extend(before.map(|low| format!("{low}+")));
    for (place, count) in places.iter().zip(&of.groups) {
        rows.push(vec![text("Figure", format!("Of {place}")), number("Value", whole(*count))]);
    }
    let table =
        FigureTable { caption: title.clone(), heads: heads(&["Figure"], &["Value"]), rows, total: false };
    let id = format!("sizes-{}-{}", currency.code().to_lowercase(), of.rhythm);
    let series = [Series { name: what.to_owned(), values: of.groups.clone() }];
    let description = format!(
        "The median is {}. How many there are of each size is in the table.",
        amount(of.sizes.median)
    );
    let chart = crate::render::chart::Chart {
        id: &id,
        title: &title,
        description: &description,
        form: Form::Bars,
        places: &places,
        series: &series,
        spell: &whole,
    };
    let chart_svg = chart.svg();
    FigureSection { id, title, chart_svg, table, ..FigureSection::default() }
}

fn retention(report: &Retention) -> Vec<FigureSection> {
    let cohorts = report.cohorts.iter().rev().take(MONTHS * 2).map(|cohort| {
        let joined = cohort.staying.first().map(|(_, staying)| *staying).unwrap_or_default();
        let now = cohort.staying.last().map(|(_, staying)| *staying).unwrap_or_default();
        let after = |months: u32| {
            let first = format!("{}-01", cohort.joined_in).parse::<NaiveDate>().ok()?;
            let month = first.checked_add_months(chrono::Months::new(months))?;
            let month = crate::domain::patron::Month::of(month);
            if month > report.until {
                return None;
            }
            cohort.staying.iter().rev().find(|(known, _)| *known <= month).map(|(_, staying)| *staying)
        };
        let all = behind::joined_first_in(&cohort.joined_in);
        let kept = |label, months| {
            number(label, after(months).map_or_else(|| "–".to_owned(), |left| share(left, joined)))
        };
        vec![
            linked(text("Joined in", cohort.joined_in.to_string()), &all),
            number("Then", whole(joined)),
            kept("After 1", 1),
            kept("After 3", 3),
            kept("After 6", 6),
            kept("After 12", 12),
            linked(
                number("Now", format!("{} · {}", whole(now), share(now, joined))),
                &format!("{all}&supports=yes"),
            ),
        ]
    });
    let patrons = FigureTable {
        caption:
            "Patrons by the month in which they joined; how many of a hundred were there so many months later"
                .to_owned(),
        heads: heads(&["Joined in"], &["Then", "After 1", "After 3", "After 6", "After 12", "Now"]),
        rows: cohorts.collect(),
        total: false,
    };
    let section = |id: &str, title: &str, table| FigureSection {
        id: id.to_owned(),
        title: title.to_owned(),
        table,
        ..FigureSection::default()
    };
    let mut sections = vec![
        section("patrons", "Patrons", patrons),
        section("donors", "Donors", donors_by_year(&report.years)),
    ];
    let of =
        |(currency, months): (&Currency, &Vec<MonthFigures>)| members::months(*currency, months, MONTHS * 2);
    sections.extend(report.members.iter().map(of));
    sections
}

/// How many gave in each year and again; the number of a year leads to its payments.
fn donors_by_year(years: &[DonorYear]) -> FigureTable {
    let row = |year: &DonorYear| {
        let first = NaiveDate::from_ymd_opt(year.year, 1, 1).unwrap_or_default();
        let given = Campaigns::default().behind(Period::year_of(first), &Filter::default());
        let again = format!("{} · {}", whole(year.again), share(year.again, year.donors));
        vec![
            text("Year", year.year.to_string()),
            linked(number("Donors", whole(year.donors)), &given),
            number("New", whole(year.new)),
            number("Again a year later", again),
        ]
    };
    FigureTable {
        caption: "Donors of each year, and how many of them gave again in the year after".to_owned(),
        heads: heads(&["Year"], &["Donors", "New", "Again a year later"]),
        rows: years.iter().rev().map(row).collect(),
        total: false,
    }
}

/// Who gave and gives no more.
pub(in crate::web) async fn lapsed(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
) -> Result<HttpResponse, WebError> {
    let (report, query) = (find("lapsed")?, Query::of(&request));
    let today = state.ctx.day_of(state.ctx.now());
    let (kind, year) = query.lapse(today);
    let found = reports::lapsed(&state.ctx, kind.lapse(year)).await?;
    let sections = found.totals.iter().zip(&found.most).map(|(total, (currency, most))| {
        let row = |donor: &crate::store::reports::donors::Lapsed| {
            let name = donor.name.clone().unwrap_or_else(|| donor.email.clone());
            vec![
                linked(text("Donor", name), &format!("/admin/donors/{}", donor.donor)),
                text("Last gift", date_text(donor.last_on)),
                number("Gifts", whole(donor.gifts)),
                number("Kept", donor.kept.text()),
            ]
        };
        let told = format!(
            "{} donors gave {} in {} gifts. Those who gave most; the file has all.",
            whole(total.donors),
            total.kept.text(),
            whole(total.gifts)
        );
        FigureSection {
            id: format!("lapsed-{}", currency.code().to_lowercase()),
            title: currency.name(),
            text: told,
            table: FigureTable {
                caption: format!("Lapsed donors, {currency}"),
                heads: heads(&["Donor", "Last gift"], &["Gifts", "Kept"]),
                rows: most.iter().map(row).collect(),
                total: false,
            },
            ..FigureSection::default()
        }
    });
    let mut page = page(report, &query, seat.0.member.role, None, sections.collect());
    for of in [today.year(), today.year() - 1, today.year() - 2] {
        for other in [LapseKind::Lybunt, LapseKind::Sybunt] {
            let name = match other {
                LapseKind::Lybunt => format!("Last year, but not {of}"),
                LapseKind::Sybunt => format!("Some year, but not {of}"),
            };
            let url = format!("/admin/reports/lapsed?kind={}&year={of}", other.as_str());
            page.choices.push(ReportLink { name, url, current: (other, of) == (kind, year) });
        }
    }
    Desk::of(&state, &seat.0).page(("admin/report.html", report.title, "/admin/reports"), None, page)
}
