//! Everything that is on record about a donor, for themselves.

use super::changes;
use crate::domain::account::{ChangeDetail, ChangeKind, Profile, address_text};
use crate::domain::ids::DonorId;
use crate::domain::money::Money;
use crate::domain::pledge::{Pledge, Visibility};
use crate::domain::wall::{AmountShown, WallEntry};
use crate::store::donations::Place;
use crate::store::{
    Conn, StoreError, account_changes, accounts, bank_lines, comments, desk, donations, donor_letters,
    external_members, forgetting, gift_aid, gifts_by_hand, pledges, receipts, sessions, wall,
};
use crate::usecases::{Context, UseCaseError};
use chrono::{DateTime, SecondsFormat, Utc};

/// Rows read at once.
const PAGE: i64 = 500;

/// Rows under a heading: one file of the archive in each of its two forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Name of the file, without its ending.
    pub name: &'static str,
    /// Names of the columns.
    pub columns: &'static [&'static str],
    /// Texts, in the order of the columns.
    pub rows: Vec<Vec<String>>,
}

/// Collects everything, and notes that it was handed out; a letter says so.
pub async fn collect(ctx: &Context, donor: DonorId) -> Result<Vec<Table>, UseCaseError> {
    let tables = tables(ctx, donor).await?;
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| changes::record(tx, &inner, donor, ChangeKind::Export, ChangeDetail::default()))
        .await?;
    Ok(tables)
}

/// Everything on record about a donor, what staff noted included.
pub(in crate::usecases) async fn tables(ctx: &Context, donor: DonorId) -> Result<Vec<Table>, UseCaseError> {
    let tables = ctx
        .db
        .read(move |conn| {
            let profile = accounts::get(conn, donor)?;
            let given = pledges::of_donor(conn, donor)?;
            let (payments, papers) = payments(conn, donor)?;
            Ok::<_, StoreError>(vec![
                you(&profile),
                promised(&given),
                payments,
                papers,
                changed(conn, donor)?,
                browsers(conn, donor)?,
                noted(conn, donor)?,
                declared(conn, donor)?,
                commented(conn, donor)?,
                named(conn, donor)?,
            ])
        })
        .await?;
    Ok(tables)
}

/// What staff keep about the donor for one another.
fn noted(conn: &mut Conn, donor: DonorId) -> Result<Table, StoreError> {
    let tags = desk::tags(conn, donor)?.into_iter().map(|tag| vec!["tag".to_owned(), String::new(), tag]);
    let notes = desk::notes(conn, donor)?.into_iter();
    let notes = notes.map(|note| vec!["note".to_owned(), time(note.created_at), note.text]);
    let about = gifts_by_hand::of_donor(conn, donor)?.into_iter().flat_map(|(id, paper)| {
        let texts = [paper.document, paper.note].into_iter().flatten();
        texts.map(move |text| vec![format!("gift {id}"), String::new(), text]).collect::<Vec<_>>()
    });
    let letters = donor_letters::of_donor(conn, donor)?.into_iter();
    let letters = letters.map(|letter| {
        vec!["letter".to_owned(), time(letter.written_at), format!("{}\n\n{}", letter.subject, letter.body)]
    });
    let lines = bank_lines::of_donor(conn, donor)?.into_iter().filter_map(|line| {
        let said =
            [line.name, line.other_account, line.text].into_iter().flatten().collect::<Vec<_>>().join("\n");
        (!said.is_empty()).then(|| vec!["bank statement".to_owned(), line.booked_on.to_string(), said])
    });
    let elsewhere = external_members::of_donor(conn, donor)?.into_iter().map(|member| {
        let news = member.news;
        let email = news.email.map(|email| email.as_str().to_owned());
        let amount = news.entitled.to_string();
        let said = [news.name, email, Some(news.state.to_string()), Some(amount), news.charge];
        let text = said.into_iter().flatten().collect::<Vec<_>>().join("\n");
        let since = news.joined_at.map(time).unwrap_or_default();
        vec![format!("member at {}", member.platform.label()), since, text]
    });
    let rows = tags.chain(notes).chain(about).chain(letters).chain(lines).chain(elsewhere).collect();
    Ok(Table { name: "notes", columns: &["kind", "written_at", "text"], rows })
}

/// What was written below articles from the addresses that the donor has or had. Nobody proved that it was them.
fn commented(conn: &mut Conn, donor: DonorId) -> Result<Table, StoreError> {
    let mut rows = Vec::new();
    for address in forgetting::addresses_of(conn, &[donor])? {
        for comment in comments::from_address(conn, &address)? {
            rows.push(vec![
                comment.id.to_string(),
                comment.article.to_string(),
                comment.state.status().to_string(),
                comment.name.as_str().to_owned(),
                address_text(comment.email.as_str()).to_owned(),
                comment.text.as_str().to_owned(),
                time(comment.written_at),
            ]);
        }
    }
    Ok(Table {
        name: "comments",
        columns: &["id", "article", "status", "name", "email", "text", "written_at"],
        rows,
    })
}

/// The names that the donor asked to be shown on pages of campaigns.
fn named(conn: &mut Conn, donor: DonorId) -> Result<Table, StoreError> {
    let row = |entry: WallEntry| {
        let since = entry.shown_since.map(time).unwrap_or_default();
        let with_amount = if entry.amount == AmountShown::Shown { "yes" } else { "no" };
        vec![
            entry.pledge.to_string(),
            entry.name.as_str().to_owned(),
            with_amount.to_owned(),
            since,
            time(entry.created_at),
        ]
    };
    Ok(Table {
        name: "names",
        columns: &["pledge", "name", "with_amount", "shown_since", "asked_at"],
        rows: wall::of_donor(conn, donor)?.into_iter().map(row).collect(),
    })
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

fn you(profile: &Profile) -> Table {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    Table {
        name: "you",
        columns: &["id", "email", "name", "postal_address", "language", "since"],
        rows: vec![vec![
            profile.id.to_string(),
            address_text(profile.email.as_str()).to_owned(),
            text(&profile.name),
            text(&profile.postal_address),
            text(&profile.locale),
            time(profile.created_at),
        ]],
    }
}

fn promised(all: &[Pledge]) -> Table {
    let row = |pledge: &Pledge| {
        let terms = &pledge.terms;
        let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
        vec![
            pledge.id.to_string(),
            pledge.status.to_string(),
            terms.frequency.to_string(),
            terms.gateway.to_string(),
            terms.amount.major(),
            terms.amount.currency().code().to_owned(),
            text(terms.name.as_ref().map(crate::domain::donor::PersonName::as_str)),
            address_text(terms.email.as_str()).to_owned(),
            text(terms.message.as_deref()),
            if terms.visibility == Visibility::Named { "named" } else { "hidden" }.to_owned(),
            text(terms.tribute.as_ref().map(|tribute| tribute.kind.as_str())),
            text(terms.tribute.as_ref().map(|tribute| tribute.name.as_str())),
            text(terms.source.article.as_ref().map(crate::domain::article::Slug::as_str)),
            terms.source.appeal.as_ref().map(ToString::to_string).unwrap_or_default(),
            text(terms.source.referrer.as_deref()),
            time(pledge.created_at),
        ]
    };
    Table {
        name: "pledges",
        columns: &[
            "id",
            "status",
            "frequency",
            "by",
            "amount",
            "currency",
            "name",
            "email",
            "message",
            "visibility",
            "dedication",
            "dedicated_to",
            "article",
            "appeal",
            "came_from",
            "made_at",
        ],
        rows: all.iter().map(row).collect(),
    }
}

fn payments(conn: &mut Conn, donor: DonorId) -> Result<(Table, Table), StoreError> {
    let mut paid = Table {
        name: "payments",
        columns: &["id", "pledge", "status", "by", "amount", "returned", "kept", "currency", "received_at"],
        rows: Vec::new(),
    };
    let mut papers = Table {
        name: "receipts",
        columns: &["number", "payment", "status", "amount", "currency", "name", "email", "issued_on"],
        rows: Vec::new(),
    };
    let mut behind: Option<Place> = None;
    loop {
        let page = donations::of_donor(conn, donor, behind, PAGE)?;
        for donation in &page {
            let Some(money) = donation.payment.money() else { continue };
            let kept = donation.payment.kept().unwrap_or(money.gross);
            let returned = money.gross.minus(kept).unwrap_or(Money::zero(kept.currency()));
            behind = Some((money.at, donation.id));
            paid.rows.push(vec![
                donation.id.to_string(),
                donation.pledge.to_string(),
                donation.payment.status().to_string(),
                donation.gateway.to_string(),
                money.gross.major(),
                returned.major(),
                kept.major(),
                kept.currency().code().to_owned(),
                time(money.at),
            ]);
            for receipt in receipts::of_donation(conn, donation.id)? {
                let net = Money::try_from(&receipt.snapshot.net)
                    .map_err(|error| StoreError::corrupt("receipts", &receipt.id.to_string(), error))?;
                papers.rows.push(vec![
                    receipt.number.to_string(),
                    donation.id.to_string(),
                    receipt.status.to_string(),
                    net.major(),
                    net.currency().code().to_owned(),
                    receipt.snapshot.donor_name.clone().unwrap_or_default(),
                    receipt.snapshot.donor_email.clone(),
                    receipt.snapshot.issued_on.to_string(),
                ]);
            }
        }
        if i64::try_from(page.len()).unwrap_or_default() < PAGE {
            return Ok((paid, papers));
        }
    }
}

fn changed(conn: &mut Conn, donor: DonorId) -> Result<Table, StoreError> {
    let all = account_changes::of_donor(conn, donor, i64::from(i32::MAX))?;
    let row = |change: &crate::domain::account::AccountChange| {
        let detail = &change.detail;
        let what = [
            Some(detail.fields.join(" ")).filter(|fields| !fields.is_empty()),
            detail.old_email.clone(),
            detail.campaign.clone(),
            detail.visibility.clone(),
        ];
        let what: Vec<String> = what.into_iter().flatten().collect();
        vec![change.kind.to_string(), what.join(", "), time(change.created_at)]
    };
    Ok(Table {
        name: "changes",
        columns: &["what", "detail", "changed_at"],
        rows: all.iter().map(row).collect(),
    })
}

fn declared(conn: &mut Conn, donor: DonorId) -> Result<Table, StoreError> {
    let all = gift_aid::of_donor(conn, donor)?;
    let row = |declaration: &crate::domain::gift_aid::Declaration| {
        let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        vec![
            time(declaration.declared_at),
            declaration.way.to_string(),
            declaration.covers_from.to_string(),
            day(declaration.ended_on),
            declaration.wording.clone(),
        ]
    };
    Ok(Table {
        name: "gift_aid",
        columns: &["declared_at", "way", "covers_from", "ended_on", "words"],
        rows: all.iter().map(row).collect(),
    })
}

fn browsers(conn: &mut Conn, donor: DonorId) -> Result<Table, StoreError> {
    let all = sessions::of_donor(conn, donor)?;
    let row = |session: &crate::domain::account::Session| {
        vec![session.browser.clone(), time(session.created_at), time(session.seen_at)]
    };
    Ok(Table {
        name: "sessions",
        columns: &["browser", "signed_in_at", "last_seen_at"],
        rows: all.iter().map(row).collect(),
    })
}
