//! A letter to a donor: typed, seen as it will be sent, then sent.

use super::{kept_key, mendable};
use crate::domain::account::Profile;
use crate::domain::ids::{DonorId, LetterId};
use crate::render::admin_pages::{LetterPage, LetterPreview};
use crate::render::letters::{DonorMail, paragraphs};
use crate::usecases::FieldError;
use crate::usecases::desk::letters::{self, Draft};
use crate::usecases::staff::members;
use crate::web::admin::door::Seat;
use crate::web::admin::reply::{Desk, faults};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::{id_of, see_other, status_of};
use crate::web::state::AppState;
use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data, Path};

/// The form, empty.
pub(in crate::web) async fn begin(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let donor = letters::addressee(&state.ctx, id_of(&id, "donor")?).await?;
    Written { state: &state, donor: &donor, fields: &Fields::default() }.shown(&seat, None, &[])
}

/// A letter while it is written.
struct Written<'a> {
    state: &'a AppState,
    donor: &'a Profile,
    fields: &'a Fields,
}

impl Written<'_> {
    fn shown(
        &self,
        seat: &Seat,
        seen: Option<&Draft>,
        problems: &[FieldError],
    ) -> Result<HttpResponse, WebError> {
        let key = kept_key(self.state, self.fields).value;
        let page = LetterPage {
            donor: self.donor.id.to_string(),
            to: self.donor.email.as_str().to_owned(),
            subject: self.fields.text("subject"),
            text: self.fields.text("body"),
            key,
            preview: seen.map(|draft| self.preview(draft)).transpose()?,
            faults: faults(problems),
        };
        let status = status_of(problems);
        let place = ("admin/letter.html", "Write a letter", "/admin/donors");
        Desk::of(self.state, &seat.0).answer(status, place, None, page)
    }

    /// The letter as it will be sent, made by what sends it.
    fn preview(&self, draft: &Draft) -> Result<LetterPreview, WebError> {
        let locale = self.donor.locale.as_deref().unwrap_or(&self.state.ctx.policy.default_locale);
        let templates = self.state.templates.speaking_tag(locale);
        let letter = DonorMail::of(&draft.subject, &draft.body).render(&templates)?;
        Ok(LetterPreview {
            subject: letter.subject,
            paragraphs: paragraphs(&draft.body),
            text: letter.text,
            language: templates.language().tag().to_owned(),
            dir: templates.language().dir().as_str(),
            seal: draft.seal(&self.state.ctx)?,
        })
    }
}

/// Shows the letter, or sends it if it is the one that was shown.
pub(in crate::web) async fn write(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let id: DonorId = id_of(&id, "donor")?;
    let fields = Fields::parse(&body)?;
    let donor = letters::addressee(&state.ctx, id).await?;
    let written = Written { state: &state, donor: &donor, fields: &fields };
    let draft = match Draft::parse(&fields.text("subject"), &fields.text("body")) {
        Ok(draft) => draft,
        Err(problems) => return written.shown(&seat, None, &problems),
    };
    let key = fields.filled("request_key");
    let (true, Some(key)) = (fields.text("seen") == draft.seal(&state.ctx)? && fields.ticked("send"), key)
    else {
        return written.shown(&seat, Some(&draft), &[]);
    };
    match letters::send(&state.ctx, seat.0.member.id, id, draft.clone(), key).await {
        Ok(_) => Ok(see_other(&format!("/admin/donors/{id}?done=written"))),
        Err(error) => written.shown(&seat, Some(&draft), &mendable(error)?),
    }
}

/// A letter that was written, to be read again.
pub(in crate::web) async fn read(
    state: Data<AppState>,
    seat: Seat,
    path: Path<(String, String)>,
) -> Result<HttpResponse, WebError> {
    let (id, letter) = path.into_inner();
    let (id, letter): (DonorId, LetterId) = (id_of(&id, "donor")?, id_of(&letter, "letter")?);
    let letter = letters::letter(&state.ctx, id, letter).await?;
    let by = members::get(&state.ctx, letter.by).await?.name;
    super::super::files::letter(&state, &seat, &letter, &by)
}
