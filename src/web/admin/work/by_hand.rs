//! Gifts that came outside: first who gave, then what; and gifts that are found to be none.

use super::{
    Act, campaign_field, currency_field, form_key, kept_key, mendable, recorded, typed_day, typed_money,
    typed_visibility, visibility_field, wrong,
};
use crate::domain::account::{Profile, can_be_mailed};
use crate::domain::campaign::Campaign;
use crate::domain::ids::{DonationId, DonorId};
use crate::domain::money::Money;
use crate::domain::pledge::GatewayKind;
use crate::render::admin_pages::{ActField, ActPage, GiverPage, GiverShown, HiddenField};
use crate::render::gateway_label;
use crate::render::list_pages::name_text;
use crate::usecases::FieldError;
use crate::usecases::gifts::{self, Gift, Giver};
use crate::usecases::refund;
use crate::web::admin::door::Seat;
use crate::web::admin::reply::Desk;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::{id_of, see_other};
use crate::web::state::AppState;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};

/// The page on which the giver is looked for.
pub(in crate::web) async fn from_whom(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
) -> Result<HttpResponse, WebError> {
    let search = Fields::parse(request.query_string().as_bytes())?.text("q");
    let (found, more) = gifts::givers(&state.ctx, &search).await?;
    let shown = |donor: &Profile| GiverShown {
        url: format!("/admin/gifts/new?donor={}", donor.id),
        name: name_text(donor.name.as_deref().unwrap_or(donor.email.as_str())),
        email: name_text(donor.email.as_str()),
    };
    let page = GiverPage {
        is_sought: !search.trim().is_empty(),
        search,
        found: found.iter().map(shown).collect(),
        more,
    };
    let place = ("admin/giver.html", "Record a gift", "/admin/donations");
    Desk::of(&state, &seat.0).page(place, None, page)
}

/// What a form is filled in with.
struct Filled<'a> {
    /// Somebody on record; none for somebody who is typed in.
    donor: Option<Profile>,
    campaigns: Vec<Campaign>,
    typed: &'a Fields,
}

async fn filled<'a>(state: &AppState, typed: &'a Fields) -> Result<Filled<'a>, WebError> {
    let donor = match typed.filled("donor") {
        Some(id) => Some(gifts::giver(&state.ctx, id_of::<DonorId>(&id, "donor")?).await?),
        None => None,
    };
    Ok(Filled { donor, campaigns: gifts::campaigns(&state.ctx).await?, typed })
}

/// The form of a gift.
pub(in crate::web) async fn begin(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
) -> Result<HttpResponse, WebError> {
    let typed = Fields::parse(request.query_string().as_bytes())?;
    form(&state, &filled(&state, &typed).await?).shown(&state, &seat, &[])
}

fn form(state: &AppState, filled: &Filled<'_>) -> Act {
    let typed = filled.typed;
    let mut hidden = vec![kept_key(state, typed)];
    let (lead, mut fields) = match &filled.donor {
        Some(donor) => {
            hidden.push(HiddenField { name: "donor".into(), value: donor.id.to_string() });
            (lead_about(donor), Vec::new())
        }
        None => (
            "From somebody new. If the address is on record, it is a gift of the donor who has it."
                .to_owned(),
            vec![
                ActField::text("name", "Name", typed.text("name")),
                ActField::text("email", "E-mail address", typed.text("email"))
                    .hinted("The receipt goes there. Without one, the receipt is printed."),
            ],
        ),
    };
    fields.extend(gift_fields(state, filled));
    let page = ActPage {
        back: "/admin/gifts".to_owned(),
        action: "/admin/gifts/new".to_owned(),
        lead,
        hidden,
        fields,
        submit: "Record it",
        ..ActPage::default()
    };
    Act { page, title: "Record a gift", place: "/admin/donations" }
}

fn lead_about(donor: &Profile) -> String {
    let name = name_text(donor.name.as_deref().unwrap_or(donor.email.as_str()));
    if can_be_mailed(donor.email.as_str()) {
        format!("From {name}. The receipt is mailed to {} at once.", donor.email.as_str())
    } else {
        format!("From {name}, who has no address: the receipt is printed.")
    }
}

fn gift_fields(state: &AppState, filled: &Filled<'_>) -> Vec<ActField> {
    let typed = filled.typed;
    let ways = GatewayKind::BY_HAND;
    let ways = ways.iter().map(|kind| (kind.as_str().to_owned(), gateway_label(*kind).to_owned())).collect();
    let today = state.ctx.day_of(state.ctx.now()).to_string();
    let or = |name: &str, otherwise: &str| typed.filled(name).unwrap_or_else(|| otherwise.to_owned());
    vec![
        ActField::choice("by", "Came as", or("by", GatewayKind::Cheque.as_str()), ways),
        ActField::text("amount", "Amount", typed.text("amount")).required(),
        currency_field(state, typed),
        ActField::date("received_on", "Came on", or("received_on", &today)).required(),
        campaign_field(typed, filled.campaigns.clone()),
        ActField::text("document", "Number of the cheque or slip", typed.text("document"))
            .hinted("Or the bank’s own name of the line. It can be left out."),
        ActField::area("note", "Note", typed.text("note"))
            .hinted("For the staff. The donor sees it if they ask for their data."),
        visibility_field(typed),
    ]
}

/// Records a gift.
pub(in crate::web) async fn record(
    state: Data<AppState>,
    seat: Seat,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let typed = Fields::parse(&body)?;
    let filled = filled(&state, &typed).await?;
    let gift = match gift(&filled) {
        Ok(gift) => gift,
        Err(problems) => return form(&state, &filled).shown(&state, &seat, &problems),
    };
    match gifts::record(&state.ctx, seat.0.actor(), gift).await {
        Ok(done) => Ok(recorded(done.donation.id, done.is_mailed)),
        Err(error) => form(&state, &filled).shown(&state, &seat, &mendable(error)?),
    }
}

fn gift(filled: &Filled<'_>) -> Result<Gift, Vec<FieldError>> {
    let typed = filled.typed;
    let by =
        GatewayKind::parse(&typed.text("by")).ok_or_else(|| wrong("by", "Choose how it came.".to_owned()));
    let from = filled.donor.as_ref().map_or_else(
        || Giver::Typed { name: typed.text("name"), email: typed.text("email") },
        |donor| Giver::Known(donor.id),
    );
    match (by, typed_money(typed), typed_day(typed)) {
        (Ok(by), Ok(amount), Ok(received_on)) => Ok(Gift {
            by,
            from,
            amount,
            received_on,
            campaign: typed.text("campaign"),
            visibility: typed_visibility(typed),
            document: typed.text("document"),
            note: typed.text("note"),
            form_id: typed.filled("request_key"),
        }),
        (by, amount, day) => Err([by.err(), amount.err(), day.err()].into_iter().flatten().collect()),
    }
}

/// The page on which a gift is declared void.
pub(in crate::web) async fn doubt(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id: DonationId = id_of(&id, "donation")?;
    let (_, left) = refund::refundable(&state.ctx, id).await?;
    void_form(id, left, String::new(), form_key(&state)).shown(&state, &seat, &[])
}

fn void_form(id: DonationId, left: Money, reason: String, key: HiddenField) -> Act {
    let page = ActPage {
        back: format!("/admin/donations/{id}"),
        action: format!("/admin/donations/{id}/void"),
        lead: format!(
            "{} leaves the books: the cheque bounced, or it was typed by mistake. Gift and receipt stay on record as \
             void, and the donor is told. If money is handed back, use “Give it back” instead.",
            left.text()
        ),
        hidden: vec![key],
        fields: vec![ActField::text("reason", "Reason", reason).hinted("The donor reads it.").required()],
        submit: "Declare it void",
        ..ActPage::default()
    };
    Act { page, title: "Void", place: "/admin/donations" }
}

/// Declares a gift void.
pub(in crate::web) async fn void(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let id: DonationId = id_of(&id, "donation")?;
    let typed = Fields::parse(&body)?;
    let (reason, key) = (typed.text("reason"), typed.filled("request_key"));
    match refund::void(&state.ctx, seat.0.actor(), id, &reason, key).await {
        Ok(_) => Ok(see_other(&format!("/admin/donations/{id}?done=void"))),
        Err(error) => {
            let problems = mendable(error)?;
            let (_, left) = refund::refundable(&state.ctx, id).await?;
            void_form(id, left, reason, kept_key(&state, &typed)).shown(&state, &seat, &problems)
        }
    }
}
