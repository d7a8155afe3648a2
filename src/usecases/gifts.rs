//! Gifts that came outside: cash, cheques, transfers that nobody promised. Staff write down what they hold in their
//! hands, and from then on it is a gift like any other.

use super::settle::{self, News};
use super::{Context, FieldError, UseCaseError, audit, outgoing};
use crate::domain::account::{Profile, can_be_mailed, no_address};
use crate::domain::audit::{Action, Actor};
use crate::domain::campaign::Campaign;
use crate::domain::donation::{Captured, Donation, Happening};
use crate::domain::donor::{EmailAddress, PersonName, TooLong, clean_line, clean_text};
use crate::domain::ids::DonorId;
use crate::domain::money::{MINOR_MAX, Money};
use crate::domain::pledge::{Frequency, GatewayKind, Pledge, PledgeStatus, PledgeTerms, Source, Visibility};
use crate::domain::remote::RemoteId;
use crate::domain::search;
use crate::store::gifts_by_hand::{self, Paper};
use crate::store::pledges::Sameness;
use crate::store::{
    Conn, StoreError, Tx, accounts, campaigns, desk, donations, donors, pledges, search as found,
};
use chrono::{Months, NaiveDate};
use serde_json::json;

/// A gift of more years ago is a day that was mistyped: no tax office wants a receipt for it any more.
const YEARS_BACK: u32 = 10;
/// Longest number of a paper, in characters.
const DOCUMENT_CHARACTERS_MAX: usize = 80;
/// Longest note, in characters.
const NOTE_CHARACTERS_MAX: usize = 1_000;
/// Donors that a search shows: whoever has more types another word.
const GIVERS_MAX: usize = 20;
/// How often recording is tried when an equal form came at the same instant.
const TRIES: u32 = 3;

/// Who gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Giver {
    /// Somebody on record.
    Known(DonorId),
    /// Somebody who may be new, as typed. With an address that is on record they are the donor of that address; without
    /// one they have a name, and their receipt is printed.
    Typed {
        /// As on the receipt.
        name: String,
        /// Where the receipt goes; may be empty.
        email: String,
    },
}

/// A gift as staff hold it in their hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gift {
    /// Cash, cheque or bank transfer.
    pub by: GatewayKind,
    /// Who gave.
    pub from: Giver,
    /// How much.
    pub amount: Money,
    /// The day it came, in the publisher's time zone.
    pub received_on: NaiveDate,
    /// The name of the campaign that it was given for.
    pub campaign: String,
    /// Whether the public may see the name.
    pub visibility: Visibility,
    /// The number of the cheque or of the slip, or the bank's own name of the line; may be empty.
    pub document: String,
    /// A word for staff; may be empty.
    pub note: String,
    /// What makes two clicks one gift; none makes each a gift of its own.
    pub form_id: Option<String>,
}

/// What was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The donation.
    pub donation: Donation,
    /// Whether there is an address that the receipt goes to.
    pub is_mailed: bool,
    /// The same form had recorded it before: nothing changed.
    pub is_repeat: bool,
}

/// Records a gift. The same form again changes nothing.
///
/// # Errors
/// `Invalid` with everything that cannot be taken; `NotFound` without the donor.
pub async fn record(ctx: &Context, by: Actor, gift: Gift) -> Result<Recorded, UseCaseError> {
    let checked = check(ctx, &gift).map_err(UseCaseError::Invalid)?;
    let mut tries = 1;
    loop {
        let (inner, gift, checked) = (ctx.clone(), gift.clone(), checked.clone());
        match ctx.db.write(move |tx| record_in(tx, &inner, by, &gift, &checked)).await {
            // An equal form at the same instant: look again.
            Err(UseCaseError::Store(StoreError::Conflict { .. })) if tries < TRIES => tries += 1,
            other => return other,
        }
    }
}

/// What was typed, once it is known to be right.
#[derive(Debug, Clone)]
pub(super) struct Checked {
    name: Option<PersonName>,
    email: Option<EmailAddress>,
    paper: Paper,
}

pub(super) fn check(ctx: &Context, gift: &Gift) -> Result<Checked, Vec<FieldError>> {
    let mut mistakes = Vec::new();
    let mut wrong = |field, code, message: String| mistakes.push(FieldError { field, code, message });
    if !gift.by.is_by_hand() {
        wrong("by", "unknown_gateway", format!("{} tells of its money by itself", gift.by));
    }
    if !gift.amount.is_positive() {
        wrong("amount", "invalid_amount", "The amount must be more than zero.".to_owned());
    } else if gift.amount.minor() > MINOR_MAX {
        wrong("amount", "invalid_amount", "No such amount can have come.".to_owned());
    }
    let today = ctx.day_of(ctx.now());
    let earliest = today.checked_sub_months(Months::new(YEARS_BACK * 12)).unwrap_or(today);
    if gift.received_on > today {
        wrong("received_on", "future_day", format!("{} is still to come.", gift.received_on));
    } else if gift.received_on < earliest {
        let message = format!("{} is more than {YEARS_BACK} years ago.", gift.received_on);
        wrong("received_on", "long_ago", message);
    }
    let mut cleaned = |field, text: Result<Option<String>, TooLong>| {
        text.unwrap_or_else(|error| {
            wrong(field, "too_long", error.to_string());
            None
        })
    };
    let document = cleaned("document", clean_line(&gift.document, DOCUMENT_CHARACTERS_MAX));
    let note = cleaned("note", clean_text(&gift.note, NOTE_CHARACTERS_MAX));
    let (name, email) = match &gift.from {
        Giver::Known(_) => (None, None),
        Giver::Typed { name, email } => typed(name, email, &mut wrong),
    };
    if mistakes.is_empty() {
        Ok(Checked { name, email, paper: Paper { document, note } })
    } else {
        Err(mistakes)
    }
}

fn typed(
    name: &str,
    email: &str,
    wrong: &mut impl FnMut(&'static str, &'static str, String),
) -> (Option<PersonName>, Option<EmailAddress>) {
    let parsed = PersonName::parse(name).unwrap_or_else(|error| {
        wrong("name", "too_long", error.to_string());
        None
    });
    let address = if email.trim().is_empty() {
        None
    } else {
        match EmailAddress::parse(email) {
            Ok(address) => Some(address),
            Err(error) => {
                wrong("email", "invalid_email", error.to_string());
                return (parsed, None);
            }
        }
    };
    if parsed.is_none() && address.is_none() && name.trim().is_empty() {
        let message = "Without an address a name is needed: it stands on the receipt.";
        wrong("name", "missing", message.to_owned());
    }
    (parsed, address)
}

/// What the same form recorded before.
pub(super) fn recorded_before(
    tx: &mut Tx<'_>,
    ctx: &Context,
    gift: &Gift,
) -> Result<Option<Recorded>, UseCaseError> {
    let same = sameness(ctx, gift)?;
    if same.form_key.is_some()
        && let Some(pledge) = pledges::find_same(tx, &same, ctx.now())?
        && let Some(donation) = donations::of_pledge(tx, pledge.id)?.into_iter().next()
    {
        let is_mailed = can_be_mailed(pledge.terms.email.as_str());
        return Ok(Some(Recorded { donation, is_mailed, is_repeat: true }));
    }
    Ok(None)
}

pub(super) fn record_in(
    tx: &mut Tx<'_>,
    ctx: &Context,
    by: Actor,
    gift: &Gift,
    checked: &Checked,
) -> Result<Recorded, UseCaseError> {
    if let Some(before) = recorded_before(tx, ctx, gift)? {
        return Ok(before);
    }
    let same = sameness(ctx, gift)?;
    let campaign = campaigns::find_by_slug(tx, gift.campaign.trim())?.ok_or_else(|| {
        UseCaseError::invalid("campaign", "unknown_campaign", "There is no such campaign.".to_owned())
    })?;
    let person = person(tx, ctx, gift, checked)?;
    let pledge = promise(ctx, gift, &campaign, person);
    let is_mailed = can_be_mailed(pledge.terms.email.as_str());
    pledges::insert(tx, &pledge, &same)?;
    outgoing::pledged(tx, ctx, &pledge)?;
    let payment = RemoteId::parse(&format!("hand/{}", pledge.id))
        .map_err(|error| UseCaseError::Internal(error.to_string()))?;
    let at = ctx.noon_of(gift.received_on).min(ctx.now());
    let captured = Captured::with_fee(gift.amount, Some(0), at);
    let news = News {
        gateway: gift.by,
        payment,
        checkout: None,
        pledge: pledge.id,
        attempt: None,
        period_on: None,
        news: vec![Happening::Captured(captured)],
    };
    let donation = settle::settle_payment(tx, ctx, news)?;
    gifts_by_hand::insert(tx, donation.id, &checked.paper, ctx.now())?;
    let detail = json!({
        "pledge": pledge.id,
        "by": gift.by.as_str(),
        "amount_minor": gift.amount.minor(),
        "currency": gift.amount.currency().code(),
    });
    audit::record(tx, ctx, (by, Action::GiftRecorded), &donation.id, &detail)?;
    Ok(Recorded { donation, is_mailed, is_repeat: false })
}

/// A form that was changed after the back button is another one, though it kept its id.
fn sameness(ctx: &Context, gift: &Gift) -> Result<Sameness, UseCaseError> {
    let who = match &gift.from {
        Giver::Known(id) => id.to_string(),
        Giver::Typed { name, email } => format!("{}\n{}", name.trim(), email.trim()),
    };
    let (amount, day) = (gift.amount.to_string(), gift.received_on.to_string());
    let form_key = match gift.form_id.as_deref().filter(|id| !id.trim().is_empty()) {
        Some(id) => {
            let parts =
                [id, gift.by.as_str(), &who, &amount, &day, gift.campaign.trim(), gift.document.trim()];
            Some(ctx.key.blurred("gift by hand", &parts)?)
        }
        None => None,
    };
    Ok(Sameness { form_key, fingerprint: "by hand".to_owned() })
}

/// Whom the promise names.
struct Person {
    email: EmailAddress,
    name: Option<PersonName>,
    locale: String,
}

fn person(tx: &mut Tx<'_>, ctx: &Context, gift: &Gift, checked: &Checked) -> Result<Person, UseCaseError> {
    let Giver::Known(id) = gift.from else {
        let email = match &checked.email {
            Some(email) => email.clone(),
            None => without_address(tx, ctx, checked.name.as_ref())?,
        };
        return Ok(Person { email, name: checked.name.clone(), locale: ctx.policy.default_locale.clone() });
    };
    let profile = giver_in(tx, id)?;
    let name = profile.name.as_deref().map(PersonName::parse).transpose();
    Ok(Person {
        email: profile.email,
        name: name.map_err(|error| UseCaseError::Internal(error.to_string()))?.flatten(),
        locale: profile.locale.unwrap_or_else(|| ctx.policy.default_locale.clone()),
    })
}

/// Makes a donor whom no letter reaches: two of the same name are two, until staff find that they are one.
fn without_address(
    tx: &mut Tx<'_>,
    ctx: &Context,
    name: Option<&PersonName>,
) -> Result<EmailAddress, UseCaseError> {
    let id: DonorId = ctx.new_id();
    let email = no_address(id)
        .ok_or_else(|| UseCaseError::Internal("no address can be made that stands for none".into()))?;
    donors::upsert(tx, id, &email, name, ctx.now())?;
    Ok(email)
}

/// The promise that the gift keeps at once: nothing is waited for.
fn promise(ctx: &Context, gift: &Gift, campaign: &Campaign, person: Person) -> Pledge {
    let now = ctx.now();
    Pledge {
        id: ctx.new_id(),
        terms: PledgeTerms {
            campaign: campaign.id,
            amount: gift.amount,
            fee_cover: Money::zero(gift.amount.currency()),
            frequency: Frequency::Once,
            tier: None,
            starts_at: None,
            gateway: gift.by,
            email: person.email,
            name: person.name,
            message: None,
            visibility: gift.visibility,
            tribute: None,
            source: Source::default(),
            locale: person.locale,
        },
        status: PledgeStatus::Pending,
        donor: None,
        reference: None,
        created_at: now,
        expires_at: now,
    }
}

/// What a gift can be given for, the titles in their order.
pub async fn campaigns(ctx: &Context) -> Result<Vec<Campaign>, UseCaseError> {
    Ok(ctx.db.read(campaigns::all).await?)
}

/// A donor on record who may be the giver; whoever was found to be another is that other.
///
/// # Errors
/// `NotFound` if there is none, or none any more.
pub async fn giver(ctx: &Context, id: DonorId) -> Result<Profile, UseCaseError> {
    ctx.db.read(move |conn| giver_in(conn, id)).await
}

fn giver_in(conn: &mut Conn, id: DonorId) -> Result<Profile, UseCaseError> {
    let id = desk::merged_into(conn, id)?.unwrap_or(id);
    match accounts::get(conn, id) {
        Ok(profile) if profile.erased_at.is_none() => Ok(profile),
        Ok(_) | Err(StoreError::NotFound) => Err(UseCaseError::NotFound("donor")),
        Err(error) => Err(error.into()),
    }
}

/// Donors whose names or addresses have words that begin like these, and whether there are more.
pub async fn givers(ctx: &Context, typed: &str) -> Result<(Vec<Profile>, bool), UseCaseError> {
    let words = search::words(typed);
    if words.is_empty() {
        return Ok((Vec::new(), false));
    }
    let read = ctx.db.read(move |conn| {
        let hits = found::find(conn, &words)?;
        let more = hits.more || hits.donors.len() > GIVERS_MAX;
        let mut profiles = Vec::new();
        for id in hits.donors.iter().take(GIVERS_MAX) {
            let Ok(id) = id.parse::<DonorId>() else { continue };
            if desk::merged_into(conn, id)?.is_none() {
                profiles.push(accounts::get(conn, id)?);
            }
        }
        Ok::<_, StoreError>((profiles, more))
    });
    Ok(read.await?)
}
