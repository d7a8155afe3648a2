//! Lines by which a platform elsewhere paid out: what a person says of it, with the sums of its page of earnings.

use super::bank_lines::{back_to, line_of};
use super::{Act, mendable, wrong};
use crate::domain::access::Permission as May;
use crate::domain::bank_line::BankLine;
use crate::domain::list::Shape;
use crate::domain::member::Platform;
use crate::domain::money::{Currency, Money};
use crate::domain::platform_payout::{PlatformFit, PlatformPayout};
use crate::render::admin_pages::{ActField, ActPage, HiddenField};
use crate::render::bank_pages::BankSuggestionShown;
use crate::render::list_pages::{Cells, FactShown, day_text};
use crate::usecases::bank_statements::{self, PaidOut};
use crate::usecases::{FieldError, UseCaseError};
use crate::web::admin::door::Seat;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::state::AppState;
use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data, Path};

fn hidden(name: &str, value: String) -> HiddenField {
    HiddenField { name: name.to_owned(), value }
}

/// A platform that may have paid a line out, with the button that says so without a word on the fee; none for whoever may not
/// press it.
pub(super) fn proposed(
    line: &BankLine,
    fit: PlatformFit,
    seat: &Seat,
    to: &str,
) -> Option<BankSuggestionShown> {
    if !seat.0.member.role.may(May::ChangeSupport) {
        return None;
    }
    let mut fields = vec![hidden("platform", fit.platform.as_str().to_owned())];
    fields.extend((!to.is_empty()).then(|| hidden("to", to.to_owned())));
    let why = if fit.is_payer { "because of the name" } else { "because of the text" };
    Some(BankSuggestionShown {
        what: format!("{} paid out by {}", line.amount.text(), fit.platform.label()),
        url: form_url(line),
        why: why.to_owned(),
        action: form_url(line),
        fields,
        submit: "Book it, fee unknown",
        subject: fit.platform.as_str().to_owned(),
    })
}

/// Where the form is, and where it leads.
pub(super) fn form_url(line: &BankLine) -> String {
    format!("/admin/bank-lines/{}/paid-out", line.id)
}

/// What the books have of a line that a platform paid out.
pub(super) fn facts(cells: Cells, line: &BankLine, payout: PlatformPayout) -> Vec<FactShown> {
    let told = |label: &'static str, text: String| FactShown {
        label,
        cell: cells.cell(label, Shape::Text, Some(text)),
    };
    let mut facts = vec![told("Paid out by", payout.platform.label().to_owned())];
    let Some(minor) = payout.fee_minor else { return facts };
    let currency = line.amount.currency();
    facts.push(told("Earned", Money::new(line.amount.minor().saturating_add(minor), currency).text()));
    facts.push(told("Fee", Money::new(minor, currency).text()));
    facts
}

fn form(line: &BankLine, typed: &Fields) -> Act {
    let currency = line.amount.currency();
    let label = Platform::Patreon.label();
    let fields = vec![
        ActField::text("gross", "Earned", typed.text("gross")).hinted(&format!(
            "In {currency}, before fees, as {label}’s page of earnings says it. May stay empty."
        )),
        ActField::text("fee", "Fee", typed.text("fee")).hinted(&format!(
            "What {label} kept of it, in {currency}. One of the two follows from the other."
        )),
    ];
    let page = ActPage {
        back: format!("/admin/bank-lines/{}", line.id),
        action: form_url(line),
        lead: format!(
            "{} of {} paid out by {label}: in the books as income of its own, and no donation.",
            line.amount.text(),
            day_text(line.booked_on)
        ),
        hidden: vec![hidden("platform", Platform::Patreon.as_str().to_owned())],
        fields,
        submit: "Book it",
        ..ActPage::default()
    };
    Act { page, title: "Paid out by Patreon", place: "/admin/bank" }
}

/// The form.
pub(in crate::web) async fn show(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let file = bank_statements::line(&state.ctx, line_of(&id)?).await?;
    form(&file.line, &Fields::default()).shown(&state, &seat, &[])
}

/// A sum that was typed, none if none was. Nothing at all is a fee as well.
fn typed_sum(typed: &Fields, field: &'static str, currency: Currency) -> Result<Option<Money>, FieldError> {
    let Some(text) = typed.filled(field) else { return Ok(None) };
    let nothing = Money::parse_major(text.trim(), currency).ok().filter(|sum| sum.is_zero());
    if nothing.is_some() {
        return Ok(nothing);
    }
    Money::parse_typed(&text, currency).map(Some).map_err(|error| wrong(field, error.to_string()))
}

fn told(typed: &Fields, currency: Currency) -> Result<PaidOut, FieldError> {
    let platform = Platform::parse(&typed.text("platform"));
    let platform = platform.ok_or_else(|| wrong("platform", "Say who paid it out.".to_owned()))?;
    let (gross, fee) = (typed_sum(typed, "gross", currency)?, typed_sum(typed, "fee", currency)?);
    Ok(PaidOut { platform, gross, fee })
}

/// Says that a platform paid a line out.
pub(in crate::web) async fn paid_out(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let id = line_of(&id)?;
    let typed = Fields::parse(&body)?;
    let line = bank_statements::line(&state.ctx, id).await?.line;
    let said = match told(&typed, line.amount.currency()) {
        Ok(told) => bank_statements::paid_out(&state.ctx, seat.0.actor(), id, told).await,
        Err(problem) => Err(UseCaseError::Invalid(vec![problem])),
    };
    match said {
        Ok(()) => Ok(back_to(&typed, id, "bank-paid-out")),
        Err(error) => form(&line, &typed).shown(&state, &seat, &mendable(error)?),
    }
}
