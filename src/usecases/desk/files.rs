//! What the office has on one thing: how it stands, what happened to it and why, the books, what the gateway really
//! said, and the letters. Each is read on one snapshot.

mod moments;

pub use moments::{Moment, Thing};

use crate::domain::account::Profile;
use crate::domain::audit::{AuditRow, Author};
use crate::domain::campaign::Campaign;
use crate::domain::dispute::Dispute;
use crate::domain::donation::Donation;
use crate::domain::donor::EmailAddress;
use crate::domain::gift_aid::Declaration;
use crate::domain::ids::{BankLineId, DepositId, DonationId, DonorId, ImportId, InboxId, JobId, PledgeId};
use crate::domain::member::Member;
use crate::domain::pledge::Pledge;
use crate::domain::receipt::{Receipt, ReceiptNumber};
use crate::domain::refund::Refund;
use crate::domain::subscription::{Order, Subscription};
use crate::domain::tier::Tier;
use crate::domain::wall::WallEntry;
use crate::store::desk::{self, Note};
use crate::store::dossiers::{self, Call, EventRecord, Given, JobRecord, LedgerEntry};
use crate::store::event_subjects::{self, Told};
use crate::store::gifts_by_hand::{self, Paper};
use crate::store::{
    Conn, StoreError, account_changes, accounts, api_tokens, audit, bank_lines, campaigns, deposits,
    disputes, donations, donor_letters, external_members, gift_aid, imports, patrons, pledges, receipts,
    refunds, staff, statements, subscription_orders, subscriptions, successions, tiers, wall,
};
use crate::usecases::{Context, UseCaseError};

/// Events on a page: a payment has a handful.
const EVENTS_MAX: i64 = 50;
/// Changes on a donor's page.
const CHANGES_MAX: i64 = 100;
/// Others of the same name that are suggested.
const NAMESAKES_MAX: i64 = 10;
/// Payments of one pledge on its page; the list has the others.
const PAYMENTS_MAX: usize = 100;

/// Everything on a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DonationFile {
    /// The payment.
    pub donation: Donation,
    /// The promise that it keeps.
    pub pledge: Pledge,
    /// What for.
    pub campaign: Campaign,
    /// Who gave.
    pub donor: Option<Profile>,
    /// Its receipts, the oldest first.
    pub receipts: Vec<Receipt>,
    /// What was given back.
    pub refunds: Vec<Refund>,
    /// What was contested.
    pub disputes: Vec<Dispute>,
    /// What staff wrote down about it, if they recorded it by hand.
    pub paper: Option<Paper>,
    /// The line of a bank statement that it is.
    pub line: Option<BankLineId>,
    /// The deposit by which it was paid in at the bank.
    pub deposit: Option<DepositId>,
    /// The file and the line that it was taken over from.
    pub past: Option<(ImportId, String, i64)>,
    /// Its entries in the books.
    pub entries: Vec<LedgerEntry>,
    /// What the gateway said.
    pub events: Vec<Told>,
    /// What happened, the earliest first.
    pub moments: Vec<Moment>,
}

/// Everything on a payment.
pub async fn donation(ctx: &Context, id: DonationId) -> Result<DonationFile, UseCaseError> {
    ctx.db
        .read(move |conn| {
            let donation = donations::find(conn, id)?.ok_or(UseCaseError::NotFound("donation"))?;
            let pledge = pledges::get(conn, donation.pledge)?;
            let campaign = campaigns::get(conn, donation.campaign)?;
            let donor = donation.donor.map(|donor| accounts::get(conn, donor)).transpose()?;
            let papers = receipts::of_donation(conn, id)?;
            let given_back = refunds::of_donation(conn, id)?;
            let contested = disputes::of_donation(conn, id)?;
            let entries = dossiers::entries(conn, id)?;
            let events = event_subjects::events_of(conn, &[id.to_string()], EVENTS_MAX)?;
            let calls = dossiers::calls(conn, donation.pledge)?;
            let subjects = subjects_of(&donation, &papers, &given_back);
            let mut moments = moments::of_promise(&pledge);
            // The calls that began a subscription are no calls for each of its payments.
            if donation.period_on.is_none() {
                moments.extend(moments::of_calls(&calls));
            }
            moments.extend(moments::of_events(&events));
            moments.extend(moments::of_payment(&donation));
            moments.extend(moments::of_receipts(&papers));
            moments.extend(moments::of_refunds(&given_back));
            moments.extend(moments::of_disputes(&contested));
            moments.extend(moments::of_jobs(&jobs_of(conn, &papers, &given_back, &contested)?));
            moments.extend(moments::of_questions(&dossiers::questions(conn, &subjects)?));
            moments.extend(done_to(conn, &subjects)?);
            Ok(DonationFile {
                moments: moments::in_order(moments),
                donation,
                pledge,
                campaign,
                donor,
                receipts: papers,
                paper: gifts_by_hand::find(conn, id)?,
                line: bank_lines::of_donation(conn, id)?.map(|line| line.id),
                deposit: deposits::of_donation(conn, id)?,
                past: imports::of_donation(conn, id)?,
                refunds: given_back,
                disputes: contested,
                entries,
                events,
            })
        })
        .await
}

/// Under which names a payment is written about.
fn subjects_of(donation: &Donation, papers: &[Receipt], given_back: &[Refund]) -> Vec<String> {
    let mut subjects = vec![donation.id.to_string(), donation.remote.as_str().to_owned()];
    subjects.extend(papers.iter().flat_map(|receipt| [receipt.id.to_string(), receipt.number.to_string()]));
    subjects.extend(given_back.iter().map(|refund| refund.id.to_string()));
    subjects
}

fn jobs_of(
    conn: &mut Conn,
    papers: &[Receipt],
    given_back: &[Refund],
    contested: &[Dispute],
) -> Result<Vec<JobRecord>, StoreError> {
    let refunds = given_back.iter().map(|refund| refund.id);
    let disputes = contested.iter().map(|dispute| dispute.id);
    let keys = moments::keys_of_payment(papers.iter().map(|receipt| receipt.id), refunds, disputes);
    dossiers::jobs_named(conn, &keys)
}

/// What staff, tokens and commands did to any of these.
fn done_to(conn: &mut Conn, subjects: &[String]) -> Result<Vec<Moment>, StoreError> {
    let mut rows: Vec<AuditRow> = Vec::new();
    for subject in subjects {
        rows.extend(audit::of_subject(conn, subject)?);
    }
    let people = staff::all(conn)?;
    Ok(moments::of_log(&rows, &people))
}

/// Everything on a promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PledgeFile {
    /// The promise.
    pub pledge: Pledge,
    /// What for.
    pub campaign: Campaign,
    /// Whose.
    pub donor: Option<Profile>,
    /// Its level of support.
    pub tier: Option<Tier>,
    /// What keeps it.
    pub subscription: Option<Subscription>,
    /// The older support in whose place it was begun.
    pub predecessor: Option<PledgeId>,
    /// What goes on in its place.
    pub successors: Vec<PledgeId>,
    /// The calls to gateways.
    pub calls: Vec<Call>,
    /// What was asked of it.
    pub orders: Vec<Order>,
    /// The name on the page of the campaign, if one was asked for.
    pub named: Option<WallEntry>,
    /// Its latest payments, the newest first.
    pub donations: Vec<Donation>,
    /// There are more payments than these.
    pub more: bool,
    /// What the gateway said.
    pub events: Vec<Told>,
    /// What happened, the earliest first.
    pub moments: Vec<Moment>,
}

/// Everything on a promise.
pub async fn pledge(ctx: &Context, id: PledgeId) -> Result<PledgeFile, UseCaseError> {
    ctx.db
        .read(move |conn| {
            let pledge = pledges::find(conn, id)?.ok_or(UseCaseError::NotFound("pledge"))?;
            let campaign = campaigns::get(conn, pledge.terms.campaign)?;
            let donor = pledge.donor.map(|donor| accounts::get(conn, donor)).transpose()?;
            let tier = match pledge.terms.tier {
                Some(wanted) => tiers::all(conn)?.into_iter().find(|tier| tier.id == wanted),
                None => None,
            };
            let subscription = subscriptions::find(conn, id)?;
            let predecessor = successions::predecessor(conn, id)?.map(|older| older.pledge);
            let successors = successions::in_force(conn, id)?.iter().map(|newer| newer.pledge).collect();
            let calls = dossiers::calls(conn, id)?;
            let orders = subscription_orders::of_pledge(conn, id)?;
            let mut payments = donations::of_pledge(conn, id)?;
            payments.sort_by_key(|donation| std::cmp::Reverse(donation.id));
            let more = payments.len() > PAYMENTS_MAX;
            payments.truncate(PAYMENTS_MAX);
            let events = event_subjects::events_of(conn, &[id.to_string()], EVENTS_MAX)?;
            let subjects = vec![id.to_string()];
            let moves = patrons::moves(conn, id)?;
            let keys = moments::keys_of_pledge(id, orders.iter().map(|order| order.id), &moves);
            let mut moments = moments::of_promise(&pledge);
            moments.extend(moments::of_calls(&calls));
            moments.extend(moments::of_events(&events));
            moments.extend(payments.iter().flat_map(moments::of_payment));
            moments.extend(moments::of_orders(&orders));
            moments.extend(moments::of_moves(&moves, subscription.as_ref()));
            moments.extend(moments::of_jobs(&dossiers::jobs_named(conn, &keys)?));
            moments.extend(moments::of_questions(&dossiers::questions(conn, &subjects)?));
            moments.extend(done_to(conn, &subjects)?);
            Ok(PledgeFile {
                moments: moments::in_order(moments),
                pledge,
                campaign,
                donor,
                tier,
                subscription,
                predecessor,
                successors,
                calls,
                orders,
                named: wall::of_pledge(conn, id)?,
                donations: payments,
                more,
                events,
            })
        })
        .await
}

/// Everything on a donor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DonorFile {
    /// Who.
    pub profile: Profile,
    /// What they gave, by currency.
    pub given: Vec<Given>,
    /// Their promises, the newest first.
    pub pledges: Vec<Pledge>,
    /// What keeps the recurring ones.
    pub subscriptions: Vec<Subscription>,
    /// Their latest payments, the newest first.
    pub donations: Vec<Donation>,
    /// What staff wrote about them.
    pub notes: Vec<(Note, String)>,
    /// Their tags.
    pub tags: Vec<String>,
    /// Whom they were found to be.
    pub merged_into: Option<DonorId>,
    /// Who was found to be them.
    pub merged_from: Vec<(DonorId, EmailAddress)>,
    /// Others of the same name.
    pub namesakes: Vec<Profile>,
    /// What they declared about their tax, the latest first.
    pub declarations: Vec<Declaration>,
    /// Who of the members elsewhere they are.
    pub members: Vec<Member>,
    /// What happened, the earliest first.
    pub moments: Vec<Moment>,
}

/// Payments on a donor's page; the list has the others.
const GIFTS_SHOWN: i64 = 25;

/// Everything on a donor.
pub async fn donor(ctx: &Context, id: DonorId) -> Result<DonorFile, UseCaseError> {
    ctx.db
        .read(move |conn| {
            let profile = match accounts::get(conn, id) {
                Err(StoreError::NotFound) => return Err(UseCaseError::NotFound("donor")),
                other => other?,
            };
            let promised = pledges::of_donor(conn, id)?;
            let gifts = donations::of_donor(conn, id, None, GIFTS_SHOWN)?;
            let notes = notes_of(conn, id)?;
            let mut moments: Vec<Moment> = promised.iter().flat_map(moments::of_promise).collect();
            moments.extend(gifts.iter().flat_map(moments::of_payment));
            let changes = account_changes::of_donor(conn, id, CHANGES_MAX)?;
            moments.extend(moments::of_changes(&changes));
            moments.extend(moments::of_statements(&statements::of_donor(conn, id)?));
            moments
                .extend(moments::of_jobs(&dossiers::jobs_named(conn, &moments::keys_of_changes(&changes))?));
            moments.extend(moments::of_letters(&donor_letters::of_donor(conn, id)?, &staff::all(conn)?));
            moments.extend(done_to(conn, &[id.to_string()])?);
            Ok(DonorFile {
                moments: moments::in_order(moments),
                given: dossiers::given(conn, id)?,
                subscriptions: subscriptions::of_donor(conn, id)?,
                pledges: promised,
                donations: gifts,
                notes,
                tags: desk::tags(conn, id)?,
                merged_into: desk::merged_into(conn, id)?,
                merged_from: desk::merged_from(conn, id)?,
                declarations: gift_aid::of_donor(conn, id)?,
                members: external_members::of_donor(conn, id)?,
                namesakes: desk::namesakes(conn, id, NAMESAKES_MAX)?
                    .into_iter()
                    .map(|other| accounts::get(conn, other))
                    .collect::<Result<_, _>>()?,
                profile,
            })
        })
        .await
}

/// The notes on a donor with the names of those who wrote them.
fn notes_of(conn: &mut Conn, id: DonorId) -> Result<Vec<(Note, String)>, StoreError> {
    let (people, programs) = (staff::all(conn)?, api_tokens::all(conn)?);
    let name = |note: &Note| {
        let name = match note.by {
            Author::Staff(id) => people.iter().find(|member| member.id == id).map(|member| &member.name),
            Author::Token(id) => programs.iter().find(|token| token.id == id).map(|token| &token.name),
        };
        name.cloned().unwrap_or_default()
    };
    Ok(desk::notes(conn, id)?.into_iter().map(|note| (note.clone(), name(&note))).collect())
}

/// A receipt with what it is for.
pub async fn receipt(ctx: &Context, number: ReceiptNumber) -> Result<(Receipt, DonationFile), UseCaseError> {
    let found = ctx.db.read(move |conn| receipts::find_by_number(conn, &number)).await?;
    let receipt = found.ok_or(UseCaseError::NotFound("receipt"))?;
    let file = donation(ctx, receipt.donation).await?;
    Ok((receipt, file))
}

/// An event, and the donations and pledges that it told of.
pub async fn event(ctx: &Context, id: InboxId) -> Result<(EventRecord, Vec<String>), UseCaseError> {
    ctx.db
        .read(move |conn| {
            let event = dossiers::event(conn, id)?.ok_or(UseCaseError::NotFound("event"))?;
            Ok((event, event_subjects::of_event(conn, id)?))
        })
        .await
}

/// A job.
pub async fn job(ctx: &Context, id: JobId) -> Result<JobRecord, UseCaseError> {
    let found = ctx.db.read(move |conn| dossiers::job(conn, id)).await?;
    found.ok_or(UseCaseError::NotFound("job"))
}
