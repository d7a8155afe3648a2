//! Wording: what pages and letters say, text by text, in each language; and every letter with invented values.

use super::door::Seat;
use super::reply::{Desk, done, faults};
use super::settings::lines;
use crate::render::letter_samples::{self, Kind};
use crate::render::letters::Letter;
use crate::render::wording_pages::{
    LanguageLine, LetterLine, SamplePage, TextLine, TextPage, TextsPage, WordingPage,
};
use crate::usecases::settings::{self, OfficeValues, Wanted, word_key, words};
use crate::usecases::{FieldError, UseCaseError};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::{letter_frame, see_other, status_of};
use crate::web::setting::{self, Kept};
use crate::web::state::AppState;
use crate::words::Language;
use crate::words::own::{self, Original};
use actix_web::http::header;
use actix_web::web::{Bytes, Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::Value;

const PLACE: &str = "/admin/wording";

/// Texts on one page.
const TEXTS_MAX: usize = 100;

/// Languages and letters.
pub(in crate::web) async fn list(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
) -> Result<HttpResponse, WebError> {
    let own = words(&settings::current(&state.ctx).await?.values);
    let languages = state.templates.words().offered().iter().map(|language| LanguageLine {
        tag: language.tag().to_owned(),
        name: language.own_name(),
        own: own.keys().filter(|(tag, _)| tag == language.tag()).count(),
    });
    let letters = letter_samples::KINDS.into_iter().map(|kind| LetterLine {
        name: kind.name,
        title: kind.title,
        to_donors: kind.to_donors,
    });
    let page = WordingPage { languages: languages.collect(), letters: letters.collect() };
    Desk::of(&state, &seat.0).page(
        ("admin/wording.html", "Wording", PLACE),
        done(request.query_string()),
        page,
    )
}

fn language_of<'a>(state: &'a AppState, tag: &str) -> Result<&'a Language, WebError> {
    let found = state.templates.words().offered().iter().find(|language| language.tag() == tag);
    found.ok_or_else(|| WebError::not_found("language"))
}

/// Every text of a language as the program, or a file of the machine, says it. Read from the disk, off the threads that serve.
async fn originals(state: &AppState, tag: &str) -> Result<Vec<Original>, WebError> {
    let (tag, folder) = (tag.to_owned(), state.live.config().site.templates.clone());
    let read = actix_web::web::block(move || own::originals(&tag, folder.as_deref())).await;
    let read = read.map_err(|error| UseCaseError::Internal(error.to_string()))?;
    Ok(read.map_err(|error| UseCaseError::Internal(error.to_string()))?)
}

/// A text as it is said: in words of the office if they can be, else as the machine or the program says it. What is written in
/// `pt` is said in `pt-BR` too, unless that has words of its own.
fn said(office: &OfficeValues, tag: &str, original: Original) -> TextLine {
    let mut tags = std::iter::successors(Some(tag), |tag| tag.rsplit_once('-').map(|(head, _)| head));
    let own = tags.find_map(|tag| office.values.get(&word_key(tag, &original.id)));
    let own = own.and_then(Value::as_str);
    let own = own.filter(|text| !original.is_fixed && own::check(&original.id, text).is_ok());
    TextLine {
        is_own: own.is_some(),
        text: own.map_or(original.text, str::to_owned),
        is_fixed: original.is_fixed,
        id: original.id,
    }
}

#[derive(Debug, Default, serde::Deserialize)]
pub(in crate::web) struct Sought {
    #[serde(default)]
    q: String,
    #[serde(default)]
    own: String,
}

/// Texts of a language, found by a part of what they say or of their name.
pub(in crate::web) async fn texts(
    state: Data<AppState>,
    seat: Seat,
    tag: Path<String>,
    Query(sought): Query<Sought>,
) -> Result<HttpResponse, WebError> {
    let language = language_of(&state, &tag)?;
    let office = settings::current(&state.ctx).await?;
    let q = sought.q.trim().to_lowercase();
    let only_own = !sought.own.is_empty();
    let all = originals(&state, &tag).await?.into_iter().map(|original| said(&office, &tag, original));
    let is_meant = |text: &TextLine| {
        let is_found = q.is_empty() || text.id.contains(&q) || text.text.to_lowercase().contains(&q);
        is_found && (text.is_own || !only_own)
    };
    let mut texts: Vec<TextLine> = all.filter(is_meant).collect();
    let found = texts.len();
    texts.truncate(TEXTS_MAX);
    let page = TextsPage {
        tag: language.tag().to_owned(),
        language_name: language.own_name(),
        dir: language.dir().as_str(),
        q: sought.q,
        only_own,
        texts,
        found,
    };
    let title = format!("Texts: {}", language.own_name());
    Desk::of(&state, &seat.0).page(("admin/texts.html", &title, "/admin/wording/texts"), None, page)
}

/// A text, with what it says in the program beside it.
pub(in crate::web) async fn text(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
    path: Path<(String, String)>,
) -> Result<HttpResponse, WebError> {
    let told = Told { done: done(request.query_string()), ..Told::default() };
    form(&state, &seat, (&path.0, &path.1), told).await
}

/// What the page of a text says besides how it is.
#[derive(Default)]
struct Told {
    typed: Option<String>,
    examples: Vec<String>,
    problems: Vec<FieldError>,
    done: Option<&'static str>,
}

async fn form(
    state: &AppState,
    seat: &Seat,
    (tag, id): (&str, &str),
    told: Told,
) -> Result<HttpResponse, WebError> {
    let language = language_of(state, tag)?;
    let original = originals(state, tag).await?.into_iter().find(|original| original.id == id);
    let original = original.ok_or_else(|| WebError::not_found("text"))?;
    let english = originals(state, "en").await?.into_iter().find(|original| original.id == id);
    let office = settings::current(&state.ctx).await?;
    let key = word_key(tag, id);
    let kept = office.values.get(&key).and_then(Value::as_str);
    let unfit = kept.and_then(|text| own::check(id, text).err());
    let history = settings::history(&state.ctx, vec![key.clone()], 20).await?;
    let status = status_of(&told.problems);
    let page = TextPage {
        tag: tag.to_owned(),
        language_name: language.own_name(),
        dir: language.dir().as_str(),
        id: id.to_owned(),
        english: english.map(|english| english.text).unwrap_or_default(),
        text: told.typed.or_else(|| kept.map(str::to_owned)).unwrap_or_else(|| original.text.clone()),
        is_own: kept.is_some(),
        is_fixed: original.is_fixed,
        original: original.text,
        unfit,
        examples: told.examples,
        seen: office.edition,
        history: lines(&state.ctx, &office, history).await?,
        faults: faults(&told.problems),
    };
    let place = ("admin/text.html", id, "/admin/wording/texts");
    Desk::of(state, &seat.0).answer(status, place, told.done, page)
}

/// Saves a text, shows how it would read, or gives back that of the program.
pub(in crate::web) async fn save(
    state: Data<AppState>,
    seat: Seat,
    path: Path<(String, String)>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let (place, fields) = ((path.0.as_str(), path.1.as_str()), Fields::parse(&body)?);
    let (tag, id) = place;
    language_of(&state, tag)?;
    let typed = fields.text("text").replace("\r\n", "\n").trim().to_owned();
    let original = originals(&state, tag).await?.into_iter().find(|original| original.id == id);
    let original = original.ok_or_else(|| WebError::not_found("text"))?;
    let problem = |code, message: String| vec![FieldError { field: "text", code, message }];
    if original.is_fixed {
        let message = "A file of the machine says this, which wins: it is changed there.".to_owned();
        return form(&state, &seat, place, Told { problems: problem("fixed", message), ..Told::default() })
            .await;
    }
    let undo = fields.ticked("undo");
    if !undo && let Err(why) = own::check(id, &typed) {
        let problems = problem("invalid", format!("This cannot be said: {why}."));
        return form(&state, &seat, place, Told { typed: Some(typed), problems, ..Told::default() }).await;
    }
    if fields.ticked("look") {
        let examples = examples(tag, id, &typed).await?;
        return form(&state, &seat, place, Told { typed: Some(typed), examples, ..Told::default() }).await;
    }
    let value = Some(typed.as_str()).filter(|text| !undo && *text != original.text).map(Value::from);
    let seen = fields.text("seen").parse().unwrap_or_default();
    let wanted = vec![Wanted { key: word_key(tag, id), value, is_personal: false }];
    // Texts are checked by themselves: whatever else was set meanwhile changes nothing about this one.
    let kept = setting::write(&state, &state.ctx, (seat.0.actor(), seen), wanted, async |_| Ok(None)).await?;
    let problems = match kept {
        Kept::Saved(_) => return Ok(see_other(&format!("{PLACE}/texts/{tag}/{id}?done=saved"))),
        Kept::Refused(problems) => problems,
        Kept::Changed(why) => {
            let message = format!(
                "Nothing was saved: {why}. Below is what you typed, and in the history what counts; save again to put yours in \
                 its place."
            );
            problem("changed_meanwhile", message)
        }
    };
    form(&state, &seat, place, Told { typed: Some(typed), problems, ..Told::default() }).await
}

async fn examples(tag: &str, id: &str, text: &str) -> Result<Vec<String>, WebError> {
    let (tag, id, text) = (tag.to_owned(), id.to_owned(), text.to_owned());
    let read = actix_web::web::block(move || own::examples(&tag, &id, &text)).await;
    let read = read.map_err(|error| UseCaseError::Internal(error.to_string()))?;
    Ok(read.map_err(UseCaseError::Internal)?)
}

#[derive(Debug, Default, serde::Deserialize)]
pub(in crate::web) struct Shown {
    #[serde(default)]
    lang: String,
    #[serde(default)]
    case: usize,
}

/// A letter with invented values.
pub(in crate::web) async fn letter(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
    name: Path<String>,
    Query(shown): Query<Shown>,
) -> Result<HttpResponse, WebError> {
    sample(&state, &seat, (&name, &shown), (None, done(request.query_string()))).await
}

fn kind_of(name: &str) -> Result<Kind, WebError> {
    letter_samples::find(name).ok_or_else(|| WebError::not_found("letter"))
}

/// The language that a letter is to be shown in, and the letter.
fn drawn(state: &AppState, kind: Kind, shown: &Shown) -> Result<(Language, Letter), WebError> {
    let words = state.templates.words();
    let asked = words.offered().iter().find(|language| language.tag() == shown.lang);
    let language =
        if kind.to_donors { asked.unwrap_or(words.default_language()) } else { words.language("en") };
    let letter = letter_samples::letter(kind, shown.case, &state.templates.speaking(language))?;
    Ok((language.clone(), letter.ok_or_else(|| WebError::not_found("letter"))?))
}

async fn sample(
    state: &AppState,
    seat: &Seat,
    (name, shown): (&str, &Shown),
    (trouble, done): (Option<String>, Option<&'static str>),
) -> Result<HttpResponse, WebError> {
    let kind = kind_of(name)?;
    let (language, letter) = drawn(state, kind, shown)?;
    let office = settings::current(&state.ctx).await?;
    let wanted = letter_samples::messages(kind);
    let mut texts: Vec<TextLine> = originals(state, language.tag())
        .await?
        .into_iter()
        .filter(|original| wanted.contains(&original.id))
        .map(|original| said(&office, language.tag(), original))
        .collect();
    texts.sort_by_key(|text| wanted.iter().position(|id| *id == text.id));
    let offered = state.templates.words().offered().iter().filter(|_| kind.to_donors);
    let page = SamplePage {
        name: kind.name,
        to_donors: kind.to_donors,
        tag: language.tag().to_owned(),
        dir: language.dir().as_str(),
        languages: offered.map(|one| (one.tag().to_owned(), one.own_name())).collect(),
        case: shown.case,
        cases: letter_samples::cases(kind),
        subject: letter.subject,
        text: letter.text,
        texts,
        me: seat.0.member.email.as_str().to_owned(),
        trouble,
    };
    let place = ("admin/letter_sample.html", kind.title, "/admin/wording/letters");
    Desk::of(state, &seat.0).page(place, done, page)
}

/// Its HTML part, for the frame on its page.
pub(in crate::web) async fn html(
    state: Data<AppState>,
    _seat: Seat,
    name: Path<String>,
    Query(shown): Query<Shown>,
) -> Result<HttpResponse, WebError> {
    let (_, letter) = drawn(&state, kind_of(&name)?, &shown)?;
    Ok(letter_frame().insert_header((header::CACHE_CONTROL, "no-store")).body(letter.html))
}

/// Sends it to whoever asks.
pub(in crate::web) async fn send(
    state: Data<AppState>,
    seat: Seat,
    name: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let fields = Fields::parse(&body)?;
    let case = fields.text("case").parse().unwrap_or_default();
    let shown = Shown { lang: fields.text("lang"), case };
    let (language, letter) = drawn(&state, kind_of(&name)?, &shown)?;
    let parts = (format!("[Sample] {}", letter.subject), letter.text, letter.html);
    match state.letters.sample(seat.0.member.email.as_str(), parts).await {
        Ok(()) => {
            let tag = language.tag();
            Ok(see_other(&format!("{PLACE}/letters/{name}?lang={tag}&case={case}&done=sample")))
        }
        Err(why) => sample(&state, &seat, (&name, &shown), (Some(why), None)).await,
    }
}
