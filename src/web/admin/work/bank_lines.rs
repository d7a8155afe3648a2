//! Lines of bank statements: what each may be, and what a person says that it is.

use super::{
    Act, campaign_field, kept_key, mendable, platforms, recorded, typed_visibility, visibility_field,
};
use crate::domain::access::Permission as May;
use crate::domain::account::can_be_mailed;
use crate::domain::bank::CreditorReference;
use crate::domain::bank_line::{BankLine, Direction, LineStatus, NoGift, Outcome, Proposal};
use crate::domain::ids::{BankLineId, BankStatementId, DonationId, DonorId, PayoutId, PledgeId, RefundId};
use crate::domain::list::Shape;
use crate::domain::platform_payout::PlatformFit;
use crate::render::admin_pages::{ActField, ActPage, HiddenField};
use crate::render::bank_pages::{BankLinePage, BankLineShown, BankSuggestionShown};
use crate::render::gateway_name;
use crate::render::list_pages::{ActionShown, CellShown, Cells, FactShown, day_text, name_text, spelled};
use crate::usecases::balances::{self, Fit};
use crate::usecases::bank_statements::{self, GiftOfLine, LineFile, Suggestion, TakenBack, WaitingLine, Why};
use crate::usecases::gifts::{self, Giver};
use crate::usecases::{FieldError, UseCaseError};
use crate::web::admin::door::Seat;
use crate::web::admin::files::name_of;
use crate::web::admin::reply::{Desk, done, faults};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::{id_of, see_other, status_of};
use crate::web::state::AppState;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};

pub(super) fn line_of(text: &str) -> Result<BankLineId, WebError> {
    id_of(text, "line of a bank statement")
}

/// What a state means.
pub(super) fn says(status: LineStatus) -> &'static str {
    match status {
        LineStatus::Open => "wait for you",
        LineStatus::Booked => "gifts, in the books",
        LineStatus::Returned => "gifts that were taken back",
        LineStatus::NoGift => "no gifts",
        LineStatus::Outgoing => "money that went out",
    }
}

fn why_text(why: &[Why]) -> String {
    let word = |why: &Why| match why {
        Why::Reference => "the reference",
        Why::Account => "the account",
        Why::Name => "the name",
        Why::Amount => "the amount",
    };
    format!("because of {}", why.iter().map(word).collect::<Vec<_>>().join(", "))
}

/// A proposal with its button; none for whoever may not press it.
fn suggestion_shown(
    line: &BankLine,
    found: &Suggestion,
    seat: &Seat,
    to: &str,
) -> Option<BankSuggestionShown> {
    let may = |what| seat.0.member.role.may(what);
    let (name, amount, on) = (name_of(&found.pledge, None), found.amount.text(), day_text(found.on));
    let subject = found.subject();
    let (what, url, act, field, submit, needed) = match &found.proposal {
        Proposal::Promise(id) => {
            let often = if found.pledge.terms.frequency.is_recurring() {
                format!("{} ", spelled(found.pledge.terms.frequency.as_str()))
            } else {
                String::new()
            };
            let what = format!("{amount} {often}promised by {name} on {on}");
            (what, format!("/admin/pledges/{id}"), "book", "pledge", "Book it", May::ChangeSupport)
        }
        Proposal::Recorded(id) => {
            let what = format!("{amount} of {name}, recorded by hand for {on}");
            (what, format!("/admin/donations/{id}"), "book", "donation", "It is this one", May::ChangeSupport)
        }
        Proposal::TakenBack(id) => {
            let what = format!("{amount} of {name}, of {on}, taken back");
            (what, format!("/admin/donations/{id}"), "take-back", "donation", "Declare it void", May::Refund)
        }
        Proposal::Refunded(_) => {
            let what = format!("{amount} that went back to {name}, recorded on {on}");
            let url = format!("/admin/pledges/{}", found.pledge.id);
            (what, url, "take-back", "refund", "It is this one", May::Refund)
        }
    };
    if !may(needed) {
        return None;
    }
    let hidden = |name: &str, value: String| HiddenField { name: name.to_owned(), value };
    let mut fields = vec![hidden(field, subject.clone())];
    fields.extend((!to.is_empty()).then(|| hidden("to", to.to_owned())));
    Some(BankSuggestionShown {
        what,
        url,
        why: why_text(&found.why),
        action: format!("/admin/bank-lines/{}/{act}", line.id),
        fields,
        submit,
        subject,
    })
}

/// A payout that a line may be, with its button; none for whoever may not press it.
fn payout_shown(line: &BankLine, fit: &Fit, seat: &Seat, to: &str) -> Option<BankSuggestionShown> {
    if !seat.0.member.role.may(May::ChangeSupport) {
        return None;
    }
    let (amount, gateway) = (fit.payout.amount.text(), gateway_name(fit.payout.gateway));
    let hidden = |name: &str, value: String| HiddenField { name: name.to_owned(), value };
    let mut fields = vec![hidden("payout", fit.payout.id.to_string())];
    fields.extend((!to.is_empty()).then(|| hidden("to", to.to_owned())));
    Some(BankSuggestionShown {
        what: format!("{amount} paid out by {gateway}, to arrive on {}", day_text(fit.on)),
        url: format!("/admin/payouts/{}", fit.payout.id),
        why: why_text(if fit.is_named { &[Why::Name, Why::Amount] } else { &[Why::Amount] }),
        action: format!("/admin/bank-lines/{}/payout", line.id),
        fields,
        submit: "It is this payout",
        subject: fit.payout.id.to_string(),
    })
}

/// All that a line may be. A payout that is named on the line comes first, as few donors are called like a gateway; a platform
/// does so only as the payer, as a donor may write its name.
fn proposals(
    line: &BankLine,
    (found, payouts, platform): (&[Suggestion], &[Fit], Option<PlatformFit>),
    seat: &Seat,
    to: &str,
) -> Vec<BankSuggestionShown> {
    let of_payouts = |named| {
        payouts
            .iter()
            .filter(move |fit| fit.is_named == named)
            .filter_map(move |fit| payout_shown(line, fit, seat, to))
    };
    let of_platform = |is_payer| {
        let fit = platform.filter(|fit| fit.is_payer == is_payer);
        fit.and_then(|fit| platforms::proposed(line, fit, seat, to))
    };
    let others = found.iter().filter_map(|found| suggestion_shown(line, found, seat, to));
    let named = of_payouts(true).chain(of_platform(true));
    named.chain(others).chain(of_platform(false)).chain(of_payouts(false)).collect()
}

/// A line that waits, in short, with the likeliest thing that it is.
pub(super) fn line_shown(waiting: &WaitingLine, seat: &Seat) -> BankLineShown {
    let line = &waiting.line;
    let found = (waiting.suggestions.as_slice(), waiting.payouts.as_slice(), waiting.platform);
    let all = proposals(line, found, seat, &line.statement.to_string());
    BankLineShown {
        id: line.id.to_string(),
        url: format!("/admin/bank-lines/{}", line.id),
        day_text: day_text(line.booked_on),
        amount: line.amount.text(),
        name: line.name.clone().unwrap_or_else(|| "no name".to_owned()),
        text: line.text.clone().unwrap_or_default(),
        direction: line.direction.as_str(),
        more: all.len().saturating_sub(1),
        likeliest: all.into_iter().next(),
    }
}

/// A line with all that is known about it.
pub(in crate::web) async fn show(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let told = Told { done: done(request.query_string()), ..Told::default() };
    page(&state, &seat, line_of(&id)?, told).await
}

#[derive(Default)]
struct Told {
    done: Option<&'static str>,
    typed: String,
    problems: Vec<FieldError>,
}

async fn page(state: &AppState, seat: &Seat, id: BankLineId, told: Told) -> Result<HttpResponse, WebError> {
    let file = bank_statements::line(&state.ctx, id).await?;
    let line = &file.line;
    let may_change = seat.0.member.role.may(May::ChangeSupport);
    let shown = BankLinePage {
        id: id.to_string(),
        list_url: format!("/admin/bank/{}", file.statement.id),
        list_label: file.statement.name.clone(),
        heading: line.amount.text(),
        status: line.outcome.status().as_str(),
        standfirst: standfirst(line),
        text: line.text.clone().unwrap_or_default(),
        facts: facts(Cells { zone: state.ctx.policy.time_zone }, &file),
        suggestions: proposals(line, (&file.suggestions, &file.payouts, file.platform), seat, ""),
        actions: if may_change { actions(&file) } else { Vec::new() },
        may_change,
        may_book: may_change && line.outcome == Outcome::Open && line.amount.is_positive(),
        faults: faults(&told.problems),
        typed: told.typed,
    };
    let status = status_of(&told.problems);
    let title = shown.heading.clone();
    let place = ("admin/bank_line.html", title.as_str(), "/admin/bank");
    Desk::of(state, &seat.0).answer(status, place, told.done, shown)
}

fn standfirst(line: &BankLine) -> String {
    let who = line.name.clone().unwrap_or_else(|| "no name".to_owned());
    let day = day_text(line.booked_on);
    match line.direction {
        Direction::In => format!("from {who}, {day}"),
        Direction::Out => format!("to {who}, {day}"),
        Direction::TakenBack => format!("taken back from {who}, {day}"),
        Direction::CameBack => format!("came back from {who}, {day}"),
    }
}

fn facts(cells: Cells, file: &LineFile) -> Vec<FactShown> {
    let line = &file.line;
    let code = |label: &'static str, text: Option<String>| {
        text.map(|text| FactShown { label, cell: cells.cell(label, Shape::Code, Some(text)) })
    };
    let mut facts: Vec<FactShown> = Vec::new();
    let named = |label: &'static str, list: &str, id: String| {
        let url = Some(format!("/admin/{list}/{id}"));
        FactShown { label, cell: CellShown { url, ..cells.cell("", Shape::Code, Some(id)) } }
    };
    facts.extend(file.donation.map(|donation| named("Donation", "donations", donation.to_string())));
    if let Outcome::Payout(payout) = line.outcome {
        facts.push(named("Payout", "payouts", payout.to_string()));
    }
    if let Outcome::Deposit(deposit, _) = line.outcome {
        facts.push(named("Deposit", "deposits", deposit.to_string()));
    }
    if let Outcome::PaidOut(payout) = line.outcome {
        facts.extend(platforms::facts(cells, line, payout));
    }
    if let Outcome::NoGift { kind, reason } = &line.outcome {
        let why = cells.cell("", Shape::Word, Some(kind.as_str().to_owned()));
        facts.push(FactShown { label: "No gift", cell: why });
        facts.extend(
            reason
                .clone()
                .map(|reason| FactShown { label: "Reason", cell: cells.cell("", Shape::Text, Some(reason)) }),
        );
    }
    facts.extend(code("Their account", line.other_account.clone()));
    facts.extend(code("Our account", Some(line.account.clone())));
    facts.extend(code("The bank’s id", line.bank_id.clone()));
    let references: Vec<String> = line.references().iter().map(CreditorReference::grouped).collect();
    facts.extend(code("Reference", Some(references.join(", ")).filter(|text| !text.is_empty())));
    facts.extend(line.decided_at.map(|at| FactShown { label: "Decided", cell: cells.time_cell("", at) }));
    facts.extend(code("Id", Some(line.id.to_string())));
    facts
}

fn actions(file: &LineFile) -> Vec<ActionShown> {
    let line = &file.line;
    let at = |act: &str| format!("/admin/bank-lines/{}/{act}", line.id);
    match line.outcome {
        Outcome::Open if line.amount.is_positive() => {
            let mut all = Vec::new();
            if let Some(giver) = &file.giver {
                let name = name_text(giver.name.as_deref().unwrap_or(giver.email.as_str()));
                let url = format!("{}?donor={}", at("gift"), giver.id);
                all.push(ActionShown::link(
                    &format!("A gift of {name}, who gave from this account before"),
                    url,
                ));
            }
            all.push(ActionShown::link("A gift of somebody else", at("gift")));
            let from_elsewhere = (line.direction == Direction::In).then(|| platforms::form_url(line));
            all.extend(from_elsewhere.map(|url| ActionShown::link("Paid out by Patreon", url)));
            all.push(ActionShown::link("No gift", at("no-gift")));
            all
        }
        Outcome::Open => vec![ActionShown::link("No gift", at("no-gift"))],
        Outcome::NoGift { .. }
        | Outcome::Payout(_)
        | Outcome::Deposit(..)
        | Outcome::PaidOut(_)
        | Outcome::Booked(_) => vec![ActionShown::button("Open it again", at("reopen"))],
        Outcome::Returned(_) | Outcome::Outgoing => Vec::new(),
    }
}

/// Where whoever pressed a button came from.
pub(super) fn back_to(typed: &Fields, id: BankLineId, done: &str) -> HttpResponse {
    let statement = typed.filled("to").and_then(|to| to.parse::<BankStatementId>().ok());
    let place = statement.map_or_else(|| format!("/admin/bank-lines/{id}"), |to| format!("/admin/bank/{to}"));
    see_other(&format!("{place}?done={done}"))
}

/// Says that a line is money for a promise, or a donation that was recorded before.
pub(in crate::web) async fn book(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let id = line_of(&id)?;
    let typed = Fields::parse(&body)?;
    let said = say(&state, &seat, id, &typed).await;
    match said {
        Ok(_donation) => Ok(back_to(&typed, id, "bank-booked")),
        Err(error) => {
            let told = Told { typed: typed.text("reference"), problems: mendable(error)?, ..Told::default() };
            page(&state, &seat, id, told).await
        }
    }
}

async fn say(
    state: &AppState,
    seat: &Seat,
    id: BankLineId,
    typed: &Fields,
) -> Result<DonationId, UseCaseError> {
    let (ctx, by) = (&state.ctx, seat.0.actor());
    let unknown = |message: String| UseCaseError::invalid("reference", "unknown_reference", message);
    if let Some(donation) = typed.filled("donation") {
        let donation = donation.parse().map_err(|_no_id| UseCaseError::NotFound("donation"))?;
        return bank_statements::link(ctx, by, id, donation).await;
    }
    if let Some(pledge) = typed.filled("pledge") {
        let pledge: PledgeId = pledge.parse().map_err(|_no_id| UseCaseError::NotFound("pledge"))?;
        return bank_statements::book(ctx, by, id, pledge).await;
    }
    let reference: CreditorReference = typed
        .text("reference")
        .parse()
        .map_err(|error: crate::domain::bank::ReferenceError| unknown(error.to_string()))?;
    let pledge = bank_statements::promise(ctx, reference).await?;
    let pledge = pledge.ok_or_else(|| unknown("No promise has this reference.".to_owned()))?;
    bank_statements::book(ctx, by, id, pledge).await
}

/// Says that a line took a transfer back.
pub(in crate::web) async fn take_back(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let id = line_of(&id)?;
    let typed = Fields::parse(&body)?;
    let what = match typed.filled("refund") {
        Some(refund) => TakenBack::Refund(id_of::<RefundId>(&refund, "refund")?),
        None => TakenBack::Donation(id_of(&typed.text("donation"), "donation")?),
    };
    match bank_statements::take_back(&state.ctx, seat.0.actor(), id, what).await {
        Ok(_refund) => Ok(back_to(&typed, id, "bank-back")),
        Err(error) => page(&state, &seat, id, Told { problems: mendable(error)?, ..Told::default() }).await,
    }
}

/// Says that a line is a payout of a gateway.
pub(in crate::web) async fn payout(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let id = line_of(&id)?;
    let typed = Fields::parse(&body)?;
    let payout: PayoutId = id_of(&typed.text("payout"), "payout")?;
    match balances::arrived(&state.ctx, seat.0.actor(), id, payout).await {
        Ok(()) => Ok(back_to(&typed, id, "bank-payout")),
        Err(error) => page(&state, &seat, id, Told { problems: mendable(error)?, ..Told::default() }).await,
    }
}

/// Says that a line is not what it might have been.
pub(in crate::web) async fn dismiss(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let id = line_of(&id)?;
    let typed = Fields::parse(&body)?;
    bank_statements::dismiss(&state.ctx, seat.0.actor(), id, typed.text("subject")).await?;
    Ok(back_to(&typed, id, "bank-not"))
}

/// Takes a decision back.
pub(in crate::web) async fn reopen(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id = line_of(&id)?;
    match bank_statements::reopen(&state.ctx, seat.0.actor(), id).await {
        Ok(()) => Ok(see_other(&format!("/admin/bank-lines/{id}?done=bank-open"))),
        Err(error) => page(&state, &seat, id, Told { problems: mendable(error)?, ..Told::default() }).await,
    }
}

/// The form that says why a line is no gift.
pub(in crate::web) async fn doubt(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let file = bank_statements::line(&state.ctx, line_of(&id)?).await?;
    doubt_form(&file.line, &Fields::default()).shown(&state, &seat, &[])
}

fn doubt_form(line: &BankLine, typed: &Fields) -> Act {
    let words = |kind: &NoGift| match kind {
        NoGift::OwnTransfer => "From another account of ours, or our own transfer that came back",
        NoGift::Payout => "Paid out by a gateway, such as Stripe",
        NoGift::CashPaidIn => "Cash that was paid in",
        NoGift::ChequesPaidIn => "Cheques that were paid in",
        NoGift::Other => "Something else",
    };
    let kinds = NoGift::ALL.iter().map(|kind| (kind.as_str().to_owned(), words(kind).to_owned())).collect();
    let chosen = typed.filled("kind").unwrap_or_else(|| NoGift::OwnTransfer.as_str().to_owned());
    let page = ActPage {
        back: format!("/admin/bank-lines/{}", line.id),
        action: format!("/admin/bank-lines/{}/no-gift", line.id),
        lead: format!("{} is no gift. Nothing is booked.", line.amount.text()),
        fields: vec![
            ActField::choice("kind", "It is", chosen, kinds),
            ActField::text("reason", "In words", typed.text("reason")).hinted("Needed for something else."),
        ],
        submit: "It is no gift",
        ..ActPage::default()
    };
    Act { page, title: "No gift", place: "/admin/bank" }
}

/// Says that a line is no gift.
pub(in crate::web) async fn no_gift(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let id = line_of(&id)?;
    let typed = Fields::parse(&body)?;
    let said = match NoGift::parse(&typed.text("kind")) {
        Some(kind) => {
            bank_statements::no_gift(&state.ctx, seat.0.actor(), id, (kind, &typed.text("reason"))).await
        }
        None => Err(UseCaseError::invalid("kind", "unknown", "Choose what it is.")),
    };
    match said {
        Ok(()) => Ok(back_to(&typed, id, "bank-no-gift")),
        Err(error) => {
            let problems = mendable(error)?;
            let file = bank_statements::line(&state.ctx, id).await?;
            doubt_form(&file.line, &typed).shown(&state, &seat, &problems)
        }
    }
}

/// The form of a gift that came by a line.
pub(in crate::web) async fn begin_gift(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let typed = Fields::parse(request.query_string().as_bytes())?;
    gift_form(&state, line_of(&id)?, &typed).await?.shown(&state, &seat, &[])
}

async fn gift_form(state: &AppState, id: BankLineId, typed: &Fields) -> Result<Act, WebError> {
    let file = bank_statements::line(&state.ctx, id).await?;
    let line = &file.line;
    let mut hidden = vec![kept_key(state, typed)];
    let mut fields = Vec::new();
    let lead = match typed.filled("donor") {
        Some(donor) => {
            let donor = gifts::giver(&state.ctx, id_of::<DonorId>(&donor, "donor")?).await?;
            hidden.push(HiddenField { name: "donor".into(), value: donor.id.to_string() });
            let name = name_text(donor.name.as_deref().unwrap_or(donor.email.as_str()));
            let receipt = if can_be_mailed(donor.email.as_str()) { "is mailed" } else { "is printed" };
            format!(
                "{} from {name}, of {}. The receipt {receipt}.",
                line.amount.text(),
                day_text(line.booked_on)
            )
        }
        None => {
            let name = typed.given("name").or_else(|| line.name.clone()).unwrap_or_default();
            fields.push(ActField::text("name", "Name", name));
            fields.push(ActField::text("email", "E-mail address", typed.text("email")).hinted(
                "An address that is on record makes it a gift of the donor who has it. Without one, the receipt is printed.",
            ));
            format!("{} that nobody promised, of {}.", line.amount.text(), day_text(line.booked_on))
        }
    };
    fields.push(campaign_field(typed, gifts::campaigns(&state.ctx).await?));
    fields.push(ActField::area("note", "Note", typed.text("note")).hinted("For the staff."));
    fields.push(visibility_field(typed));
    let page = ActPage {
        back: format!("/admin/bank-lines/{id}"),
        action: format!("/admin/bank-lines/{id}/gift"),
        lead,
        hidden,
        fields,
        submit: "Record it",
        ..ActPage::default()
    };
    Ok(Act { page, title: "Record a gift", place: "/admin/bank" })
}

/// Says that a line is a gift that nobody promised, and records it.
pub(in crate::web) async fn record_gift(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let id = line_of(&id)?;
    let typed = Fields::parse(&body)?;
    let from = match typed.filled("donor") {
        Some(donor) => Giver::Known(id_of(&donor, "donor")?),
        None => Giver::Typed { name: typed.text("name"), email: typed.text("email") },
    };
    let given = GiftOfLine {
        from,
        campaign: typed.text("campaign"),
        visibility: typed_visibility(&typed),
        note: typed.text("note"),
        form_id: typed.filled("request_key"),
    };
    match bank_statements::gift(&state.ctx, seat.0.actor(), id, given).await {
        Ok((donation, is_mailed)) => Ok(recorded(donation, is_mailed)),
        Err(error) => {
            let problems = mendable(error)?;
            gift_form(&state, id, &typed).await?.shown(&state, &seat, &problems)
        }
    }
}
