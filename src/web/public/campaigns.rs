//! The page of a campaign. It is drawn at each visit from a few rows that are kept summed up, so that it costs the same
//! however many gave, and shows money and names as soon as they are booked.

use crate::domain::campaign::{Campaign, CampaignClosed, Progress};
use crate::domain::money::Money;
use crate::domain::wall::{AmountShown, WallEntry};
use crate::render::PageMeta;
use crate::render::campaign_pages::{
    CampaignPage, FeedShown, NameShown, ProgressShown, Share, ShareLink, UpdateShown, WallShown,
};
use crate::render::card::site_picture;
use crate::usecases::views;
use crate::usecases::wall::{self, WallPage};
use crate::web::content::stories::{Story, mail_link};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::language;
use crate::web::state::AppState;
use crate::words::Language;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;

/// New money and names are seen at the next visit; until then the browser asks with its entity tag.
const CACHING: HeaderValue = HeaderValue::from_static("public, no-cache");

pub(in crate::web) async fn show(
    request: HttpRequest,
    state: Data<AppState>,
    slug: Path<String>,
) -> Result<HttpResponse, WebError> {
    let place = Fields::parse(request.query_string().as_bytes())?.filled("after");
    let (campaign, totals) = views::campaign(&state.ctx, &slug).await?;
    let names = wall::page(&state.ctx, campaign.id, place.as_deref()).await?;
    let templates = language::templates(&request, &state);
    let language = templates.language();
    let path = format!("/campaigns/{}", campaign.slug);
    let url = format!("{}{path}", state.ctx.policy.public_url);
    // A campaign keeps its page when its file is gone.
    let story = state.publication.pages().around.campaigns.get(campaign.slug.as_str()).cloned();
    let feeds = story.as_ref().map(|_story| feeds(&campaign, &path, language)).unwrap_or_default();
    let story = story.unwrap_or_default();
    let today = state.ctx.day_of(state.ctx.now());
    let is_open = campaign.open_on(today).is_ok();
    let page = CampaignPage {
        title: campaign.title.clone(),
        summary: campaign.summary.clone(),
        progress: progress(&Progress::of(&campaign, &totals), language),
        term_text: term(&campaign, today, language),
        donate_url: is_open.then(|| format!("/donate?campaign={}", campaign.slug)),
        updates: updates(&story, language),
        feeds,
        wall: wall_shown(&names, &path, place.is_some(), language),
        share: share(&story, &campaign.title, &url),
        html: story.html,
    };
    let meta = PageMeta {
        title: campaign.title.clone(),
        description: Some(campaign.summary.clone()).filter(|summary| !summary.is_empty()),
        canonical: Some(url),
        path,
        picture: Some(site_picture(templates.site())),
        in_languages: true,
        ..PageMeta::default()
    };
    let html = templates.page("public/campaign.html", &meta, page)?;
    if place.is_none() {
        let drawn = state.publication.drawn.page(&meta.path, language.tag(), html);
        return Ok(drawn.answer(&request, CACHING));
    }
    // Later names are seldom asked for.
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, CACHING))
        .body(html))
}

fn progress(progress: &Progress, language: &Language) -> ProgressShown {
    let percent = progress.percent();
    let sentences = if let Some((goal, raised)) = progress.goal.zip(progress.raised) {
        let told = [
            ("raised", language.money(raised).into()),
            ("goal", language.short_money(goal).into()),
            ("percent", percent.unwrap_or_default().into()),
        ];
        vec![language.text("campaign-raised-of", &told)]
    } else {
        let raised =
            |net: &Money| language.text("campaign-raised", &[("raised", language.money(*net).into())]);
        progress.beside.iter().map(raised).collect()
    };
    let converted = progress.converted.iter().map(|part| {
        let told = [
            ("net", language.money(part.net).into()),
            ("worth", language.money(part.worth).into()),
            ("currency", part.rate.currency().code().into()),
            ("rate", part.rate.text().into()),
            ("into", part.worth.currency().code().into()),
            ("day", language.date(part.rate.day()).into()),
            ("source", part.rate.source().into()),
        ];
        language.text("campaign-converted", &told)
    });
    let beside = progress.beside.iter().filter(|_| progress.goal.is_some());
    let beside = beside.map(|net| language.text("campaign-beside", &[("net", language.money(*net).into())]));
    ProgressShown {
        sentences,
        gifts_text: language.text("campaign-gifts", &[("gifts", progress.gifts.into())]),
        bar: percent.map(|percent| percent.min(100)),
        notes: converted.chain(beside).collect(),
    }
}

fn term(campaign: &Campaign, today: NaiveDate, language: &Language) -> Option<String> {
    let (key, day) = match campaign.open_on(today) {
        Err(CampaignClosed::NotStarted(first)) => ("campaign-starts", first),
        Err(CampaignClosed::Ended(last)) => ("campaign-ended", last),
        Ok(()) => ("campaign-ends", campaign.ends_on?),
    };
    Some(language.text(key, &[("day", language.date(day).into())]))
}

fn updates(story: &Story, language: &Language) -> Vec<UpdateShown> {
    let shown = story.updates.iter().map(|update| UpdateShown {
        id: update.id.clone(),
        date_text: language.date(update.day),
        date_iso: update.day.to_string(),
        title: update.title.clone(),
        html: update.html.clone(),
    });
    shown.collect()
}

/// The forms in which the news of a campaign can be followed.
fn feeds(campaign: &Campaign, path: &str, language: &Language) -> Vec<FeedShown> {
    let title = language.text("campaign-feed", &[("title", campaign.title.clone().into())]);
    let forms = [
        ("Atom", "feed.xml", "application/atom+xml"),
        ("RSS", "rss.xml", "application/rss+xml"),
        ("JSON Feed", "feed.json", "application/feed+json"),
    ];
    let shown = |(name, file, media_type): (&'static str, &str, &'static str)| FeedShown {
        name,
        title: title.clone(),
        url: format!("{path}/{file}"),
        media_type,
    };
    forms.map(shown).into()
}

fn wall_shown(names: &WallPage, path: &str, is_later: bool, language: &Language) -> WallShown {
    let shown = |entry: &WallEntry| NameShown {
        name: entry.name.as_str().to_owned(),
        amount_text: (entry.amount == AmountShown::Shown).then(|| language.money(entry.kept)),
    };
    WallShown {
        names: names.entries.iter().map(shown).collect(),
        more_url: names.next.as_ref().map(|place| format!("{path}?after={place}#wall")),
        first_url: is_later.then(|| format!("{path}#wall")),
    }
}

fn share(story: &Story, title: &str, url: &str) -> Share {
    let link = |(name, url): &(String, String)| ShareLink { name: name.clone(), url: url.clone() };
    Share {
        url: url.to_owned(),
        mail_url: mail_link(title, url),
        links: story.share.iter().map(link).collect(),
    }
}
