//! Appeals: where each stands now and why, and which of two texts brings more gifts.

use super::door::Seat;
use super::reply::Desk;
use crate::content::{self, Library};
use crate::domain::appeal::{Absence, Position, Reason, Rules, Side};
use crate::domain::article::{Appeal, Article, Slug};
use crate::domain::money::Money;
use crate::render::appeal_pages::{AppealShown, AppealsPage, StandsShown, TestShown, TextShown};
use crate::render::list_pages::day_text;
use crate::usecases::appeals::compare::{Comparison, Verdict};
use crate::usecases::appeals::{self, Outcome, TestResult};
use crate::web::content::place_of;
use crate::web::error::WebError;
use crate::web::state::AppState;
use crate::web::writing;
use actix_web::HttpResponse;
use actix_web::web::Data;
use chrono::NaiveDate;
use std::collections::BTreeMap;

pub(in crate::web) async fn show(state: Data<AppState>, seat: Seat) -> Result<HttpResponse, WebError> {
    let folder = state.publication.folder().to_owned();
    let now = state.ctx.local(state.ctx.now());
    let loaded = writing::on_disk(move || Ok(content::load(&folder))).await?;
    // What waits for its day has no appeals yet.
    let loaded = loaded.map(|mut library| {
        library.hold_back(now);
        library
    });
    let results = appeals::results(&state.ctx).await?;
    let today = state.ctx.day_of(state.ctx.now());
    let page = match &loaded {
        Ok(library) => AppealsPage { appeals: all(library, &results, today), fault: None },
        Err(errors) => AppealsPage { appeals: Vec::new(), fault: Some(errors.to_string()) },
    };
    Desk::of(&state, &seat.0).page(("admin/appeals.html", "Appeals", "/admin/content"), None, page)
}

/// Where an appeal stands, and why it does not on how many other articles.
#[derive(Default)]
struct Places {
    stands: Vec<StandsShown>,
    absent: BTreeMap<Absence, usize>,
}

fn all(library: &Library, results: &[TestResult], today: NaiveDate) -> Vec<AppealShown> {
    let mut places: BTreeMap<&str, Places> = BTreeMap::new();
    for article in library.published() {
        for verdict in library.verdicts(article, today) {
            let own = places.entry(verdict.appeal.slug.as_str()).or_default();
            match verdict.found {
                Ok((position, reason)) => own.stands.push(stands(article, position, reason)),
                Err(absence) => *own.absent.entry(absence).or_default() += 1,
            }
        }
    }
    let shown = |appeal: &Appeal| {
        let Places { stands, absent } = places.remove(appeal.slug.as_str()).unwrap_or_default();
        AppealShown {
            slug: appeal.slug.to_string(),
            heading: appeal.heading.clone(),
            position: position_text(appeal.position),
            priority: appeal.priority,
            rules: appeal.rules.as_ref().map_or_else(|| "articles that name it".to_owned(), rules_text),
            stands,
            absent: absent.iter().map(|(absence, count)| absence_text(absence, *count)).collect(),
            tests: tests_of(appeal, results),
        }
    };
    library.appeals.values().map(shown).collect()
}

fn stands(article: &Article, position: Position, reason: Reason) -> StandsShown {
    let why = match reason {
        Reason::Named => "named by the article",
        Reason::Rules => "by its rules",
    };
    StandsShown {
        url: place_of(article),
        title: article.headline(),
        why: format!("{}, {why}", position_text(position)),
    }
}

fn position_text(position: Position) -> String {
    match position {
        Position::End => "at the end".to_owned(),
        Position::Bar => "as a bar above".to_owned(),
        Position::AfterParagraph(number) => format!("inside, after paragraph {number}"),
    }
}

fn rules_text(rules: &Rules) -> String {
    let list =
        |what: &str, names: Vec<&str>| (!names.is_empty()).then(|| format!("{what} {}", names.join(", ")));
    let parts = [
        list("the articles", rules.articles.iter().map(Slug::as_str).collect()),
        list("articles in the sections", rules.sections.iter().map(String::as_str).collect()),
        list("articles in the languages", rules.languages.iter().map(String::as_str).collect()),
        rules.from.map(|day| format!("from {}", day_text(day))),
        rules.until.map(|day| format!("until {}", day_text(day))),
    ];
    let said: Vec<String> = parts.into_iter().flatten().collect();
    let names_articles =
        !(rules.articles.is_empty() && rules.sections.is_empty() && rules.languages.is_empty());
    match (names_articles, said.is_empty()) {
        (_, true) => "every article".to_owned(),
        (true, false) => said.join("; "),
        (false, false) => format!("every article, {}", said.join(", ")),
    }
}

fn absence_text(absence: &Absence, count: usize) -> String {
    let articles = if count == 1 { "1 article".to_owned() } else { format!("{count} articles") };
    let why = match absence {
        Absence::Silent => "which want none".to_owned(),
        Absence::NoRules => "which do not name it, and it has no rules".to_owned(),
        Absence::OtherArticles => "not among those that its rules name".to_owned(),
        Absence::OtherSections => "in another section".to_owned(),
        Absence::OtherLanguages => "in another language".to_owned(),
        Absence::NotYet(day) => format!("from {}", day_text(*day)),
        Absence::Over(day) => format!("until {}, which has passed", day_text(*day)),
        Absence::TooShort => "too short for its place".to_owned(),
        Absence::Behind(slug) => format!("where “{slug}” has its place"),
    };
    format!("{articles}: {why}")
}

/// The test that runs first, then those of before.
fn tests_of(appeal: &Appeal, results: &[TestResult]) -> Vec<TestShown> {
    let current = appeal.second.as_ref().map(|second| &second.test);
    let own = results.iter().filter(|result| result.appeal == appeal.slug);
    let (now, before): (Vec<_>, Vec<_>) = own.partition(|result| current == Some(&result.test));
    let now = now.into_iter().map(|result| test_shown(result, Some(appeal)));
    now.chain(before.into_iter().map(|result| test_shown(result, None))).collect()
}

/// `appeal` is given while its texts are those of the test.
fn test_shown(result: &TestResult, appeal: Option<&Appeal>) -> TestShown {
    let second = appeal.and_then(|appeal| appeal.second.as_ref()).map(|second| second.heading.clone());
    TestShown {
        id: result.test.to_string(),
        runs: appeal.is_some(),
        since: format!("{} to {}", day_text(result.first_on), day_text(result.last_on)),
        texts: vec![
            text_shown("Text A", appeal.map(|appeal| appeal.heading.clone()), &result.first),
            text_shown("Text B", second, &result.second),
        ],
        sentence: sentence(&result.comparison()),
    }
}

fn text_shown(name: &'static str, heading: Option<String>, outcome: &Outcome) -> TextShown {
    let average = |(gifts, sum): &(i64, Money)| {
        let minor = sum.minor().checked_div(*gifts)?;
        Some(Money::new(minor, sum.currency()).text())
    };
    TextShown {
        name,
        heading,
        shown: outcome.shown,
        gifts: outcome.gifts,
        recurring: outcome.recurring,
        rate: outcome.arm().rate_text(),
        interval: outcome.arm().interval_text(),
        averages: outcome.sums.iter().filter_map(average).collect(),
    }
}

/// What can honestly be said of two texts.
fn sentence(found: &Comparison) -> String {
    let chance = found.chance.as_deref().unwrap_or_default();
    match found.verdict {
        Verdict::NoGifts => "No gift came from either text yet: nothing can be said.".to_owned(),
        Verdict::TooFew { more } => format!(
            "Not yet enough: too few gifts came to tell anything from chance. Needs about {more} more pages with each text, at \
             the rate so far."
        ),
        Verdict::Alike => "Both texts did alike so far.".to_owned(),
        Verdict::Open { more } => format!(
            "Not yet enough: chance alone makes a difference as large as this one in {chance} of all tests of two equal texts. If \
             it is real, to show so needs about {more} more pages with each text."
        ),
        Verdict::Better(side) => {
            let text = match side {
                Side::First => "Text A",
                Side::Second => "Text B",
            };
            format!(
                "{text} brings gifts more often. Chance alone makes a difference as large as this one in {chance} of all tests of \
                 two equal texts. Keep this text and end the test."
            )
        }
    }
}
