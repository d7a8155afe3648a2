//! Webhooks of Patreon: only whom one is about is taken from it. The member is asked for again, so that one that is false,
//! old, or sent again changes nothing that is not true now.

use super::PATREON;
use super::account::{self, WEBHOOK};
use super::learn::{Learned, learn};
use crate::domain::ids::InboxId;
use crate::domain::job::Job;
use crate::domain::member::{MemberSource, Sender};
use crate::gateways::patreon;
use crate::gateways::{Key, ListedEvent, WebhookHeaders, WebhookRejected};
use crate::store::inbox::{self, Fate, Stored};
use crate::store::limits::{Bucket, Rate};
use crate::store::{StoreError, event_subjects, external_accounts, external_members, forgetting, jobs};
use crate::usecases::limits::take_or_leave;
use crate::usecases::webhook::{Arrival, WebhookError, store};
use crate::usecases::{Context, UseCaseError};

/// How often a webhook that came before has its member asked for again: a signature says nothing about when, so whoever
/// has seen one can send it without end.
const REPEATS: Rate = Rate { burst: 20, per_hour: 60 };

/// Verifies and stores a webhook. Once this returns `Ok`, it is on disk.
///
/// # Errors
/// It is not believed, or could not be stored.
pub async fn accept(ctx: &Context, headers: &WebhookHeaders, body: Vec<u8>) -> Result<Arrival, WebhookError> {
    let plan = ctx.patreon.as_ref().ok_or(WebhookError::Off)?;
    let account = ctx.db.read(|conn| external_accounts::find(conn, PATREON)).await?;
    let sealed = account.and_then(|account| account.webhook).map(|webhook| webhook.secret);
    let own = sealed.map(|sealed| ctx.sealer.open(WEBHOOK, &sealed)).transpose();
    let own = own
        .map_err(|_sealed| WebhookError::Unchecked(WebhookRejected::Unchecked("its secret does not open")))?;
    let secrets: Vec<Key> = plan.secret.iter().cloned().chain(own.map(Key::from)).collect();
    if secrets.is_empty() {
        return Err(WebhookError::Off);
    }
    let told = patreon::verify(&secrets, headers, &body)?;
    let inner = ctx.clone();
    let arrival = ctx.db.write(move |tx| {
        let sender = Sender::Platform(PATREON);
        let event = ListedEvent { event_id: told.event_id.clone(), body };
        if store(tx, &inner, sender, event)?.is_some() {
            return Ok(Arrival::Stored);
        }
        // The same again may be news: a member who went back to what they were. They are asked for once more.
        let (now, known) = (inner.now(), inbox::find(tx, sender, &told.event_id)?);
        let bucket = Bucket { name: "repeated webhooks of Patreon".to_owned(), rate: REPEATS };
        if let Some(id) = known
            && take_or_leave(tx, &bucket, now)?
            && let Some(key) = (Job::ProcessWebhook { event: id }).unique_key()
        {
            jobs::reopen(tx, &key, now)?;
        }
        Ok::<_, StoreError>(Arrival::Repeat)
    });
    Ok(arrival.await?)
}

/// Asks for the member whom a stored event is about, and takes in how they are now.
///
/// # Errors
/// Patreon or the database does not answer; then it is tried again.
pub async fn process(ctx: &Context, event: &Stored) -> Result<(), UseCaseError> {
    let (id, as_of) = (event.id, ctx.now());
    let Some(remote) = patreon::member_told_of(&event.body) else {
        return set_fate(ctx, id, Fate::Parked, "it names no member").await;
    };
    let answer = account::member(ctx, &remote).await?;
    let news = match answer {
        Some(found) => found.members.into_iter().next(),
        None => {
            let known = ctx.db.read(move |conn| external_members::named(conn, PATREON, &remote)).await?;
            known.map(|member| member.news.erased())
        }
    };
    let Some(news) = news else {
        return set_fate(ctx, id, Fate::Ignored, "Patreon knows no such member of this publication").await;
    };
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let learned = learn(tx, &inner, MemberSource::Platform, news, as_of)?;
            let mut is_forgotten = false;
            if let Learned::New(member) | Learned::Changed(member) | Learned::Same(member) = learned {
                event_subjects::note(tx, id, &member.to_string())?;
                let known = external_members::find(tx, member)?;
                is_forgotten = known.is_some_and(|known| known.forgotten_at.is_some());
            }
            let now = inner.now();
            inbox::set_fate(tx, id, Fate::Processed, None, now)?;
            if is_forgotten {
                forgetting::purge_events(tx, &[id.to_string()], now)?;
            }
            Ok(())
        })
        .await
}

async fn set_fate(ctx: &Context, id: InboxId, fate: Fate, why: &'static str) -> Result<(), UseCaseError> {
    let now = ctx.now();
    Ok(ctx.db.write(move |tx| inbox::set_fate(tx, id, fate, Some(why), now)).await?)
}
