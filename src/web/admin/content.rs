//! Articles, appeals, campaigns and tiers: their files, written in the office as on the disk.
//!
//! A text that cannot be shown is not written, and comes back with what is wrong and where. Whoever saves a text that
//! somebody else changed meanwhile is told so and loses neither.

use super::door::Seat;
use super::reply::{Desk, done, faults};
use crate::content::draft::{self, Draft, Kind};
use crate::domain::article::Slug;
use crate::render::admin_pages::{ContentPage, EditPage, FileShown, FilesShown};
use crate::render::date_text;
use crate::usecases::FieldError;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::{private_page, see_other, status_of};
use crate::web::state::AppState;
use crate::web::writing::{self, Kept};
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDateTime;

const PLACE: &str = "/admin/content";

const fn title_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Article => "Articles",
        Kind::Appeal => "Appeals",
        Kind::Campaign => "Campaigns",
        Kind::Tier => "Tiers",
    }
}

/// What a new file of a kind begins with.
const fn beginning_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Article => "---\ntitle: A new article\ndraft: true\n---\n\nText.\n",
        Kind::Appeal => "---\nheading: An appeal\ncampaign: press-fund\nplace: end\n---\n\nWhy it matters.\n",
        Kind::Campaign => {
            "---\ntitle: A campaign\nsummary: What it is for.\namounts:\n  EUR: [10, 25, 50, 100]\n---\n\n"
        }
        Kind::Tier => {
            "---\nname: A tier\nsummary: What it gives.\nposition: 9\nprices:\n  EUR: {monthly: 5, yearly: 50}\n---\n"
        }
    }
}

pub(in crate::web) async fn list(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
) -> Result<HttpResponse, WebError> {
    let folder = state.publication.folder().to_owned();
    let kept_back = state.publication.kept_back();
    let listed = writing::on_disk(move || {
        let file = |kind: Kind, slug: &Slug| {
            let name = slug.to_string();
            let kept = kept_back.get(&name).filter(|_| kind == Kind::Article);
            FileShown { note: kept.map(|until| why_kept(*until)), name }
        };
        Kind::ALL
            .into_iter()
            .map(|kind| {
                let files = draft::names(&folder, kind)?.iter().map(|slug| file(kind, slug)).collect();
                Ok(FilesShown { title: title_of(kind), folder: kind.folder(), files })
            })
            .collect::<std::io::Result<Vec<_>>>()
    });
    let page = ContentPage { kinds: listed.await? };
    Desk::of(&state, &seat.0).page(
        ("admin/content.html", "Content", PLACE),
        done(request.query_string()),
        page,
    )
}

/// Why readers do not see an article.
fn why_kept(until: Option<NaiveDateTime>) -> String {
    until.map_or_else(
        || "draft".to_owned(),
        |at| format!("from {}, {}", date_text(at.date()), at.format("%H:%M")),
    )
}

fn kind_of(folder: &str) -> Result<Kind, WebError> {
    Kind::of_folder(folder).ok_or_else(|| WebError::not_found("page"))
}

fn slug_of(text: &str) -> Result<Slug, WebError> {
    Slug::parse(text).map_err(|_malformed| WebError::not_found("file"))
}

/// What stands in a form.
struct Typed {
    text: String,
    /// Digest of the text that the form began with; empty for a new file.
    seen: String,
}

/// The form of a new file.
pub(in crate::web) async fn begin(
    state: Data<AppState>,
    seat: Seat,
    folder: Path<String>,
) -> Result<HttpResponse, WebError> {
    let kind = kind_of(&folder)?;
    let typed = Typed { text: beginning_of(kind).to_owned(), seen: String::new() };
    form(&state, &seat, (kind, None), typed, &[])
}

/// The form of a file that is there.
pub(in crate::web) async fn edit(
    state: Data<AppState>,
    seat: Seat,
    path: Path<(String, String)>,
) -> Result<HttpResponse, WebError> {
    let (kind, slug) = (kind_of(&path.0)?, slug_of(&path.1)?);
    let text = writing::text_of(&state, kind, &slug).await?.ok_or_else(|| WebError::not_found("file"))?;
    let typed = Typed { seen: draft::digest(&text), text };
    form(&state, &seat, (kind, Some(&slug)), typed, &[])
}

fn form(
    state: &AppState,
    seat: &Seat,
    (kind, slug): (Kind, Option<&Slug>),
    typed: Typed,
    problems: &[FieldError],
) -> Result<HttpResponse, WebError> {
    let status = status_of(problems);
    let is_article = kind == Kind::Article;
    let notes = if is_article { state.publication.picture_notes(&typed.text) } else { Vec::new() };
    let page = EditPage {
        folder: kind.folder(),
        slug: slug.map(ToString::to_string),
        text: typed.text,
        seen: typed.seen,
        previewed: is_article,
        notes,
        faults: faults(problems),
    };
    let title = slug.map_or_else(|| "A new file".to_owned(), ToString::to_string);
    Desk::of(state, &seat.0).answer(status, ("admin/edit.html", &title, PLACE), None, page)
}

fn problem(field: &'static str, code: &'static str, message: impl Into<String>) -> FieldError {
    FieldError { field, code, message: message.into() }
}

/// Saves a new file under the name that was typed.
pub(in crate::web) async fn create(
    state: Data<AppState>,
    seat: Seat,
    folder: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let (kind, fields) = (kind_of(&folder)?, Fields::parse(&body)?);
    let typed = Typed { text: writing::unix_lines(&fields.text("text")), seen: String::new() };
    match Slug::parse(fields.text("slug").trim()) {
        Err(error) => {
            form(&state, &seat, (kind, None), typed, &[problem("slug", "bad_name", error.to_string())])
        }
        Ok(slug) => keep(&state, &seat, (kind, &slug, true), typed).await,
    }
}

/// Saves a file that is there.
pub(in crate::web) async fn save(
    state: Data<AppState>,
    seat: Seat,
    path: Path<(String, String)>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let (kind, slug) = (kind_of(&path.0)?, slug_of(&path.1)?);
    let fields = Fields::parse(&body)?;
    let typed = Typed { text: writing::unix_lines(&fields.text("text")), seen: fields.text("seen") };
    keep(&state, &seat, (kind, &slug, false), typed).await
}

async fn keep(
    state: &AppState,
    seat: &Seat,
    (kind, slug, is_new): (Kind, &Slug, bool),
    typed: Typed,
) -> Result<HttpResponse, WebError> {
    let named = if is_new { None } else { Some(slug) };
    let draft = Draft { kind, slug: slug.clone(), text: Some(typed.text.clone()) };
    let seen = Some(typed.seen.as_str()).filter(|seen| !seen.is_empty());
    match writing::keep(state, seat.0.actor(), draft, seen).await? {
        Kept::Saved => Ok(see_other(&format!("{PLACE}?done=saved"))),
        Kept::Refused(problem) => form(state, seat, (kind, named), typed, &[problem]),
        Kept::Changed(_) if is_new => {
            let told = problem("slug", "taken", "There is a file of this name already.");
            form(state, seat, (kind, named), typed, &[told])
        }
        Kept::Changed(now) => {
            let why = "Somebody changed this file while you wrote. Below is your text; open the file in another window to \
                       compare, then save yours again to put it in its place.";
            let typed = Typed { seen: now.unwrap_or_default(), ..typed };
            form(state, seat, (kind, named), typed, &[problem("text", "changed_meanwhile", why)])
        }
    }
}

/// Takes a file away, unless something needs it.
pub(in crate::web) async fn remove(
    state: Data<AppState>,
    seat: Seat,
    path: Path<(String, String)>,
) -> Result<HttpResponse, WebError> {
    let (kind, slug) = (kind_of(&path.0)?, slug_of(&path.1)?);
    let text = writing::text_of(&state, kind, &slug).await?.ok_or_else(|| WebError::not_found("file"))?;
    let seen = draft::digest(&text);
    let draft = Draft { kind, slug: slug.clone(), text: None };
    match writing::keep(&state, seat.0.actor(), draft, Some(&seen)).await? {
        Kept::Saved => Ok(see_other(&format!("{PLACE}?done=saved"))),
        Kept::Refused(problem) => form(&state, &seat, (kind, Some(&slug)), Typed { text, seen }, &[problem]),
        Kept::Changed(_) => {
            let told =
                problem("text", "changed_meanwhile", "Somebody just changed this file. It was not removed.");
            form(&state, &seat, (kind, Some(&slug)), Typed { text, seen }, &[told])
        }
    }
}

/// An article as it would be, published or not. Nothing is written.
pub(in crate::web) async fn preview(
    state: Data<AppState>,
    seat: Seat,
    path: Path<(String, String)>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let (kind, slug) = (kind_of(&path.0)?, slug_of(&path.1)?);
    let fields = Fields::parse(&body)?;
    let typed = Typed { text: writing::unix_lines(&fields.text("text")), seen: fields.text("seen") };
    let draft = Draft { kind, slug: slug.clone(), text: Some(typed.text.clone()) };
    match state.publication.with(draft, &state.ctx, &state.templates).await {
        Err(fault) => form(&state, &seat, (kind, Some(&slug)), typed, &[writing::refusal(&state, &fault)?]),
        Ok(page) => Ok(private_page(StatusCode::OK, page.ok_or_else(|| WebError::not_found("article"))?)),
    }
}
