//! Lines of bank statements: what each may be, and what a program says that it is.

use super::MoneyDto;
use super::act::{Act, Done};
use super::asked;
use super::donors::NoFields;
use super::door::Holder;
use super::seen::json as answer;
use crate::domain::bank_line::{NoGift, Proposal};
use crate::domain::ids::{BankLineId, DonationId, PayoutId, PledgeId};
use crate::domain::member::Platform;
use crate::domain::money::{Currency, Money};
use crate::domain::pledge::Visibility;
use crate::usecases::bank_statements::{self, GiftOfLine, PaidOut, Suggestion, TakenBack, Why};
use crate::usecases::gifts::Giver;
use crate::usecases::{UseCaseError, balances};
use crate::web::error::WebError;
use crate::web::reply::id_of;
use crate::web::state::AppState;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

/// What a line is: one of these.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NewBooking {
    pledge: Option<String>,
    donation: Option<String>,
}

/// A gift that nobody promised: of a donor on record, or of somebody who may be new.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NewGift {
    campaign: String,
    donor: Option<String>,
    name: Option<String>,
    email: Option<String>,
    /// Whether the public may see the name.
    #[serde(default)]
    named: bool,
    note: Option<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPaidOut {
    platform: String,
    gross: Option<MoneyDto>,
    fee: Option<MoneyDto>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NewTakenBack {
    donation: Option<String>,
    refund: Option<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NewArrival {
    payout: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NewNoGift {
    kind: String,
    reason: Option<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NewDismissal {
    subject: String,
}

fn line_of(text: &str) -> Result<BankLineId, WebError> {
    id_of(text, "line of a bank statement")
}

/// What a line may be, the likeliest first; then the payouts that it may be, of gateways and of a platform.
pub(super) async fn proposals(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    asked::nothing(&request)?;
    let file = bank_statements::line(&state.ctx, line_of(&id)?).await?;
    let payouts = file.payouts.iter().map(|fit| {
        json!({
            "kind": "payout",
            "subject": fit.payout.id.to_string(),
            "pledge": null,
            "amount": MoneyDto::from(fit.payout.amount),
            "day": fit.on.to_string(),
            "why": if fit.is_named { vec!["name", "amount"] } else { vec!["amount"] },
        })
    });
    let platform = file.platform.iter().map(|fit| {
        json!({
            "kind": "paid_out",
            "subject": fit.platform.as_str(),
            "pledge": null,
            "amount": MoneyDto::from(file.line.amount),
            "day": file.line.booked_on.to_string(),
            "why": ["name"],
        })
    });
    let items: Vec<Value> = file.suggestions.iter().map(proposal).chain(payouts).chain(platform).collect();
    answer(&request, &asked::listed(&items, None))
}

fn proposal(found: &Suggestion) -> Value {
    let kind = match found.proposal {
        Proposal::Promise(_) => "promise",
        Proposal::Recorded(_) => "recorded",
        Proposal::TakenBack(_) => "taken_back",
        Proposal::Refunded(_) => "refunded",
    };
    let word = |why: &Why| match why {
        Why::Reference => "reference",
        Why::Account => "account",
        Why::Name => "name",
        Why::Amount => "amount",
    };
    json!({
        "kind": kind,
        "subject": found.subject(),
        "pledge": found.pledge.id,
        "amount": MoneyDto::from(found.amount),
        "day": found.on.to_string(),
        "why": found.why.iter().map(word).collect::<Vec<_>>(),
    })
}

/// One of two, and not both.
fn one_of<A, B>(
    (one, other): (Option<A>, Option<B>),
    (field, says): (&'static str, &str),
) -> Result<Either<A, B>, UseCaseError> {
    match (one, other) {
        (Some(one), None) => Ok(Either::One(one)),
        (None, Some(other)) => Ok(Either::Other(other)),
        (Some(_), Some(_)) | (None, None) => Err(UseCaseError::invalid(field, "one_of_two", says)),
    }
}

enum Either<A, B> {
    One(A),
    Other(B),
}

/// Says that a line is money for a promise, or a donation that was recorded by hand before.
pub(super) async fn book(id: Path<String>, act: Act) -> Result<HttpResponse, WebError> {
    let line = line_of(&id)?;
    let NewBooking { pledge, donation } = act.body()?;
    let says = "name the promise that it is for, or the donation that was recorded before, and not both";
    let is: Either<PledgeId, DonationId> = match one_of((pledge, donation), ("pledge", says))? {
        Either::One(pledge) => Either::One(id_of(&pledge, "pledge")?),
        Either::Other(donation) => Either::Other(id_of(&donation, "donation")?),
    };
    act.once(async |ctx, by| {
        let donation = match is {
            Either::One(pledge) => bank_statements::book(&ctx, by, line, pledge).await?,
            Either::Other(donation) => bank_statements::link(&ctx, by, line, donation).await?,
        };
        Ok(Done::ok(json!({ "id": line, "donation": donation })))
    })
    .await
}

/// Says that a line is a gift that nobody promised, and records it.
pub(super) async fn gift(id: Path<String>, act: Act) -> Result<HttpResponse, WebError> {
    let line = line_of(&id)?;
    let new: NewGift = act.body()?;
    let from = match new.donor {
        Some(donor) => Giver::Known(id_of(&donor, "donor")?),
        None => Giver::Typed { name: new.name.unwrap_or_default(), email: new.email.unwrap_or_default() },
    };
    let given = GiftOfLine {
        from,
        campaign: new.campaign,
        visibility: if new.named { Visibility::Named } else { Visibility::Hidden },
        note: new.note.unwrap_or_default(),
        form_id: None,
    };
    act.once(async |ctx, by| {
        let (donation, is_mailed) = bank_statements::gift(&ctx, by, line, given).await?;
        Ok(Done::ok(json!({ "id": line, "donation": donation, "receipt_mailed": is_mailed })))
    })
    .await
}

/// Says that a platform elsewhere paid a line out.
pub(super) async fn paid_out(id: Path<String>, act: Act) -> Result<HttpResponse, WebError> {
    let line = line_of(&id)?;
    let NewPaidOut { platform, gross, fee } = act.body()?;
    let platform = Platform::parse(&platform)
        .ok_or_else(|| UseCaseError::invalid("platform", "unknown", "there is no such platform"))?;
    let gross = gross.map(|money| money_of("gross", &money)).transpose()?;
    let fee = fee.map(|money| money_of("fee", &money)).transpose()?;
    act.once(async |ctx, by| {
        bank_statements::paid_out(&ctx, by, line, PaidOut { platform, gross, fee }).await?;
        Ok(Done::ok(json!({ "id": line })))
    })
    .await
}

fn money_of(field: &'static str, money: &MoneyDto) -> Result<Money, UseCaseError> {
    let currency = Currency::parse(&money.currency);
    let currency = currency.map_err(|error| UseCaseError::invalid(field, "unknown_currency", error))?;
    Ok(Money::new(money.minor, currency))
}

/// Says that a line took a donation back, or is a refund that was recorded before.
pub(super) async fn take_back(id: Path<String>, act: Act) -> Result<HttpResponse, WebError> {
    let line = line_of(&id)?;
    let NewTakenBack { donation, refund } = act.body()?;
    let says = "name the donation that it took back, or the refund that was recorded before, and not both";
    let what = match one_of((donation, refund), ("donation", says))? {
        Either::One(donation) => TakenBack::Donation(id_of(&donation, "donation")?),
        Either::Other(refund) => TakenBack::Refund(id_of(&refund, "refund")?),
    };
    act.once(async |ctx, by| {
        let refund = bank_statements::take_back(&ctx, by, line, what).await?;
        Ok(Done::ok(json!({ "id": line, "refund": refund })))
    })
    .await
}

/// Says that a line is a payout of a gateway.
pub(super) async fn arrived(id: Path<String>, act: Act) -> Result<HttpResponse, WebError> {
    let line = line_of(&id)?;
    let NewArrival { payout } = act.body()?;
    let payout: PayoutId = id_of(&payout, "payout")?;
    act.once(async |ctx, by| {
        balances::arrived(&ctx, by, line, payout).await?;
        Ok(Done::ok(json!({ "id": line })))
    })
    .await
}

/// Says that a line is no gift.
pub(super) async fn no_gift(id: Path<String>, act: Act) -> Result<HttpResponse, WebError> {
    let line = line_of(&id)?;
    let NewNoGift { kind, reason } = act.body()?;
    let kind = NoGift::parse(&kind)
        .ok_or_else(|| UseCaseError::invalid("kind", "unknown", "that is no reason why a line is no gift"))?;
    act.once(async |ctx, by| {
        let reason = reason.unwrap_or_default();
        bank_statements::no_gift(&ctx, by, line, (kind, reason.as_str())).await?;
        Ok(Done::ok(json!({ "id": line })))
    })
    .await
}

/// Says that a line is not what was proposed: it is not proposed again.
pub(super) async fn dismiss(id: Path<String>, act: Act) -> Result<HttpResponse, WebError> {
    let line = line_of(&id)?;
    let NewDismissal { subject } = act.body()?;
    act.once(async |ctx, by| {
        bank_statements::dismiss(&ctx, by, line, subject).await?;
        Ok(Done::ok(json!({ "id": line })))
    })
    .await
}

/// Takes back what was said of a line, as far as no money of it counts.
pub(super) async fn reopen(id: Path<String>, act: Act) -> Result<HttpResponse, WebError> {
    let line = line_of(&id)?;
    let _none: NoFields = act.body()?;
    act.once(async |ctx, by| {
        bank_statements::reopen(&ctx, by, line).await?;
        Ok(Done::ok(json!({ "id": line })))
    })
    .await
}
