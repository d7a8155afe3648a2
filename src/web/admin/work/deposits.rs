//! Cash and cheques in hand, and the slips by which they are paid in at the bank.

use super::{mendable, wrong};
use crate::domain::access::Permission as May;
use crate::domain::deposit::{Deposit, Tender};
use crate::domain::ids::{BankLineId, DepositId, DonationId};
use crate::domain::ledger::Account;
use crate::render::bank_pages::{DepositShown, DepositsPage, SlipGiftShown, SlipShown};
use crate::render::list_pages::day_text;
use crate::usecases::deposits::{self, Gift, Slip};
use crate::usecases::{FieldError, UseCaseError, balances};
use crate::web::admin::door::Seat;
use crate::web::admin::files::{DEPOSITS as LIST, held_name, name_of, tender_name};
use crate::web::admin::reply::{Desk, done, faults};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::{id_of, see_other, status_of};
use crate::web::state::AppState;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};

/// What is in hand, and what was paid in.
pub(in crate::web) async fn list(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
) -> Result<HttpResponse, WebError> {
    page(&state, &seat, (&Fields::default(), &[]), done(request.query_string())).await
}

async fn page(
    state: &AppState,
    seat: &Seat,
    (typed, problems): (&Fields, &[FieldError]),
    done: Option<&'static str>,
) -> Result<HttpResponse, WebError> {
    let found = deposits::in_hand(&state.ctx).await?;
    let accounts = Tender::ALL.iter().map(|tender| Account::Clearing(tender.gateway())).collect();
    let held = balances::held_on(&state.ctx, accounts).await?;
    let today = state.ctx.day_of(state.ctx.now()).to_string();
    let slip = |tender: &Tender| {
        let own = found.gifts.iter().filter(|gift| gift.donation.gateway == tender.gateway());
        let gifts: Vec<SlipGiftShown> = own.map(|gift| gift_shown(gift, typed)).collect();
        (!gifts.is_empty()).then(|| SlipShown {
            tender: tender.as_str(),
            heading: tender_name(*tender),
            paid_in_on: typed.filled("paid_in_on").unwrap_or_else(|| today.clone()),
            gifts,
        })
    };
    let shown = DepositsPage {
        may_change: seat.0.member.role.may(May::ChangeSupport),
        in_hand: held.iter().map(|(account, amount)| (held_name(*account), amount.text())).collect(),
        slips: Tender::ALL.iter().filter_map(slip).collect(),
        latest: found.latest.iter().map(deposit_shown).collect(),
        faults: faults(problems),
    };
    let place = ("admin/deposits.html", "Cash and cheques", "/admin/donations");
    Desk::of(state, &seat.0).answer(status_of(problems), place, done, shown)
}

fn gift_shown(gift: &Gift, typed: &Fields) -> SlipGiftShown {
    let id = gift.donation.id.to_string();
    let day = gift.donation.received_on.map(day_text).unwrap_or_default();
    let number = gift.paper.document.as_ref().map(|number| format!(", {number}")).unwrap_or_default();
    let what = format!("{} of {}, {day}{number}", gift.amount.text(), name_of(&gift.pledge, None));
    SlipGiftShown { chosen: typed.ticked(&id), id, what }
}

fn deposit_shown(deposit: &Deposit) -> DepositShown {
    DepositShown {
        url: format!("{LIST}/{}", deposit.id),
        amount: deposit.amount.text(),
        what: format!("{}, {}", tender_name(deposit.tender), day_text(deposit.paid_in_on)),
        taken_back: deposit.taken_back_at.is_some(),
    }
}

/// Writes down that gifts were paid in.
pub(in crate::web) async fn pay_in(
    state: Data<AppState>,
    seat: Seat,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let typed = Fields::parse(&body)?;
    let said = match slip(&typed) {
        Ok(slip) => deposits::pay_in(&state.ctx, seat.0.actor(), slip).await,
        Err(problem) => Err(UseCaseError::Invalid(vec![problem])),
    };
    match said {
        Ok(id) => Ok(see_other(&format!("{LIST}/{id}?done=paid-in"))),
        Err(error) => {
            let problems = mendable(error)?;
            page(&state, &seat, (&typed, &problems), None).await
        }
    }
}

fn slip(typed: &Fields) -> Result<Slip, FieldError> {
    let tender = Tender::parse(&typed.text("tender"));
    let ticked = typed.all_but("tender").into_iter().filter(|(name, _)| typed.ticked(name));
    let day = typed.text("paid_in_on").trim().parse();
    Ok(Slip {
        tender: tender.ok_or_else(|| wrong("gifts", "Say whether it is cash or cheques.".to_owned()))?,
        gifts: ticked.filter_map(|(name, _)| name.parse::<DonationId>().ok()).collect(),
        paid_in_on: day
            .map_err(|_no_day| wrong("paid_in_on", "Write a day, such as 2027-03-01.".to_owned()))?,
    })
}

fn id(text: &str) -> Result<DepositId, WebError> {
    id_of(text, "deposit")
}

/// Says which line of a statement shows a deposit.
pub(in crate::web) async fn shown_by(
    state: Data<AppState>,
    seat: Seat,
    path: Path<(String, String)>,
) -> Result<HttpResponse, WebError> {
    let (deposit, line) = path.into_inner();
    let (deposit, line) = (id(&deposit)?, id_of::<BankLineId>(&line, "line of a bank statement")?);
    deposits::shown_by(&state.ctx, seat.0.actor(), deposit, line).await?;
    Ok(see_other(&format!("{LIST}/{deposit}?done=deposit-shown")))
}

/// Takes a deposit back.
pub(in crate::web) async fn take_back(
    state: Data<AppState>,
    seat: Seat,
    path: Path<String>,
) -> Result<HttpResponse, WebError> {
    let deposit = id(&path)?;
    deposits::take_back(&state.ctx, seat.0.actor(), deposit).await?;
    Ok(see_other(&format!("{LIST}/{deposit}?done=deposit-back")))
}
