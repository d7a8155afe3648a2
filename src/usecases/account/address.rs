//! Another e-mail address. Both addresses prove themselves by a link: whoever has only the session, or only one of the
//! two mailboxes, changes nothing. Then every session and every older link ends.

use super::changes;
use crate::domain::account::{
    ADDRESS_CHANGE_LIFETIME, AddressChange, AddressChangeStatus, ChangeDetail, ChangeKind, Profile, Side,
};
use crate::domain::donor::EmailAddress;
use crate::domain::ids::{AddressChangeId, DonorId};
use crate::domain::job::Job;
use crate::store::{StoreError, Tx, accounts, address_changes, sessions, sign_in_links};
use crate::usecases::limits::{self, ForAddress};
use crate::usecases::{Context, UseCaseError, secrets};

/// Asks for another address; a letter with a link goes to each of the two. An earlier wish is void.
///
/// Whether somebody else gave with the new address is not said before both are proved.
pub async fn ask(ctx: &Context, donor: DonorId, typed: &str, client: &str) -> Result<(), UseCaseError> {
    let invalid = |code, message: String| UseCaseError::invalid("email", code, message);
    let new = EmailAddress::parse(typed).map_err(|error| invalid("invalid_email", error.to_string()))?;
    let (inner, client) = (ctx.clone(), client.to_owned());
    ctx.db
        .write(move |tx| {
            let profile = accounts::get(tx, donor)?;
            if profile.email == new {
                return Err(invalid("same_email", "this is the address that is on record".to_owned()));
            }
            if limits::take_for_account(tx, &inner, "address", &client, new.as_str())? == ForAddress::Spent {
                return Ok(());
            }
            let now = inner.now();
            address_changes::void_all(tx, donor)?;
            let change = AddressChange {
                id: inner.new_id(),
                donor,
                old: profile.email,
                new: new.clone(),
                status: AddressChangeStatus::Open,
                old_proved_at: None,
                new_proved_at: None,
                asked_at: now,
                expires_at: now + ADDRESS_CHANGE_LIFETIME,
            };
            address_changes::insert(tx, &change)?;
            for side in Side::ALL {
                inner.enqueue(tx, &Job::SendAddressProof { change: change.id, side: *side })?;
            }
            Ok(())
        })
        .await
}

/// What the letter to one of the addresses says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofLetter {
    /// Whose.
    pub profile: Profile,
    /// The change.
    pub change: AddressChange,
    /// Where the link leads.
    pub url: String,
}

/// Makes the link for one address; none if there is nothing to prove any more.
pub async fn write_link(
    ctx: &Context,
    id: AddressChangeId,
    side: Side,
) -> Result<Option<ProofLetter>, UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let open = address_changes::find(tx, id)?.filter(|change| change.is_open(inner.now()));
            let Some(change) = open.filter(|change| change.proved_at(side).is_none()) else {
                return Ok(None);
            };
            let token = secrets::fresh(&inner);
            address_changes::set_token(tx, id, side, &secrets::hash(token.expose()))?;
            let profile = accounts::get(tx, change.donor)?;
            let url = format!("{}/account/address/{}", inner.policy.public_url, token.expose());
            Ok(Some(ProofLetter { profile, change, url }))
        })
        .await
}

/// The change that a link proves, and for which of the addresses; changes nothing.
pub async fn look(ctx: &Context, token: &str) -> Result<Option<(AddressChange, Side)>, UseCaseError> {
    let (token_hash, now) = (secrets::hash(token), ctx.now());
    let found = ctx.db.read(move |conn| address_changes::find_by_token(conn, &token_hash)).await?;
    Ok(found.filter(|(change, side)| change.is_open(now) && change.proved_at(*side).is_none()))
}

/// The change of a donor that waits for proofs.
pub async fn open_of(ctx: &Context, donor: DonorId) -> Result<Option<AddressChange>, UseCaseError> {
    let now = ctx.now();
    let found = ctx.db.read(move |conn| address_changes::open_of(conn, donor)).await?;
    Ok(found.filter(|change| change.is_open(now)))
}

/// What came of a proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// Noted; the other address is still to be proved.
    Noted(EmailAddress),
    /// Both are proved: letters go to the new address from now on.
    Changed(EmailAddress),
    /// Both are proved, but gifts of somebody else stand under the new address.
    Taken,
    /// The link proves nothing any more.
    Closed,
}

/// Notes the proof of one address; with the second one the new address is on record.
pub async fn prove(ctx: &Context, token: &str) -> Result<Proof, UseCaseError> {
    let (inner, token_hash) = (ctx.clone(), secrets::hash(token));
    ctx.db
        .write(move |tx| {
            let now = inner.now();
            let found = address_changes::find_by_token(tx, &token_hash)?;
            let Some((change, side)) = found.filter(|(change, _)| change.is_open(now)) else {
                return Ok(Proof::Closed);
            };
            if !address_changes::prove(tx, change.id, side, now)? {
                return Ok(Proof::Closed);
            }
            let change = address_changes::find(tx, change.id)?.ok_or(StoreError::NotFound)?;
            let other = match side {
                Side::Old => Side::New,
                Side::New => Side::Old,
            };
            if change.proved_at(other).is_none() {
                return Ok(Proof::Noted(change.address(other).clone()));
            }
            carry_out(tx, &inner, &change)
        })
        .await
}

fn carry_out(tx: &mut Tx<'_>, ctx: &Context, change: &AddressChange) -> Result<Proof, UseCaseError> {
    if accounts::find_by_email(tx, &change.new)?.is_some() {
        address_changes::close(tx, change.id, AddressChangeStatus::Void)?;
        return Ok(Proof::Taken);
    }
    accounts::set_email(tx, change.donor, &change.new, ctx.now())?;
    accounts::prove_address(tx, change.donor, ctx.now())?;
    address_changes::close(tx, change.id, AddressChangeStatus::Done)?;
    sessions::end_all(tx, change.donor)?;
    sign_in_links::void_all(tx, &change.old)?;
    sign_in_links::void_all(tx, &change.new)?;
    // The letter about it goes to both addresses.
    let detail = ChangeDetail { old_email: Some(change.old.as_str().to_owned()), ..ChangeDetail::default() };
    changes::record(tx, ctx, change.donor, ChangeKind::Email, detail)?;
    Ok(Proof::Changed(change.new.clone()))
}

/// Gives up a change that waits.
pub async fn drop_open(ctx: &Context, donor: DonorId) -> Result<(), UseCaseError> {
    ctx.db.write(move |tx| address_changes::void_all(tx, donor)).await?;
    Ok(())
}
