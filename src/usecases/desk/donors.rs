//! A donor's record in the hands of staff: corrected, handed out, forgotten.

use crate::domain::account::{ChangeDetail, ChangeKind, can_be_mailed, is_no_address};
use crate::domain::audit::{Action, Actor};
use crate::domain::donor::EmailAddress;
use crate::domain::ids::DonorId;
use crate::store::accounts;
use crate::usecases::account::export::{self, Table};
use crate::usecases::account::settings::{self, Details};
use crate::usecases::account::{changes, erase};
use crate::usecases::{Context, UseCaseError, audit};
use serde_json::json;

/// Corrects name, postal address and language. The donor is told by a letter. Says whether anything changed.
pub async fn correct(
    ctx: &Context,
    by: Actor,
    donor: DonorId,
    typed: Details,
    offered: Vec<String>,
) -> Result<bool, UseCaseError> {
    settings::save_by(ctx, Some(by), donor, (typed, offered)).await
}

/// Gives an address to a donor who has none. Letters and later receipts go there, and whoever reads them there can sign in;
/// a letter says so.
///
/// # Errors
/// `Invalid` for what is no address, and for one under which somebody is on record: then they are one donor, or it is
/// mistyped; `Conflict` for a donor who has an address, which only they can change; `NotFound` for one who was forgotten or
/// found to be another.
pub async fn give_address(ctx: &Context, by: Actor, donor: DonorId, typed: &str) -> Result<(), UseCaseError> {
    let wrong = |code, message: String| UseCaseError::invalid("email", code, message);
    let address = EmailAddress::parse(typed).map_err(|error| wrong("invalid_email", error.to_string()))?;
    if !can_be_mailed(address.as_str()) {
        return Err(wrong("invalid_email", "nothing can be sent there".to_owned()));
    }
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let profile = erase::living(tx, donor)?;
            if !is_no_address(profile.email.as_str()) {
                let message = "this donor has an address; they change it on their own pages".to_owned();
                return Err(UseCaseError::Conflict { code: "has_address", message });
            }
            if accounts::find_by_email(tx, &address)?.is_some() {
                let message =
                    "Somebody is on record under this address. If they are the same, merge the two.";
                return Err(UseCaseError::invalid("email", "known_address", message));
            }
            accounts::set_email(tx, donor, &address, inner.now())?;
            let detail = json!({ "fields": ["email"] });
            audit::record(tx, &inner, (by, Action::DonorChanged), &donor, &detail)?;
            Ok(changes::record(tx, &inner, donor, ChangeKind::Email, ChangeDetail::default())?)
        })
        .await
}

/// Everything on record about a donor, for an answer to their request. No letter is sent: staff hand it over.
pub async fn hand_out(ctx: &Context, by: Actor, donor: DonorId) -> Result<Vec<Table>, UseCaseError> {
    let tables = export::tables(ctx, donor).await?;
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let rows: usize = tables.iter().map(|table| table.rows.len()).sum();
            let detail = json!({ "rows": rows });
            audit::record(tx, &inner, (by, Action::DonorExported), &donor, &detail)?;
            Ok(tables)
        })
        .await
}

/// Forgets a donor who asked for it in another way than on their own pages. What runs is ended first; what the law
/// wants kept is kept.
pub async fn forget(ctx: &Context, by: Actor, donor: DonorId) -> Result<(), UseCaseError> {
    erase::confirm_by(ctx, by, donor).await
}
