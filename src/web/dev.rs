//! The mail viewer of development: what the file transport wrote, as a mail program would show it.

use super::error::WebError;
use super::reply::letter_frame;
use super::state::AppState;
use crate::mail::stored::{self, StoredError, StoredMessage};
use crate::render::PageMeta;
use crate::render::pages::{MailAttachment, MailHeader, MailList, MailListed, MailPage, MailShown};
use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Data, Path};
use base64::Engine as _;
use chrono::{DateTime, Utc};
use std::path::PathBuf;

impl From<StoredError> for WebError {
    fn from(_error: StoredError) -> Self {
        Self::not_found("letter")
    }
}

async fn blocking<T: Send + 'static>(
    state: &AppState,
    work: impl FnOnce(&PathBuf) -> Result<T, StoredError> + Send + 'static,
) -> Result<T, WebError> {
    let folder = state.dev_mail.clone().ok_or_else(|| WebError::not_found("page"))?;
    let done = tokio::task::spawn_blocking(move || work(&folder)).await;
    Ok(done.map_err(|_cut_off| WebError::not_found("letter"))??)
}

fn time_text(time: Option<DateTime<Utc>>) -> String {
    time.map(|time| time.format("%-d %B %Y, %H:%M:%S UTC").to_string()).unwrap_or_default()
}

fn meta(title: &str) -> PageMeta {
    PageMeta {
        title: title.to_owned(),
        path: "/dev/mail".into(),
        robots: Some("noindex"),
        ..PageMeta::default()
    }
}

pub(super) async fn list(state: Data<AppState>) -> Result<HttpResponse, WebError> {
    let letters = blocking(&state, |folder| stored::list(folder)).await?;
    let listed = |letter: stored::Stored| MailListed {
        url: format!("/dev/mail/{}", letter.id),
        id: letter.id,
        to: letter.to,
        subject: letter.subject,
        date_text: time_text(letter.date),
    };
    let body = MailList { messages: letters.into_iter().map(listed).collect() };
    Ok(page(state.templates.page("dev/mail.html", &meta("Outgoing mail"), body)?))
}

pub(super) async fn message(state: Data<AppState>, id: Path<String>) -> Result<HttpResponse, WebError> {
    let letter = read(&state, &id).await?;
    let attachment = |(number, part): (usize, &stored::StoredAttachment)| MailAttachment {
        name: part.name.clone(),
        size_text: format!("{} KB", part.bytes.len().div_ceil(1024)),
        url: format!("/dev/mail/{id}/attachments/{number}"),
    };
    let attached = letter.attachments.iter().enumerate().filter(|(_, part)| part.cid.is_none());
    let shown = MailShown {
        attachments: attached.map(attachment).collect(),
        html_url: (!letter.html.is_empty()).then(|| format!("/dev/mail/{id}/html")),
        date_text: time_text(letter.date),
        headers: letter
            .headers
            .iter()
            .map(|(name, value)| MailHeader { name: name.clone(), value: value.clone() })
            .collect(),
        subject: letter.subject,
        from: letter.from,
        to: letter.to,
        text: letter.text,
    };
    let title = shown.subject.clone();
    Ok(page(state.templates.page("dev/message.html", &meta(&title), MailPage { message: shown })?))
}

pub(super) async fn html(state: Data<AppState>, id: Path<String>) -> Result<HttpResponse, WebError> {
    let letter = read(&state, &id).await?;
    let mut html = letter.html;
    for part in &letter.attachments {
        if let Some(cid) = &part.cid {
            let encoded = base64::engine::general_purpose::STANDARD.encode(&part.bytes);
            html = html.replace(&format!("cid:{cid}"), &format!("data:{};base64,{encoded}", part.media_type));
        }
    }
    Ok(letter_frame().body(html))
}

pub(super) async fn attachment(
    state: Data<AppState>,
    path: Path<(String, usize)>,
) -> Result<HttpResponse, WebError> {
    let (id, number) = path.into_inner();
    let letter = read(&state, &id).await?;
    let part = letter.attachments.into_iter().nth(number).ok_or_else(|| WebError::not_found("attachment"))?;
    let name: String =
        part.name.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).collect();
    Ok(HttpResponse::Ok()
        .content_type(part.media_type)
        .insert_header((header::CONTENT_DISPOSITION, format!("inline; filename=\"{name}\"")))
        .body(part.bytes))
}

async fn read(state: &AppState, id: &str) -> Result<StoredMessage, WebError> {
    let id = id.to_owned();
    blocking(state, move |folder| stored::read(folder, &id)).await
}

fn page(html: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(html)
}
