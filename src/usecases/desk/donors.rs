//! A donor's record in the hands of staff: corrected, handed out, forgotten.

use crate::domain::audit::{Action, Actor};
use crate::domain::ids::DonorId;
use crate::usecases::account::erase;
use crate::usecases::account::export::{self, Table};
use crate::usecases::account::settings::{self, Details};
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
